namespace Holdfast.Platform;

/// <summary>
/// The one source of randomness. Production draws from the operating system; tests and the simulator draw from a
/// seed, so that the same seed gives the same identifiers, jitter and choices.
/// </summary>
public interface IChance
{
    /// <summary>Draws 64 uniformly distributed bits.</summary>
    ulong NextUInt64();

    /// <summary>Draws a whole number from 0 up to, not including, <paramref name="maxExclusive"/>.</summary>
    /// <param name="maxExclusive">The bound; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The bound is below 1.</exception>
    int Next(int maxExclusive);

    /// <summary>Draws a number from 0 up to, not including, 1.</summary>
    double NextDouble();

    /// <summary>Makes a version 4 UUID (RFC 4122, section 4.4) in its 36-character lower-case form.</summary>
    string NewUid();

    /// <summary>
    /// Draws a name suffix from the alphabet that Kubernetes uses for generated names (no vowels, no characters that
    /// look alike): <c>bcdfghjklmnpqrstvwxz2456789</c>.
    /// </summary>
    /// <param name="length">How many characters; at least 0.</param>
    string Suffix(int length);
}

using System.Security.Cryptography;

namespace Holdfast.Platform;

/// <summary>Randomness of the operating system: unpredictable, and safe to use from any thread.</summary>
public sealed class SystemChance : Chance
{
    /// <inheritdoc/>
    public override ulong NextUInt64()
    {
        Span<byte> bytes = stackalloc byte[8];
        RandomNumberGenerator.Fill(bytes);
        return BitConverter.ToUInt64(bytes);
    }
}

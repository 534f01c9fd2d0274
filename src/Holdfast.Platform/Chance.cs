namespace Holdfast.Platform;

/// <summary>Derives every kind of draw from 64 random bits; a subclass says where the bits come from.</summary>
public abstract class Chance : IChance
{
    private const string SafeAlphabet = "bcdfghjklmnpqrstvwxz2456789";

    /// <inheritdoc/>
    public abstract ulong NextUInt64();

    /// <inheritdoc/>
    public int Next(int maxExclusive)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxExclusive, 1);
        var bound = (uint)maxExclusive;
        // Lemire's multiply-and-shift; the low half tells the few draws that would favour some numbers.
        var threshold = (0u - bound) % bound;
        while (true)
        {
            var product = (NextUInt64() >> 32) * bound;
            if ((uint)product >= threshold)
                return (int)(product >> 32);
        }
    }

    /// <inheritdoc/>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <inheritdoc/>
    public string NewUid()
    {
        Span<byte> bytes = stackalloc byte[16];
        BitConverter.TryWriteBytes(bytes, NextUInt64());
        BitConverter.TryWriteBytes(bytes[8..], NextUInt64());
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString("D");
    }

    /// <inheritdoc/>
    public string Suffix(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return string.Create(length, this, static (span, chance) =>
        {
            foreach (ref var character in span)
                character = SafeAlphabet[chance.Next(SafeAlphabet.Length)];
        });
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;

namespace LedgerStore.Ledger;

/// <summary>A running SHA-256 over the ledger: each entry's checksum covers the one before it, the index and the entry itself, so two
/// ledgers that agree at an index agree on everything before it.</summary>
public readonly struct LedgerChecksum : IEquatable<LedgerChecksum>
{
    /// <summary>Its length in bytes.</summary>
    public const int Size = SHA256.HashSizeInBytes;

    private readonly byte[]? bytes;

    private LedgerChecksum(byte[] bytes) => this.bytes = bytes;

    /// <summary>The checksum of the empty ledger: all zeros.</summary>
    public static LedgerChecksum Empty { get; } = new(new byte[Size]);

    /// <summary>The bytes, <see cref="Size"/> of them.</summary>
    public ReadOnlySpan<byte> Bytes => bytes ?? Empty.bytes;

    /// <summary>A checksum read back from its bytes.</summary>
    public static LedgerChecksum Read(ReadOnlySpan<byte> source) => new(source[..Size].ToArray());

    /// <summary>The checksum after one more entry.</summary>
    public LedgerChecksum Next(long index, ReadOnlySpan<byte> entry)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(number, index);
        hash.AppendData(Bytes);
        hash.AppendData(number);
        hash.AppendData(entry);
        return new LedgerChecksum(hash.GetHashAndReset());
    }

    /// <inheritdoc />
    public bool Equals(LedgerChecksum other) => Bytes.SequenceEqual(other.Bytes);

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is LedgerChecksum other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => BinaryPrimitives.ReadInt32LittleEndian(Bytes);

    /// <summary>Lower-case hexadecimal.</summary>
    public override string ToString() => Convert.ToHexStringLower(Bytes);

    /// <summary>True when both are the same.</summary>
    public static bool operator ==(LedgerChecksum left, LedgerChecksum right) => left.Equals(right);

    /// <summary>True when they differ.</summary>
    public static bool operator !=(LedgerChecksum left, LedgerChecksum right) => !left.Equals(right);
}

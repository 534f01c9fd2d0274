using System.Buffers.Binary;

namespace LedgerStore.Ledger;

/// <summary>The ledger at a snapshot.</summary>
/// <param name="Head">The newest entry, and the checksum over all.</param>
/// <param name="Format">The data format that the cluster has agreed on.</param>
/// <param name="Founding">How the cluster was founded; null as long as not all founders vote.</param>
public sealed record LedgerMark(LedgerHead Head, int Format, Founding? Founding = null)
{
    private const int Size = 8 + LedgerChecksum.Size + 4;

    /// <summary>An empty ledger.</summary>
    public static LedgerMark Empty { get; } = new(new LedgerHead(0, LedgerChecksum.Empty), Storage.DataFormat.Oldest);

    /// <summary>As bytes: index (8), checksum (32), format (4), then the founding, if there is one; little-endian.</summary>
    public byte[] Encode()
    {
        var founding = Founding?.Encode() ?? [];
        var bytes = new byte[Size + founding.Length];
        founding.CopyTo(bytes, Size);
        BinaryPrimitives.WriteInt64LittleEndian(bytes, Head.Index);
        Head.Checksum.Bytes.CopyTo(bytes.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8 + LedgerChecksum.Size), Format);
        return bytes;
    }

    /// <summary>Reads what <see cref="Encode"/> wrote; nothing at all is the empty ledger.</summary>
    public static LedgerMark Decode(ReadOnlySpan<byte> bytes) => bytes.Length < Size ? Empty : new LedgerMark(
        new LedgerHead(BinaryPrimitives.ReadInt64LittleEndian(bytes), LedgerChecksum.Read(bytes[8..])),
        BinaryPrimitives.ReadInt32LittleEndian(bytes[(8 + LedgerChecksum.Size)..]), Founding.Decode(bytes[Size..]));
}

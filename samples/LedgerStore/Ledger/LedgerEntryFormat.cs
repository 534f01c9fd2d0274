using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using LedgerStore.Storage;

namespace LedgerStore.Ledger;

/// <summary>An entry as a record's payload: running checksum (32), appended at in Unix milliseconds (8), sequence (8, zero without a
/// client), length of the client's name (1), the name in ASCII, the data; little-endian. In format 9 the SHA-256 of the data (32) stands
/// behind the running checksum, which covers the same as in format 8: ledgers in both formats can be compared.</summary>
public static class LedgerEntryFormat
{
    private const int DigestSize = SHA256.HashSizeInBytes;
    private const int FixedSize = LedgerChecksum.Size + 8 + 8 + 1;

    /// <summary>The most bytes that an entry adds to its data.</summary>
    public const int MaxOverhead = FixedSize + DigestSize + RequestIdentity.MaxClientLength;

    /// <summary>Encodes the entry that follows the one with checksum <paramref name="previous"/>.</summary>
    public static byte[] Encode(
        LedgerCommand command, long index, LedgerChecksum previous, DateTimeOffset appendedAt, out LedgerChecksum checksum, int format = DataFormat.Oldest)
    {
        var client = command.Identity?.Client ?? "";
        var bytes = new byte[FixedSize + client.Length + command.Data.Length];
        var rest = bytes.AsSpan(LedgerChecksum.Size);
        BinaryPrimitives.WriteInt64LittleEndian(rest, appendedAt.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteInt64LittleEndian(rest[8..], command.Identity?.Sequence ?? 0);
        rest[16] = (byte)client.Length;
        Encoding.ASCII.GetBytes(client, rest[17..]);
        command.Data.Span.CopyTo(rest[(17 + client.Length)..]);
        checksum = previous.Next(index, rest);
        checksum.Bytes.CopyTo(bytes);
        return format < 9 ? bytes : WithDigest(bytes, command.Data.Span);
    }

    /// <summary>Encodes an entry again, as it was in format 8.</summary>
    public static byte[] Encode(LedgerEntry entry)
    {
        var bytes = Encode(new LedgerCommand(entry.Data, entry.Identity), entry.Index, LedgerChecksum.Empty, entry.AppendedAt, out _);
        entry.Checksum.Bytes.CopyTo(bytes);
        return bytes;
    }

    /// <summary>A record's payload as the newest format has it.</summary>
    public static byte[] ToNewest(LogRecord record) =>
        record.Format >= 9 ? record.Payload.ToArray() : WithDigest(record.Payload.ToArray(), Decode(record).Data.Span);

    private static byte[] WithDigest(byte[] bytes, ReadOnlySpan<byte> data) =>
        [.. bytes.AsSpan(0, LedgerChecksum.Size), .. SHA256.HashData(data), .. bytes.AsSpan(LedgerChecksum.Size)];

    /// <summary>Decodes a record.</summary>
    /// <exception cref="UnusableDataException">The record is no entry.</exception>
    public static LedgerEntry Decode(LogRecord record)
    {
        var bytes = AsOldest(record);
        if (bytes.Length < FixedSize || bytes.Length < FixedSize + bytes.Span[FixedSize - 1])
            throw new UnusableDataException($"record {record.Index} is too short to be an entry; restore a backup");
        var fields = bytes.Span[LedgerChecksum.Size..];
        var clientLength = fields[16];
        var identity = clientLength == 0
            ? null
            : new RequestIdentity(
                Encoding.ASCII.GetString(fields.Slice(17, clientLength)), BinaryPrimitives.ReadInt64LittleEndian(fields[8..]));
        return new LedgerEntry(
            record.Index,
            LedgerChecksum.Read(bytes.Span),
            DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64LittleEndian(fields)),
            identity,
            bytes[(FixedSize + clientLength)..]);
    }

    /// <summary>A record's payload in the layout of format 8, which format 9 only adds to.</summary>
    public static ReadOnlyMemory<byte> AsOldest(LogRecord record)
    {
        if (record.Format < 9)
            return record.Payload;
        if (record.Payload.Length < FixedSize + DigestSize)
            throw new UnusableDataException($"record {record.Index} is too short to be an entry; restore a backup");
        return (byte[])[.. record.Payload.Span[..LedgerChecksum.Size], .. record.Payload.Span[(LedgerChecksum.Size + DigestSize)..]];
    }

    /// <summary>True when the record's running checksum follows from the one before it.</summary>
    public static bool Follows(LogRecord record, LedgerChecksum previous) =>
        AsOldest(record) is { Length: >= FixedSize } bytes &&
        previous.Next(record.Index, bytes.Span[LedgerChecksum.Size..]).Bytes.SequenceEqual(bytes.Span[..LedgerChecksum.Size]);
}

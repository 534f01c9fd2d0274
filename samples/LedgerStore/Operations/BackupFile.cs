using System.Buffers.Binary;
using System.Text.Json;
using LedgerStore.Ledger;
using LedgerStore.Quorum;
using LedgerStore.Storage;

namespace LedgerStore.Operations;

/// <summary>What a backup says about itself: everything that a restore needs to know, and a person.</summary>
/// <param name="Index">The newest entry that is in it.</param>
/// <param name="Checksum">The ledger's running checksum there: the restore computes it again.</param>
/// <param name="ClusterId">The cluster that it was taken from; null for a member alone.</param>
/// <param name="Member">The member that it was taken from.</param>
/// <param name="Version">Its release.</param>
/// <param name="DataFormat">The data format of the cluster. The entries in a backup have the layout of format 8 always.</param>
/// <param name="TakenAt">When.</param>
/// <param name="Members">Who belonged to the cluster.</param>
public sealed record BackupHeader(
    long Index, string Checksum, string? ClusterId, string Member, string Version, int DataFormat, DateTimeOffset TakenAt, IReadOnlyList<SeatView> Members);

/// <summary>A backup: the word LEDGRBAK, the length of the header (4) and the header as JSON; then for each entry, from the first on, the length of its record (4)
/// and the record; little-endian. The running checksum in each record ties all of it together.</summary>
public static class BackupFile
{
    private const int MaxHeader = 1024 * 1024;

    private static ReadOnlySpan<byte> Magic => "LEDGRBAK"u8;

    /// <summary>Writes a backup up to the header's index.</summary>
    public static async Task WriteAsync(Stream target, BackupHeader header, Func<long, ReadOnlyMemory<byte>> record, CancellationToken cancellation)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(header, BackupJson.Default.BackupHeader);
        await target.WriteAsync(Magic.ToArray(), cancellation);
        await WritePartAsync(target, json, cancellation);
        for (var index = 1L; index <= header.Index; index++)
            await WritePartAsync(target, record(index), cancellation);
        await target.FlushAsync(cancellation);
    }

    /// <summary>Reads a backup, checks every entry, and hands each to <paramref name="onEntry"/> in order.</summary>
    /// <exception cref="UnusableDataException">It is none, or damaged, or cut short.</exception>
    public static async Task<BackupHeader> ReadAsync(Stream source, Action<LogRecord> onEntry, CancellationToken cancellation)
    {
        try
        {
            var magic = new byte[Magic.Length];
            await source.ReadExactlyAsync(magic, cancellation);
            if (!magic.AsSpan().SequenceEqual(Magic))
                throw new UnusableDataException("this is no backup of a ledger");
            var header = JsonSerializer.Deserialize(await ReadPartAsync(source, MaxHeader, cancellation), BackupJson.Default.BackupHeader)
                ?? throw new JsonException("it is empty");
            var checksum = LedgerChecksum.Empty;
            for (var index = 1L; index <= header.Index; index++)
            {
                var record = new LogRecord(index, RecordKind.Entry, await ReadPartAsync(source, RecordHeader.MaxPayload, cancellation));
                if (!LedgerEntryFormat.Follows(record, checksum))
                    throw new UnusableDataException($"entry {index} of the backup does not follow from the one before it: the backup is damaged; take another one");
                checksum = LedgerEntryFormat.Decode(record).Checksum;
                onEntry(record);
            }
            return checksum.ToString() == header.Checksum ? header
                : throw new UnusableDataException($"the backup ends with checksum {checksum}, and its header says {header.Checksum}: it is damaged; take another one");
        }
        catch (EndOfStreamException)
        {
            throw new UnusableDataException("the backup ends too early: it was not written to its end; take another one");
        }
        catch (JsonException failure)
        {
            throw new UnusableDataException($"the backup's header cannot be read: {failure.Message}");
        }
    }

    private static async Task WritePartAsync(Stream target, ReadOnlyMemory<byte> part, CancellationToken cancellation)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, part.Length);
        await target.WriteAsync(length, cancellation);
        await target.WriteAsync(part, cancellation);
    }

    private static async Task<byte[]> ReadPartAsync(Stream source, int most, CancellationToken cancellation)
    {
        var length = new byte[4];
        await source.ReadExactlyAsync(length, cancellation);
        var count = BinaryPrimitives.ReadInt32LittleEndian(length);
        if (count < 0 || count > most)
            throw new UnusableDataException($"the backup says that a part has {count} bytes, which cannot be: it is damaged; take another one");
        var part = new byte[count];
        await source.ReadExactlyAsync(part, cancellation);
        return part;
    }
}

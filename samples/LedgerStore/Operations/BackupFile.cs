using System.Buffers.Binary;
using System.Security.Cryptography;
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
/// <param name="LogIndex">The newest entry of the replicated log that the member had applied when it began; null for a member alone.</param>
/// <param name="Term">That entry's term.</param>
/// <param name="Consistency">linearizable: it holds everything that was acknowledged before it was asked for. stale: what the member knew to be committed, without
/// asking a majority; later entries may have been acknowledged.</param>
/// <param name="LastLogIndex">The newest entry of the member's replicated log: those behind <paramref name="LogIndex"/> it holds without knowing whether they are
/// committed, and they are not in the backup.</param>
public sealed record BackupHeader(
    long Index, string Checksum, string? ClusterId, string Member, string Version, int DataFormat, DateTimeOffset TakenAt, IReadOnlyList<SeatView> Members,
    long? LogIndex = null, long? Term = null, string? Consistency = null, long? LastLogIndex = null)
{
    /// <summary>For people: what a stale backup may lack; empty for others.</summary>
    public string Caveat => Consistency != "stale" ? "" : LastLogIndex > LogIndex
        ? $"; STALE: taken without asking a majority, so later entries may have been acknowledged; the member holds {LastLogIndex - LogIndex} log entries behind it that are not known to be committed"
        : "; STALE: taken without asking a majority, so later entries may have been acknowledged; the member holds no further ones";
}

/// <summary>A backup: the word LEDGRBAK, the length of the header (4) and the header as JSON; then for each entry, from the first on, the length of its record (4)
/// and the record; at the end the SHA-256 of all that (32); little-endian. The running checksum in each record ties the entries together, the one at
/// the end also the header.</summary>
public static class BackupFile
{
    private const int MaxHeader = 1024 * 1024;

    private static ReadOnlySpan<byte> Magic => "LEDGRBAK"u8;

    /// <summary>Writes a backup up to the header's index.</summary>
    public static async Task WriteAsync(Stream target, BackupHeader header, Func<long, ReadOnlyMemory<byte>> record, CancellationToken cancellation)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await target.WriteAsync(Magic.ToArray(), cancellation);
        await WritePartAsync(target, digest, JsonSerializer.SerializeToUtf8Bytes(header, BackupJson.Default.BackupHeader), cancellation);
        for (var index = 1L; index <= header.Index; index++)
            await WritePartAsync(target, digest, record(index), cancellation);
        await target.WriteAsync(digest.GetHashAndReset(), cancellation);
        await target.FlushAsync(cancellation);
    }

    /// <summary>Reads a backup, checks every entry, and hands each to <paramref name="onEntry"/> in order.</summary>
    /// <exception cref="UnusableDataException">It is none, or damaged, or cut short. What was handed on before must not be used.</exception>
    public static async Task<BackupHeader> ReadAsync(Stream source, Action<LogRecord> onEntry, CancellationToken cancellation)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            var magic = new byte[Magic.Length];
            await source.ReadExactlyAsync(magic, cancellation);
            if (!magic.AsSpan().SequenceEqual(Magic))
                throw new UnusableDataException("this is no backup of a ledger");
            var header = JsonSerializer.Deserialize(await ReadPartAsync(source, digest, MaxHeader, cancellation), BackupJson.Default.BackupHeader)
                ?? throw new JsonException("it is empty");
            var checksum = LedgerChecksum.Empty;
            for (var index = 1L; index <= header.Index; index++)
            {
                var record = new LogRecord(index, RecordKind.Entry, await ReadPartAsync(source, digest, RecordHeader.MaxPayload, cancellation));
                if (!LedgerEntryFormat.Follows(record, checksum))
                    throw new UnusableDataException($"entry {index} of the backup does not follow from the one before it: the backup is damaged; take another one");
                checksum = LedgerEntryFormat.Decode(record).Checksum;
                onEntry(record);
            }
            if (checksum.ToString() != header.Checksum)
                throw new UnusableDataException($"the backup ends with checksum {checksum}, and its header says {header.Checksum}: it is damaged; take another one");
            await RequireEndAsync(source, digest, cancellation);
            return header;
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

    private static async Task RequireEndAsync(Stream source, IncrementalHash digest, CancellationToken cancellation)
    {
        var expected = new byte[SHA256.HashSizeInBytes];
        await source.ReadExactlyAsync(expected, cancellation);
        if (!digest.GetHashAndReset().AsSpan().SequenceEqual(expected))
            throw new UnusableDataException("the checksum at the backup's end is wrong: its header or its end was changed; take another one");
        if (await source.ReadAsync(new byte[1], cancellation) > 0)
            throw new UnusableDataException("something follows behind the backup's end: it is damaged; take another one");
    }

    private static async Task WritePartAsync(Stream target, IncrementalHash digest, ReadOnlyMemory<byte> part, CancellationToken cancellation)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, part.Length);
        digest.AppendData(length);
        digest.AppendData(part.Span);
        await target.WriteAsync(length, cancellation);
        await target.WriteAsync(part, cancellation);
    }

    private static async Task<byte[]> ReadPartAsync(Stream source, IncrementalHash digest, int most, CancellationToken cancellation)
    {
        var length = new byte[4];
        await source.ReadExactlyAsync(length, cancellation);
        var count = BinaryPrimitives.ReadInt32LittleEndian(length);
        if (count < 0 || count > most)
            throw new UnusableDataException($"the backup says that a part has {count} bytes, which cannot be: it is damaged; take another one");
        var part = new byte[count];
        await source.ReadExactlyAsync(part, cancellation);
        digest.AppendData(length);
        digest.AppendData(part);
        return part;
    }
}

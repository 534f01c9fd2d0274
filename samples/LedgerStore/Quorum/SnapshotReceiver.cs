using System.Buffers.Binary;
using LedgerStore.Ledger;
using LedgerStore.Raft;
using LedgerStore.Storage;

namespace LedgerStore.Quorum;

/// <summary>Takes a snapshot in: its entries are written aside, checked as a whole, made durable and renamed; only then does it take the place of
/// what was there. A crash before the rename leaves nothing, one after it is finished at the next start.</summary>
/// <remarks>A snapshot's position is the index of the entry that is wanted next, less one: what the member has already, it need not get
/// again. A chunk: for each entry the length (4) and the payload of its record in format 8.</remarks>
public sealed class SnapshotReceiver(string folder) : IDisposable
{
    private readonly string aside = Path.Combine(folder, "incoming");
    private readonly string whole = Path.Combine(folder, "incoming.whole");
    private SegmentedLog? log;
    private LedgerChecksum checksum;
    private long markIndex;

    /// <summary>Where the entries of a complete snapshot are, with its mark; null when there is none.</summary>
    public (string Folder, SnapshotMark Mark)? Complete => Directory.Exists(whole)
        ? (whole, RaftFiles.DecodeMark(File.ReadAllBytes(Path.Combine(whole, "mark"))))
        : null;

    /// <summary>Stores a chunk; the position that is wanted next, and whether that was the last.</summary>
    /// <param name="chunk">The chunk.</param>
    /// <param name="head">The newest entry that the member has.</param>
    public (long NextPosition, bool IsWhole) Store(RaftMessage.SnapshotChunk chunk, LedgerHead head)
    {
        if (log is null || markIndex != chunk.Mark.Index)
            Begin(chunk.Mark, head);
        if (chunk.Position != log!.LastIndex)
            return (log.LastIndex, false);
        var payloads = new List<ReadOnlyMemory<byte>>();
        for (var rest = chunk.Data; rest.Length > 0;)
        {
            var length = rest.Length < 4 ? -1 : BinaryPrimitives.ReadInt32LittleEndian(rest.Span);
            if (length < LedgerChecksum.Size || length > rest.Length - 4)
            {
                // Cut on the way: begin again.
                Remove();
                return (head.Index, false);
            }
            payloads.Add(rest.Slice(4, length));
            checksum = checksum.Next(log.LastIndex + payloads.Count, rest.Slice(4 + LedgerChecksum.Size, length - LedgerChecksum.Size).Span);
            rest = rest[(4 + length)..];
        }
        if (payloads.Count > 0)
            log.Append(payloads, isSynced: false);
        if (!chunk.IsLast)
            return (log.LastIndex, false);
        return (log.LastIndex, TryFinish(chunk.Mark));
    }

    /// <summary>The snapshot has taken its place; what was aside goes.</summary>
    public void Remove()
    {
        Dispose();
        foreach (var path in new[] { aside, whole })
        {
            if (Directory.Exists(path))
                Directory.Delete(path, recursive: true);
        }
        DurableFile.SyncFolder(folder);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        log?.Dispose();
        log = null;
    }

    private void Begin(SnapshotMark mark, LedgerHead head)
    {
        Remove();
        log = SegmentedLog.Open(new SegmentedLogOptions(aside) { FirstIndex = head.Index + 1 }, static _ => { });
        (markIndex, checksum) = (mark.Index, head.Checksum);
    }

    private bool TryFinish(SnapshotMark mark)
    {
        var expected = LedgerMark.Decode(mark.Note.Span);
        if (log!.LastIndex != expected.Head.Index || checksum != expected.Head.Checksum)
        {
            // Something was lost or changed on the way: begin again.
            Remove();
            return false;
        }
        log.Sync();
        Dispose();
        DurableFile.Replace(Path.Combine(aside, "mark"), RaftFiles.EncodeMark(mark));
        Directory.Move(aside, whole);
        DurableFile.SyncFolder(folder);
        return true;
    }
}

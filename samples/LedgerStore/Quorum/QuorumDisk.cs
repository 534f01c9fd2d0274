using System.Buffers.Binary;
using LedgerStore.Ledger;
using LedgerStore.Raft;
using LedgerStore.Storage;

namespace LedgerStore.Quorum;

/// <summary>Everything that a member of a quorum keeps: `raft/` (term, vote, log, snapshot mark), `log/` (the ledger), and a snapshot that is coming in.</summary>
public sealed class QuorumDisk
{
    private const int ChunkBytes = 512 * 1024;
    private readonly SegmentedLogOptions ledgerOptions;
    private readonly MemberIdentity identity;

    private QuorumDisk(string folder, MemberIdentity identity, SegmentedLogOptions ledgerOptions, RaftFiles files)
    {
        (this.identity, this.ledgerOptions, Files) = (identity, ledgerOptions, files);
        Receiver = new SnapshotReceiver(Path.Combine(folder, "raft"));
        var mark = LedgerMark.Decode(files.Mark.Note.Span);
        RequireOwn(mark.Founding);
        Ledger = new AppliedLedger(ledgerOptions, mark);
    }

    /// <summary>Term, vote, log and mark.</summary>
    public RaftFiles Files { get; }

    /// <summary>The ledger.</summary>
    public AppliedLedger Ledger { get; private set; }

    /// <summary>What is coming in.</summary>
    public SnapshotReceiver Receiver { get; }

    /// <summary>Opens a member's folder; finishes what a crash interrupted.</summary>
    /// <exception cref="UnusableDataException">It cannot be trusted or read.</exception>
    public static QuorumDisk Open(string folder, MemberIdentity identity, LedgerRelease release, Action<string> note)
    {
        var hasLedger = Directory.Exists(Path.Combine(folder, "log"));
        if ((hasLedger || identity.IsInUse) && Missing(folder) is { } missing)
            throw new UnusableDataException(
                $"{folder} belongs to member {identity.MemberId}, but {missing} is gone: a member that has forgotten its votes or entries must not come back under the " +
                "same identity; give it an empty volume, and it comes back as a learner with a new one");
        var options = new SegmentedLogOptions(Path.Combine(folder, "log")) { Note = note, ReadsFormatsTo = release.ReadsFormatsTo, SegmentBytes = 8 * 1024 * 1024 };
        var disk = new QuorumDisk(folder, identity, options, OpenFiles(folder, identity, note, hasLedger));
        disk.Install();
        if (!identity.IsInUse)
            (identity with { IsInUse = true }).Write(folder);
        return disk;
    }

    private static string? Missing(string folder) =>
        !File.Exists(Path.Combine(folder, "raft", "state")) ? "raft/state (term and vote)" :
        !Directory.Exists(Path.Combine(folder, "raft", "log")) ? "raft/log (the replicated log)" :
        !Directory.Exists(Path.Combine(folder, "log")) ? "log (the ledger)" : null;

    /// <summary>Puts a snapshot that is whole in the place of the ledger and the log.</summary>
    public void Install()
    {
        if (Receiver.Complete is not { } snapshot)
            return;
        var mark = LedgerMark.Decode(snapshot.Mark.Note.Span);
        RequireOwn(mark.Founding);
        var required = LedgerMark.Decode(Files.Mark.Note.Span).Head.Index;
        Ledger.Dispose();
        using (var log = SegmentedLog.Open(ledgerOptions with { RequiredTo = required, WritesFormat = mark.Format }, static _ => { }))
        using (var incoming = SegmentedLog.Open(new SegmentedLogOptions(snapshot.Folder), static _ => { }))
        {
            for (var index = log.LastIndex + 1; index <= mark.Head.Index; index++)
            {
                var record = incoming.Read(index);
                log.Append([mark.Format > DataFormat.Oldest ? LedgerEntryFormat.ToNewest(record) : record.Payload], isSynced: false);
            }
            log.Sync();
        }
        // Else a crash came between this and the removal below.
        if (snapshot.Mark.Index > Files.Mark.Index)
            Files.Replace(snapshot.Mark);
        Receiver.Remove();
        Ledger = new AppliedLedger(ledgerOptions, mark);
    }

    /// <summary>Makes sure that a founding is that of the member's own cluster.</summary>
    /// <exception cref="UnusableDataException">It is another one's.</exception>
    public void RequireOwn(Founding? founding)
    {
        if (founding is not null && founding.ClusterId != identity.ClusterId)
            throw new UnusableDataException(
                $"the data is that of cluster {founding.ClusterId}, founded by {founding.Founder}, and this member belongs to {identity.ClusterId}: the volumes of " +
                "two clusters were mixed; keep the volume as evidence, and let the member come back with an empty one");
    }

    /// <summary>Fills in the entries of a snapshot's piece. Entries never change, so the ledger as it is now serves any earlier mark.</summary>
    public RaftMessage.SnapshotChunk Fill(RaftMessage.SnapshotChunk chunk)
    {
        var last = LedgerMark.Decode(chunk.Mark.Note.Span).Head.Index;
        using var stream = new MemoryStream();
        Span<byte> length = stackalloc byte[4];
        var index = chunk.Position;
        while (index < last && stream.Length < ChunkBytes)
        {
            var payload = LedgerEntryFormat.AsOldest(Ledger.Record(++index));
            BinaryPrimitives.WriteInt32LittleEndian(length, payload.Length);
            stream.Write(length);
            stream.Write(payload.Span);
        }
        return chunk with { Data = stream.ToArray(), IsLast = index >= last };
    }

    /// <summary>Makes everything durable and closes the files.</summary>
    public void Close()
    {
        Ledger.Sync();
        Files.SyncCommitted();
        Ledger.Dispose();
        Receiver.Dispose();
        Files.Dispose();
    }

    private static RaftFiles OpenFiles(string folder, MemberIdentity identity, Action<string> note, bool hasLedger)
    {
        var files = new RaftFiles(Path.Combine(folder, "raft"), note);
        if (hasLedger)
            return files;
        // The founding entry; a founder that crashed before it had a ledger does this again.
        if (identity.IsFounder && files.Entries.Count == 0)
        {
            var seats = Membership.Empty.Seats.Add(identity.Id, new MemberSeat(identity.Name, true));
            files.Append([new RaftEntry(1, 1, RaftEntryKind.Membership, MembershipFormat.Encode(new Membership(seats)))]);
        }
        files.Save(new HardState(identity.IsFounder ? 1 : 0, MemberId.None));
        files.Dispose();
        return new RaftFiles(Path.Combine(folder, "raft"), note);
    }
}

using LedgerStore.Storage;

namespace LedgerStore.Ledger;

/// <summary>The ledger of a member of a quorum: what the members have agreed on, applied in order. It is written without a sync, since the
/// replicated log holds it until a snapshot's mark says that it is synced; what a crash took is applied again, and what it left is
/// compared with what is applied. One thread applies; others may use <see cref="Head"/> and <see cref="Read"/>.</summary>
public sealed class AppliedLedger : IDisposable
{
    private readonly ClientWindows clients = new();
    private readonly SegmentedLog log;
    private readonly int readsFormatsTo;
    private readonly long markIndex;
    private (Staged Batch, AppendOutcome[] Outcomes)? held;
    private LedgerHead scanned = new(0, LedgerChecksum.Empty);
    private LedgerHead head = new(0, LedgerChecksum.Empty);

    /// <summary>Opens the ledger as it was at a mark.</summary>
    /// <exception cref="UnusableDataException">It does not hold what the mark says.</exception>
    public AppliedLedger(SegmentedLogOptions options, LedgerMark mark)
    {
        (markIndex, readsFormatsTo, Format, Founding) = (mark.Head.Index, options.ReadsFormatsTo, mark.Format, mark.Founding);
        log = SegmentedLog.Open(options with { RequiredTo = markIndex, WritesFormat = mark.Format }, Replay);
        if (head.Index != mark.Head.Index || head.Checksum != mark.Head.Checksum)
            throw new UnusableDataException(
                $"the ledger in {options.Folder} does not hold the {mark.Head.Index} entries with checksum {mark.Head.Checksum} that the member's " +
                "snapshot says were durable: keep the volume as evidence, and let the member come back with an empty one");
    }

    /// <summary>The newest entry that is applied.</summary>
    public LedgerHead Head => Volatile.Read(ref head);

    /// <summary>The index of the oldest entry.</summary>
    public long FirstIndex => log.FirstIndex;

    /// <summary>The data format that new entries are written in.</summary>
    public int Format { get; private set; }

    /// <summary>How the cluster was founded; null as long as not all founders vote.</summary>
    public Founding? Founding { get; private set; }

    /// <summary>The mark of what is applied. It must be kept only after <see cref="Sync"/>.</summary>
    public LedgerMark Mark => new(Head, Format, Founding);

    /// <summary>Applies appends; the outcomes are in their order.</summary>
    /// <exception cref="DiskFullException">There is no room; the very same appends must be given again.</exception>
    /// <exception cref="UnusableDataException">The disk holds something else where an entry belongs.</exception>
    public AppendOutcome[] Apply(IReadOnlyList<ReplicatedCommand.Append> appends)
    {
        if (held is null)
        {
            var batch = new Staged(Head);
            held = (batch, [.. appends.Select(append => Apply(append, batch))]);
        }
        var (staged, outcomes) = held.Value;
        if (staged.Payloads.Count > 0)
            log.Append(staged.Payloads, isSynced: false);
        held = null;
        Volatile.Write(ref head, staged.Head);
        return outcomes;
    }

    /// <summary>The cluster is founded. Once is enough: a later one says nothing new.</summary>
    public void NoteFounded(Founding founding) => Founding ??= founding;

    /// <summary>From here on entries are written in this data format.</summary>
    /// <exception cref="UnusableDataException">This release cannot read it.</exception>
    public void SwitchTo(int format)
    {
        if (format > readsFormatsTo)
            throw new UnusableDataException(
                $"the cluster has switched to data format {format}, and this version reads formats up to {readsFormatsTo}: " +
                "start the newer version again; nothing was changed");
        if (format <= Format)
            return;
        log.SwitchTo(format);
        Format = format;
    }

    /// <summary>The entry at an index, or null when there is none.</summary>
    public LedgerEntry? Read(long index) => index >= log.FirstIndex && index <= Head.Index ? LedgerEntryFormat.Decode(log.Read(index)) : null;

    /// <summary>The record of an entry that is applied.</summary>
    public LogRecord Record(long index) => log.Read(index);

    /// <summary>Makes durable what is applied.</summary>
    public void Sync() => log.Sync();

    /// <summary>Entries that are still in an older format.</summary>
    public long Backlog => Format <= DataFormat.Oldest ? 0 : log.Segments.Where(segment => segment.Format < Format).Sum(static segment => (long)segment.Count);

    /// <summary>Rewrites the oldest segment that is in an older format; false when there is none.</summary>
    public bool MigrateOne()
    {
        var old = log.Segments.SkipLast(1).FirstOrDefault(segment => segment.Format < Format);
        if (old.BaseIndex == 0)
            return false;
        log.Rewrite(old.BaseIndex, LedgerEntryFormat.ToNewest);
        return true;
    }

    /// <inheritdoc />
    public void Dispose() => log.Dispose();

    private AppendOutcome Apply(ReplicatedCommand.Append append, Staged batch)
    {
        if (append.Command.Identity is { } identity && Refuse(append.Command, identity, batch) is { } refusal)
            return refusal;
        var index = batch.Head.Index + 1;
        var payload = LedgerEntryFormat.Encode(append.Command, index, batch.Head.Checksum, append.AppendedAt, out var checksum, Format);
        batch.Head = new LedgerHead(index, checksum);
        if (index <= log.LastIndex)
            RequireSame(index, checksum);
        else
            batch.Payloads.Add(payload);
        var outcome = new AppendOutcome.Appended(index, checksum, WasRepeat: false);
        if (append.Command.Identity is { } noted)
        {
            clients.Note(noted, index);
            batch.Data[index] = (append.Command.Data, outcome);
        }
        return outcome;
    }

    private AppendOutcome? Refuse(LedgerCommand command, RequestIdentity identity, Staged batch)
    {
        switch (clients.Judge(identity, out var index))
        {
            case IdentityVerdict.New:
                return null;
            case IdentityVerdict.TooOld:
                return new AppendOutcome.SequenceTooOld();
        }
        var (data, outcome) = batch.Data.TryGetValue(index, out var staged) ? staged : Earlier(index);
        return data.Span.SequenceEqual(command.Data.Span) ? outcome with { WasRepeat = true } : new AppendOutcome.SequenceReused(index);
    }

    private (ReadOnlyMemory<byte> Data, AppendOutcome.Appended Outcome) Earlier(long index)
    {
        var entry = LedgerEntryFormat.Decode(log.Read(index));
        return (entry.Data, new AppendOutcome.Appended(index, entry.Checksum, false));
    }

    private void RequireSame(long index, LedgerChecksum checksum)
    {
        if (LedgerEntryFormat.Decode(log.Read(index)).Checksum != checksum)
            throw new UnusableDataException(
                $"entry {index} on this disk is not the one that the cluster has agreed on: keep the volume as evidence, and let the member come back with an empty one");
    }

    private void Replay(LogRecord record)
    {
        if (!LedgerEntryFormat.Follows(record, scanned.Checksum))
            throw new UnusableDataException(
                $"entry {record.Index} does not follow from the one before it: its running checksum is wrong, so segments of different " +
                "ledgers were mixed or changed; keep the volume as evidence and let the member come back with an empty one");
        var entry = LedgerEntryFormat.Decode(record);
        scanned = new LedgerHead(entry.Index, entry.Checksum);
        if (entry.Index > markIndex)
            return;
        if (entry.Identity is { } identity)
            clients.Note(identity, entry.Index);
        head = scanned;
    }

    private sealed class Staged(LedgerHead head)
    {
        public LedgerHead Head { get; set; } = head;

        public List<ReadOnlyMemory<byte>> Payloads { get; } = [];

        public Dictionary<long, (ReadOnlyMemory<byte> Data, AppendOutcome.Appended Outcome)> Data { get; } = [];
    }
}

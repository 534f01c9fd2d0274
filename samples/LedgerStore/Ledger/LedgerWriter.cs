using LedgerStore.Storage;

namespace LedgerStore.Ledger;

/// <summary>Turns commands into durable entries, a batch at a time, and rebuilds from the log what it needs for that. No threads and no
/// queue: whoever calls it decides on order. Only <see cref="Head"/> and <see cref="Read"/> may be used by others at the same time.</summary>
public sealed class LedgerWriter : IDisposable
{
    private readonly ClientWindows clients = new();
    private readonly TimeProvider time;
    private readonly SegmentedLog log;
    private LedgerHead head = new(0, LedgerChecksum.Empty);

    /// <summary>Opens the ledger in the options' folder and reads all of it.</summary>
    /// <exception cref="UnusableDataException">The data cannot be trusted.</exception>
    public LedgerWriter(SegmentedLogOptions options, TimeProvider time)
    {
        this.time = time;
        log = SegmentedLog.Open(options, Replay);
    }

    /// <summary>The newest durable entry.</summary>
    public LedgerHead Head => Volatile.Read(ref head);

    /// <summary>The index of the oldest entry.</summary>
    public long FirstIndex => log.FirstIndex;

    /// <summary>Batches made durable since the ledger was opened.</summary>
    public long SyncCount => log.SyncCount;

    /// <summary>How long each of them took.</summary>
    public LatencyHistogram SyncSeconds => log.SyncSeconds;

    /// <summary>Appends a batch of commands with one sync; the outcomes are in the commands' order.</summary>
    /// <exception cref="DurabilityLostException">The disk failed: nothing of the batch may be acknowledged and the process must end.</exception>
    public AppendOutcome[] Append(IReadOnlyList<LedgerCommand> commands)
    {
        var staged = new StagedBatch(Head, time.GetUtcNow());
        var outcomes = new AppendOutcome[commands.Count];
        for (var number = 0; number < commands.Count; number++)
            outcomes[number] = Refuse(commands[number], staged) ?? staged.Add(commands[number]);
        if (staged.Payloads.Count == 0)
            return outcomes;
        try
        {
            log.Append(staged.Payloads);
        }
        catch (DiskFullException)
        {
            return Array.ConvertAll(outcomes, outcome => IsStaged(outcome) ? new AppendOutcome.DiskFull() : outcome);
        }
        foreach (var (identity, appended) in staged.Identities)
            clients.Note(identity, appended.Index);
        Volatile.Write(ref head, staged.Head);
        return outcomes;
    }

    /// <summary>The entry at an index, or null when there is none.</summary>
    public LedgerEntry? Read(long index) =>
        index >= log.FirstIndex && index <= Head.Index ? LedgerEntryFormat.Decode(log.Read(index)) : null;

    /// <inheritdoc />
    public void Dispose() => log.Dispose();

    private bool IsStaged(AppendOutcome outcome) => outcome is AppendOutcome.Appended appended && appended.Index > Head.Index;

    // Null when the command is to be appended.
    private AppendOutcome? Refuse(LedgerCommand command, StagedBatch staged)
    {
        if (command.Identity is not { } identity)
            return null;
        if (staged.Identities.TryGetValue(identity, out var earlier))
            return staged.DataOf(earlier.Index).Span.SequenceEqual(command.Data.Span)
                ? earlier with { WasRepeat = true }
                : new AppendOutcome.SequenceReused(earlier.Index);
        return clients.Judge(identity, out var index) switch
        {
            IdentityVerdict.New => null,
            IdentityVerdict.Repeat => Repeat(command, index),
            _ => new AppendOutcome.SequenceTooOld(),
        };
    }

    private AppendOutcome Repeat(LedgerCommand command, long index)
    {
        var entry = LedgerEntryFormat.Decode(log.Read(index));
        return entry.Data.Span.SequenceEqual(command.Data.Span)
            ? new AppendOutcome.Appended(index, entry.Checksum, WasRepeat: true)
            : new AppendOutcome.SequenceReused(index);
    }

    private void Replay(LogRecord record)
    {
        if (!LedgerEntryFormat.Follows(record, head.Checksum))
            throw new UnusableDataException(
                $"entry {record.Index} does not follow from the one before it: its running checksum is wrong, so segments of different " +
                "ledgers were mixed or changed; keep the volume as evidence and restore a backup");
        var entry = LedgerEntryFormat.Decode(record);
        if (entry.Identity is { } identity)
            clients.Note(identity, entry.Index);
        head = new LedgerHead(entry.Index, entry.Checksum);
    }
}

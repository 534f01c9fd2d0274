using Holdfast.Platform;
using LedgerStore.Raft;
using LedgerStore.Simulator.Options;
using LedgerStore.Storage;

namespace LedgerStore.Simulator.World;

/// <summary>A member's disk: what a crash leaves is what was synced, and perhaps a part of what was being written.</summary>
/// <param name="chance">When it fails.</param>
/// <param name="options">How often.</param>
public sealed class SimulatedDisk(SeededChance chance, RaftSimulationOptions options) : IRaftStorage
{
    private HardState? unsynced;

    /// <summary>The durable term and vote.</summary>
    public HardState State { get; private set; } = new(0, MemberId.None);

    /// <summary>The durable entries.</summary>
    public List<RaftEntry> Entries { get; } = [];

    /// <summary>The durable snapshot.</summary>
    public SnapshotMark Mark { get; private set; } = SnapshotMark.Zero;

    /// <summary>What is in it.</summary>
    public IReadOnlyList<LedgerCommandModel> Snapshot { get; private set; } = [];

    /// <summary>True while it has no room.</summary>
    public bool IsFull { get; set; }

    /// <summary>True while it works without failing, when the run comes to its end.</summary>
    public bool IsHealthy { get; set; }

    /// <summary>Tells the referee of entries that were written.</summary>
    public Action<IReadOnlyList<RaftEntry>> OnWritten { get; set; } = static _ => { };

    /// <summary>The index that the log reaches to.</summary>
    public long LastIndex => Entries.Count > 0 ? Entries[^1].Index : Mark.Index;

    /// <summary>The term and vote as the process sees them.</summary>
    public HardState Seen => unsynced ?? State;

    /// <inheritdoc />
    public void Save(HardState state)
    {
        Fail(null);
        if (options.Mutant == RaftMutant.KeepsVoteInCache)
            unsynced = state;
        else
            State = state;
        FailAfter();
    }

    /// <inheritdoc />
    public void Append(IReadOnlyList<RaftEntry> entries)
    {
        Fail(entries);
        OnWritten(entries);
        Keep(entries);
        FailAfter();
    }

    /// <summary>Keeps a snapshot, whole or not at all.</summary>
    public void SaveSnapshot(SnapshotMark mark, IReadOnlyList<LedgerCommandModel> commands)
    {
        Fail(null);
        (Mark, Snapshot) = (mark, commands);
        FailAfter();
    }

    /// <summary>Forgets entries before an index.</summary>
    public void RemoveBefore(long index) => Entries.RemoveAll(entry => entry.Index < index);

    /// <summary>Forgets all entries, since a snapshot has taken their place.</summary>
    public void RemoveAll() => Entries.Clear();

    /// <summary>The machine's memory is gone.</summary>
    public void Crash()
    {
        // A page that was never synced may have reached the disk all the same.
        if (unsynced is { } state && chance.Next(2) == 0)
            State = state;
        unsynced = null;
    }

    private void Keep(IReadOnlyList<RaftEntry> entries)
    {
        Entries.RemoveAll(entry => entry.Index >= entries[0].Index);
        Entries.AddRange(entries);
    }

    private void Fail(IReadOnlyList<RaftEntry>? writing)
    {
        if (IsHealthy)
            return;
        if (IsFull)
            throw new DiskFullException("the simulated disk is full");
        if (chance.NextDouble() < options.FailedSync)
        {
            Tear(writing);
            if (options.Mutant != RaftMutant.IgnoresFailedSync)
                throw new SimulatedCrash("its disk failed to sync");
        }
        if (chance.NextDouble() < options.CrashInWrite / 2)
        {
            Tear(writing);
            throw new SimulatedCrash("killed while it wrote");
        }
    }

    // Of a batch that is not synced some first part may be there; the tail is torn and cut at the next start.
    private void Tear(IReadOnlyList<RaftEntry>? writing)
    {
        if (writing is null || chance.Next(2) == 0)
            return;
        OnWritten(writing);
        if (chance.Next(writing.Count + 1) is var count and > 0)
            Keep([.. writing.Take(count)]);
    }

    private void FailAfter()
    {
        if (!IsHealthy && chance.NextDouble() < options.CrashInWrite / 2)
            throw new SimulatedCrash("killed just after it wrote");
    }
}

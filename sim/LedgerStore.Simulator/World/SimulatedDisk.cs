using Holdfast.Platform;
using LedgerStore.Quorum;
using LedgerStore.Raft;
using LedgerStore.Simulator.Options;
using LedgerStore.Storage;

namespace LedgerStore.Simulator.World;

/// <summary>A member's disk: what a crash leaves is what was synced, and perhaps a part of what was being written.</summary>
/// <param name="chance">When it fails.</param>
/// <param name="options">How often.</param>
public sealed class SimulatedDisk(SeededChance chance, RaftSimulationOptions options) : IRaftStorage
{
    private readonly Dictionary<long, uint> entrySums = [];
    private HardState? unsynced;
    private uint stateSum = SumOf(new HardState(0, MemberId.None));
    private uint snapshotSum = SumOf(SnapshotMark.Zero, []);
    private long lastBatchFrom;
    private long notedCommit;

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

    /// <summary>True once a bit has flipped.</summary>
    public bool IsDamaged { get; private set; }

    /// <summary>True while it works without failing, when the run comes to its end.</summary>
    public bool IsHealthy { get; set; }

    /// <summary>Everything to here is known to be committed.</summary>
    public long Committed { get; private set; }

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
            (State, stateSum) = (state, SumOf(state));
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

    /// <inheritdoc />
    public void NoteCommitted(long index) => notedCommit = index;

    /// <summary>Keeps a snapshot, whole or not at all.</summary>
    public void SaveSnapshot(SnapshotMark mark, IReadOnlyList<LedgerCommandModel> commands)
    {
        Fail(null);
        (Mark, Snapshot, snapshotSum) = (mark, commands, SumOf(mark, commands));
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
            (State, stateSum) = (state, SumOf(state));
        unsynced = null;
        // The hint is synced now and then only: an older one may be what is left.
        if (chance.Next(3) > 0)
            Committed = Math.Max(Committed, notedCommit);
    }

    /// <summary>Flips one bit of what is durable: of term and vote, of an entry, or of the snapshot. Never of the newest batch, which recovery cannot tell from a
    /// torn tail. Says of what; null when there is nothing yet.</summary>
    public string? Rot()
    {
        var what = Flip();
        IsDamaged |= what is not null;
        return what;
    }

    private string? Flip()
    {
        var old = Entries.Where(entry => entry.Index < lastBatchFrom).ToList();
        switch (chance.Next(3))
        {
            case 0:
                State = chance.Next(2) == 0 ? State with { Term = State.Term ^ (1L << chance.Next(3)) } : State with { Vote = new MemberId(State.Vote.Value ^ (1ul << chance.Next(2))) };
                return "term and vote";
            case 1 when old.Count > 0:
                var entry = old[chance.Next(old.Count)];
                Entries[Entries.IndexOf(entry)] = entry.Data.Length == 0 || chance.Next(3) == 0
                    ? entry with { Term = entry.Term ^ (1L << chance.Next(3)) }
                    : entry with { Data = Flipped(entry.Data.ToArray()) };
                return $"entry {entry.Index}";
            case 2 when Snapshot.Count > 0:
                var commands = Snapshot.ToArray();
                var at = chance.Next(commands.Length);
                commands[at] = commands[at] with { Sequence = commands[at].Sequence ^ (1L << chance.Next(8)) };
                Snapshot = commands;
                return "the snapshot";
            default:
                return null;
        }
    }

    /// <summary>What recovery does first: reads everything back and compares the checksums.</summary>
    /// <exception cref="UnusableDataException">Something is damaged.</exception>
    public void Check()
    {
        if (options.Mutant == RaftMutant.TrustsDamagedDisk)
            return;
        var what = SumOf(State) != stateSum ? "term and vote" : SumOf(Mark, Snapshot) != snapshotSum ? "the snapshot"
            : Entries.Find(entry => Crc32C.Of(RaftFiles.Encode(entry)) != entrySums[entry.Index]) is { } bad ? $"entry {bad.Index}" : null;
        if (what is not null)
            throw new UnusableDataException($"the checksum of {what} is wrong");
    }

    // The sequence of a client's command: the rest of it names the client, whom the checkers know.
    private byte[] Flipped(byte[] data)
    {
        data[data.Length > 4 ? 4 : 0] ^= (byte)(1 << chance.Next(8));
        return data;
    }

    private static uint SumOf(HardState state) => Crc32C.Of(BitConverter.GetBytes(state.Term), BitConverter.GetBytes(state.Vote.Value));

    private static uint SumOf(SnapshotMark mark, IReadOnlyList<LedgerCommandModel> commands) =>
        Crc32C.Of(RaftFiles.EncodeMark(mark), [.. commands.SelectMany(static command => command.Encode())]);

    private void Keep(IReadOnlyList<RaftEntry> entries)
    {
        Entries.RemoveAll(entry => entry.Index >= entries[0].Index);
        Entries.AddRange(entries);
        lastBatchFrom = entries[0].Index;
        foreach (var entry in entries)
            entrySums[entry.Index] = Crc32C.Of(RaftFiles.Encode(entry));
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

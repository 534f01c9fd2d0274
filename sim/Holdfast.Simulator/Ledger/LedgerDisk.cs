using LedgerStore.Quorum;
using LedgerStore.Raft;

namespace Holdfast.Simulator.Ledger;

/// <summary>What a member keeps on its claim's volume: who it is, term, vote and log. What a call has written is durable when it returns; how a disk breaks that word is LedgerStore's own simulator's matter.</summary>
internal sealed class LedgerDisk : IRaftStorage
{
    /// <summary>Who the disk belongs to; null while it is empty.</summary>
    public MemberIdentity? Identity { get; set; }

    /// <summary>Term and vote.</summary>
    public HardState State { get; private set; } = new(0, MemberId.None);

    /// <summary>The log.</summary>
    public List<RaftEntry> Entries { get; } = [];

    /// <summary>What is no longer in the log.</summary>
    public SnapshotMark Mark { get; private set; } = SnapshotMark.Zero;

    /// <summary>The writes of the snapshot, in their order.</summary>
    public IReadOnlyList<LedgerWrite> Writes { get; private set; } = [];

    /// <summary>Everything to here is known to be committed.</summary>
    public long Committed { get; private set; }

    /// <inheritdoc/>
    public void Save(HardState state) => State = state;

    /// <inheritdoc/>
    public void Append(IReadOnlyList<RaftEntry> entries)
    {
        Entries.RemoveAll(entry => entry.Index >= entries[0].Index);
        Entries.AddRange(entries);
    }

    /// <inheritdoc/>
    public void NoteCommitted(long index) => Committed = Math.Max(Committed, index);

    /// <summary>Keeps a snapshot in the place of the log's beginning.</summary>
    /// <param name="mark">Where it is.</param>
    /// <param name="writes">What it holds.</param>
    /// <param name="last">The last entry that goes, which stays to tell its term.</param>
    public void Compact(SnapshotMark mark, IReadOnlyList<LedgerWrite> writes, long last)
    {
        (Mark, Writes) = (mark, writes);
        Entries.RemoveAll(entry => entry.Index < last);
    }

    /// <summary>Keeps somebody else's snapshot in the place of the whole log.</summary>
    /// <param name="mark">Where it is.</param>
    /// <param name="writes">What it holds.</param>
    public void Install(SnapshotMark mark, IReadOnlyList<LedgerWrite> writes)
    {
        (Mark, Writes) = (mark, writes);
        Entries.Clear();
    }
}

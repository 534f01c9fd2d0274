namespace LedgerStore.Raft;

/// <summary>The log as the core sees it: the entries since the last compaction, in memory; which of them are durable, committed and
/// applied. Indexes only ever go forward, except that what is not committed may be cut off (Raft, 5.3).</summary>
public sealed class RaftLog
{
    private readonly List<RaftEntry> entries = [];
    private readonly SortedList<long, Membership> memberships = [];

    /// <summary>A log as it was found on disk.</summary>
    /// <param name="snapshot">The newest snapshot, or <see cref="SnapshotMark.Zero"/>.</param>
    /// <param name="stored">The entries there are, in order; they may begin before the snapshot's end.</param>
    /// <param name="committed">Entries to here are known to be committed. What was committed once is for ever (Raft, 5.4.3), so that this may be kept over a
    /// restart, as etcd does; without it a member that is alone would hide from stale reads what it had applied.</param>
    /// <exception cref="RaftBrokenException">The entries do not continue the snapshot, or end before <paramref name="committed"/>.</exception>
    public RaftLog(SnapshotMark snapshot, IReadOnlyList<RaftEntry> stored, long committed = 0)
    {
        if (!Continues(snapshot, stored))
            throw new RaftBrokenException($"the log does not continue the snapshot at {snapshot.Index}");
        Snapshot = snapshot;
        (BaseIndex, BaseTerm) = (snapshot.Index, snapshot.Term);
        var held = stored;
        if (held.Count > 0 && held[0].Index <= snapshot.Index)
        {
            // The first stands for what was before it: its term is known.
            (BaseIndex, BaseTerm) = (held[0].Index, held[0].Term);
            held = [.. held.Skip(1)];
        }
        memberships.Add(snapshot.Index, snapshot.Membership);
        AddAll(held);
        StableIndex = LastIndex;
        CommitIndex = AppliedIndex = snapshot.Index;
        CommitTo(committed);
    }

    /// <summary>True when stored entries go on where a snapshot ends. They do not when a crash came between the installing of a snapshot and
    /// the removal of the log that it replaced: then they are to be removed.</summary>
    public static bool Continues(SnapshotMark snapshot, IReadOnlyList<RaftEntry> stored)
    {
        if (stored.Count == 0 || stored[0].Index == snapshot.Index + 1)
            return true;
        return stored[0].Index <= snapshot.Index && stored[^1].Index >= snapshot.Index &&
            stored[(int)(snapshot.Index - stored[0].Index)].Term == snapshot.Term;
    }

    /// <summary>The entry before the first that is held.</summary>
    public long BaseIndex { get; private set; }

    /// <summary>Its term.</summary>
    public long BaseTerm { get; private set; }

    /// <summary>The newest snapshot.</summary>
    public SnapshotMark Snapshot { get; private set; }

    /// <summary>The newest entry.</summary>
    public long LastIndex => BaseIndex + entries.Count;

    /// <summary>Its term.</summary>
    public long LastTerm => entries.Count > 0 ? entries[^1].Term : BaseTerm;

    /// <summary>Everything to here is durable.</summary>
    public long StableIndex { get; private set; }

    /// <summary>Everything to here is committed.</summary>
    public long CommitIndex { get; private set; }

    /// <summary>Everything to here was handed to the state machine.</summary>
    public long AppliedIndex { get; private set; }

    /// <summary>Bytes held in memory.</summary>
    public long Bytes { get; private set; }

    /// <summary>The newest membership in the log, committed or not: it holds from the moment it is in the log (thesis, 4.1).</summary>
    public Membership Membership => memberships.Values[^1];

    /// <summary>The entry that brought it.</summary>
    public long MembershipIndex => memberships.Keys[^1];

    /// <summary>The term of an entry; null when it is not (or no longer) held.</summary>
    public long? TermAt(long index) =>
        index == BaseIndex ? BaseTerm :
        index > BaseIndex && index <= LastIndex ? At(index).Term :
        index == Snapshot.Index ? Snapshot.Term : null;

    /// <summary>The membership as it was at an entry.</summary>
    public Membership MembershipAt(long index) => memberships.Last(held => held.Key <= index).Value;

    /// <summary>True when a log that ends so is at least as complete as this one (Raft, 5.4.1).</summary>
    public bool IsUpToDate(long lastIndex, long lastTerm) => lastTerm > LastTerm || (lastTerm == LastTerm && lastIndex >= LastIndex);

    /// <summary>Adds entries at the end; they must follow.</summary>
    public void Append(IReadOnlyList<RaftEntry> added)
    {
        if (added.Count > 0 && added[0].Index != LastIndex + 1)
            throw new RaftBrokenException($"entry {added[0].Index} does not follow {LastIndex}");
        AddAll(added);
    }

    /// <summary>Cuts off everything from an entry on.</summary>
    /// <exception cref="RaftBrokenException">It is committed: some rule of Raft was broken, and the member must stop.</exception>
    public void CutFrom(long index)
    {
        if (index <= CommitIndex)
            throw new RaftBrokenException($"entry {index} is committed (to {CommitIndex}) and a leader wants it replaced");
        if (index > LastIndex)
            return;
        var first = (int)(index - BaseIndex - 1);
        Bytes -= entries.Skip(first).Sum(static entry => (long)entry.Size);
        entries.RemoveRange(first, entries.Count - first);
        while (memberships.Keys[^1] >= index)
            memberships.RemoveAt(memberships.Count - 1);
        StableIndex = Math.Min(StableIndex, LastIndex);
    }

    /// <summary>Entries from an index on, at least one if there is one, within the bounds.</summary>
    public IReadOnlyList<RaftEntry> Slice(long from, long to, int maxCount, int maxBytes)
    {
        var slice = new List<RaftEntry>();
        var bytes = 0;
        for (var index = from; index <= to && slice.Count < maxCount; index++)
        {
            var entry = At(index);
            bytes += entry.Size;
            if (slice.Count > 0 && bytes > maxBytes)
                break;
            slice.Add(entry);
        }
        return slice;
    }

    /// <summary>The last entry at or before <paramref name="index"/> whose term is at most <paramref name="term"/>: where two logs may agree.</summary>
    public long LastWithTermAtMost(long index, long term)
    {
        var at = Math.Min(index, LastIndex);
        while (at > BaseIndex && At(at).Term > term)
            at--;
        return at;
    }

    /// <summary>Everything to an entry is durable.</summary>
    public void StableTo(long index) => StableIndex = Math.Max(StableIndex, Math.Min(index, LastIndex));

    /// <summary>Everything to an entry is committed; false when that was known.</summary>
    public bool CommitTo(long index)
    {
        if (index <= CommitIndex)
            return false;
        if (index > LastIndex)
            throw new RaftBrokenException($"entry {index} is said to be committed but the log ends at {LastIndex}: durable entries were lost");
        CommitIndex = index;
        return true;
    }

    /// <summary>Everything to an entry was handed to the state machine.</summary>
    public void AppliedTo(long index) => AppliedIndex = index;

    /// <summary>A snapshot was taken here.</summary>
    public void Note(SnapshotMark mark) => Snapshot = mark;

    /// <summary>Forgets entries that a snapshot holds (Raft, 7).</summary>
    public void CompactTo(long index)
    {
        var to = Math.Min(index, Math.Min(Snapshot.Index, AppliedIndex));
        if (to <= BaseIndex)
            return;
        var term = TermAt(to)!.Value;
        var count = (int)(to - BaseIndex);
        Bytes -= entries.Take(count).Sum(static entry => (long)entry.Size);
        entries.RemoveRange(0, count);
        (BaseIndex, BaseTerm) = (to, term);
        while (memberships.Count > 1 && memberships.Keys[1] <= to)
            memberships.RemoveAt(0);
    }

    /// <summary>Begins anew behind a snapshot that was installed.</summary>
    public void RestoreTo(SnapshotMark mark)
    {
        entries.Clear();
        memberships.Clear();
        memberships.Add(mark.Index, mark.Membership);
        (Snapshot, BaseIndex, BaseTerm, Bytes) = (mark, mark.Index, mark.Term, 0);
        StableIndex = CommitIndex = AppliedIndex = mark.Index;
    }

    private RaftEntry At(long index) => entries[(int)(index - BaseIndex - 1)];

    private void AddAll(IReadOnlyList<RaftEntry> added)
    {
        foreach (var entry in added)
        {
            entries.Add(entry);
            Bytes += entry.Size;
            if (entry.Kind == RaftEntryKind.Membership && entry.Index > memberships.Keys[^1])
                memberships.Add(entry.Index, MembershipFormat.Decode(entry.Data.Span));
        }
    }
}

/// <summary>Something that Raft rules out has happened. The member stops before it makes it worse.</summary>
public sealed class RaftBrokenException(string message) : Exception(message);

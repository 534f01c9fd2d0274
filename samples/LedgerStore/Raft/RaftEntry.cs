namespace LedgerStore.Raft;

/// <summary>What an entry of the log is for.</summary>
public enum RaftEntryKind
{
    /// <summary>Never written: zeros are not an entry.</summary>
    None = 0,

    /// <summary>Nothing but a leader's first entry, by which it learns what is committed (thesis, 6.4).</summary>
    NoOp = 1,

    /// <summary>Something for the state machine.</summary>
    Command = 2,

    /// <summary>The membership from here on (<see cref="MembershipFormat"/>).</summary>
    Membership = 3,
}

/// <summary>An entry of the log.</summary>
/// <param name="Index">Its place, from 1, without gaps.</param>
/// <param name="Term">The term of the leader that made it.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="Data">Its bytes.</param>
public sealed record RaftEntry(long Index, long Term, RaftEntryKind Kind, ReadOnlyMemory<byte> Data)
{
    /// <summary>What it is counted as in bounds on bytes.</summary>
    public int Size => 32 + Data.Length;
}

/// <summary>What a member must remember about elections, durable before it answers anyone (Raft, figure 2).</summary>
/// <param name="Term">The newest term it has seen.</param>
/// <param name="Vote">Whom it voted for in that term, or nobody.</param>
public sealed record HardState(long Term, MemberId Vote);

/// <summary>A snapshot: the state machine after an entry, and what the log must know of everything before it.</summary>
/// <param name="Index">The last entry that is in it.</param>
/// <param name="Term">That entry's term.</param>
/// <param name="Membership">The membership at that entry.</param>
/// <param name="Note">What the state machine wants to know about it.</param>
public sealed record SnapshotMark(long Index, long Term, Membership Membership, ReadOnlyMemory<byte> Note)
{
    /// <summary>Before the first entry.</summary>
    public static SnapshotMark Zero { get; } = new(0, 0, Membership.Empty, default);
}

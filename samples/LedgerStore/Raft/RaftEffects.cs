namespace LedgerStore.Raft;

/// <summary>What the core wants done, as data. In this order: send what may go at once, make the state and the entries durable, store the pieces
/// of snapshots, send what had to wait for that, apply, serve the reads (R6). Sending to followers while the leader's own disk
/// works is allowed (thesis, 10.2.1).</summary>
public sealed record RaftEffects
{
    /// <summary>To be made durable, or null.</summary>
    public HardState? HardState { get; init; }

    /// <summary>To be made durable; whatever the log holds from the first one's index on is replaced.</summary>
    public required IReadOnlyList<RaftEntry> Entries { get; init; }

    /// <summary>Messages that promise nothing about this member's disk.</summary>
    public required IReadOnlyList<RaftMessage> SendNow { get; init; }

    /// <summary>Messages that may go only when state and entries are durable.</summary>
    public required IReadOnlyList<RaftMessage> SendWhenDurable { get; init; }

    /// <summary>Pieces of a snapshot that came in.</summary>
    public required IReadOnlyList<RaftMessage.SnapshotChunk> Chunks { get; init; }

    /// <summary>Committed and durable here: for the state machine, in order.</summary>
    public required IReadOnlyList<RaftEntry> Committed { get; init; }

    /// <summary>Reads that may be served once the index is applied.</summary>
    public required IReadOnlyList<ReadGrant> Reads { get; init; }

    /// <summary>Reads that this member cannot get confirmed: ask again.</summary>
    public required IReadOnlyList<long> LostReads { get; init; }

    /// <summary>True when there is nothing to do.</summary>
    public bool IsNothing => HardState is null && Entries.Count == 0 && SendNow.Count == 0 && SendWhenDurable.Count == 0 &&
        Chunks.Count == 0 && Committed.Count == 0 && Reads.Count == 0 && LostReads.Count == 0;
}

/// <summary>A read that may be served.</summary>
/// <param name="Context">Which.</param>
/// <param name="Index">Once this entry is applied.</param>
public readonly record struct ReadGrant(long Context, long Index);

/// <summary>How a request to the core went.</summary>
public enum RaftVerdict
{
    /// <summary>It is under way.</summary>
    Accepted,

    /// <summary>This member does not lead.</summary>
    NotLeader,

    /// <summary>Leadership is being handed over.</summary>
    Transferring,

    /// <summary>Too much is under way.</summary>
    Overloaded,

    /// <summary>The last change of the membership, or the term's first entry, is not committed yet (R7).</summary>
    ChangePending,

    /// <summary>The learner is not caught up, or not heard of.</summary>
    NotCaughtUp,

    /// <summary>It makes no sense for this membership.</summary>
    Invalid,

    /// <summary>Of the voters that would be left no majority is heard of.</summary>
    LosesQuorum,
}

/// <summary>What a member is at the moment.</summary>
public enum RaftRole
{
    /// <summary>It follows, or waits for someone to follow.</summary>
    Follower,

    /// <summary>It asks whether it would be elected.</summary>
    PreCandidate,

    /// <summary>It asks for votes.</summary>
    Candidate,

    /// <summary>It leads.</summary>
    Leader,
}

namespace LedgerStore.Raft;

/// <summary>What members say to each other. Any message may be lost, repeated, late or out of order.</summary>
/// <param name="From">Who says it.</param>
/// <param name="To">To whom.</param>
/// <param name="Term">The sender's term; for a pre-vote the term that it would campaign in.</param>
public abstract record RaftMessage(MemberId From, MemberId To, long Term)
{
    /// <summary>Asks for a vote (Raft, 5.2), or before that whether one would be given (pre-vote: thesis, 9.6).</summary>
    public sealed record VoteRequest(
        MemberId From, MemberId To, long Term, long LastIndex, long LastTerm, bool IsPre, bool IsTransfer) : RaftMessage(From, To, Term);

    /// <summary>The answer to it.</summary>
    public sealed record VoteResponse(MemberId From, MemberId To, long Term, bool IsGranted, bool IsPre) : RaftMessage(From, To, Term);

    /// <summary>Entries that follow the one at <paramref name="PreviousIndex"/> (Raft, 5.3); without entries a probe.</summary>
    public sealed record AppendRequest(
        MemberId From, MemberId To, long Term, long PreviousIndex, long PreviousTerm, IReadOnlyList<RaftEntry> Entries, long Commit)
        : RaftMessage(From, To, Term);

    /// <summary>The answer: everything to <paramref name="Match"/> is durable here; or the logs differ at <paramref name="Rejected"/>, and the
    /// leader may go on at <paramref name="HintIndex"/> (Raft, end of 5.3).</summary>
    public sealed record AppendResponse(
        MemberId From, MemberId To, long Term, bool IsSuccess, long Match, long Rejected, long HintIndex, long HintTerm)
        : RaftMessage(From, To, Term);

    /// <summary>The leader is there. The round lets reads be confirmed (thesis, 6.4). <paramref name="Commit"/> is bounded by what the follower is known to
    /// hold; <paramref name="Goal"/> is not: by it the follower knows how far behind it is (<see cref="RaftNode.Goal"/>).</summary>
    public sealed record Heartbeat(MemberId From, MemberId To, long Term, long Commit, long Round, long Goal) : RaftMessage(From, To, Term);

    /// <summary>The answer to it.</summary>
    public sealed record HeartbeatResponse(MemberId From, MemberId To, long Term, long Round) : RaftMessage(From, To, Term);

    /// <summary>A piece of a snapshot (thesis, 5.1). Position -1 is the offer; the receiver's answer says where to begin. Whoever sends
    /// it for the leader fills in the data.</summary>
    public sealed record SnapshotChunk(
        MemberId From, MemberId To, long Term, SnapshotMark Mark, long Position, ReadOnlyMemory<byte> Data, bool IsLast)
        : RaftMessage(From, To, Term);

    /// <summary>The answer: which position is wanted next.</summary>
    public sealed record SnapshotResponse(MemberId From, MemberId To, long Term, long Index, long NextPosition) : RaftMessage(From, To, Term);

    /// <summary>Campaign now (thesis, 3.10).</summary>
    public sealed record TimeoutNow(MemberId From, MemberId To, long Term) : RaftMessage(From, To, Term);

    /// <summary>A follower asks from which index a read may be served.</summary>
    public sealed record ReadRequest(MemberId From, MemberId To, long Term, long Context) : RaftMessage(From, To, Term);

    /// <summary>The answer to it.</summary>
    public sealed record ReadResponse(MemberId From, MemberId To, long Term, long Context, long Index) : RaftMessage(From, To, Term);
}

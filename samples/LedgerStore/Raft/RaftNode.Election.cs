namespace LedgerStore.Raft;

/// <content>Elections: Raft, 5.2 and 5.4.1; pre-vote: thesis, 9.6; check-quorum: thesis, 6.2.</content>
public sealed partial class RaftNode
{
    private readonly Dictionary<MemberId, bool> votes = [];

    // Learners and those who were removed never campaign (thesis, 4.2.1 and 4.2.2).
    private bool IsPromotable => Membership.IsVoter(Id);

    // For so long after a leader's word no other is elected with our help, unless that leader itself wants it (thesis, 4.2.3).
    private bool HearsLeader => Role == RaftRole.Leader || (!Leader.IsNone && electionElapsed < options.ElectionTicks);

    private void BecomeFollower(long term, MemberId leader)
    {
        if (term > Term)
            (Term, Vote) = (term, MemberId.None);
        (Role, Leader) = (RaftRole.Follower, leader);
        electionElapsed = 0;
        progress.Clear();
        votes.Clear();
        EndTransfer();
        LoseReads();
        DrawTimeout(options.ElectionTicks);
    }

    private void FollowLeader(MemberId leader)
    {
        if (Role == RaftRole.Leader)
            throw new RaftBrokenException($"{leader} leads term {Term}, and so do we ({Id}): two leaders of one term");
        if (Role != RaftRole.Follower || Leader != leader)
            BecomeFollower(Term, leader);
        electionElapsed = 0;
    }

    private void Campaign(bool isPre, bool isTransfer)
    {
        var term = Term + 1;
        Role = isPre ? RaftRole.PreCandidate : RaftRole.Candidate;
        Leader = MemberId.None;
        electionElapsed = 0;
        LoseReads();
        votes.Clear();
        // Votes that are split, or went to one that is gone, need not be waited for as long as a leader's word: nobody is disturbed by another try.
        DrawTimeout(Math.Max(1, options.ElectionTicks / 4));
        if (!isPre)
            (Term, Vote) = (term, Id);
        votes[Id] = true;
        foreach (var voter in Membership.Voters.Where(voter => voter != Id))
            late.Add(new RaftMessage.VoteRequest(Id, voter, term, log.LastIndex, log.LastTerm, isPre, isTransfer));
        DecideElection();
    }

    private void AnswerVote(RaftMessage.VoteRequest request)
    {
        var isFree = Vote == request.From || (Vote.IsNone && Leader.IsNone) || (request.IsPre && request.Term > Term);
        var isGranted = isFree && log.IsUpToDate(request.LastIndex, request.LastTerm);
        if (isGranted && !request.IsPre)
        {
            Vote = request.From;
            electionElapsed = 0;
        }
        // A pre-vote that is granted carries the term that was asked about, a refusal our own, so that the asker can catch up.
        late.Add(new RaftMessage.VoteResponse(Id, request.From, isGranted ? request.Term : Term, isGranted, request.IsPre));
    }

    private void CountVote(RaftMessage.VoteResponse response)
    {
        if (Role != (response.IsPre ? RaftRole.PreCandidate : RaftRole.Candidate))
            return;
        // A vote that was granted for another term's try must not count for this one.
        if (response.IsPre && response.IsGranted && response.Term != Term + 1)
            return;
        votes.TryAdd(response.From, response.IsGranted);
        DecideElection();
    }

    private void DecideElection()
    {
        var isPre = Role == RaftRole.PreCandidate;
        if (Membership.HasQuorum(voter => votes.GetValueOrDefault(voter)))
        {
            if (isPre)
                Campaign(isPre: false, isTransfer: false);
            else
                BecomeLeader();
        }
        else if (!Membership.HasQuorum(voter => votes.GetValueOrDefault(voter, true)))
        {
            BecomeFollower(Term, MemberId.None);
        }
    }

    private void BecomeLeader()
    {
        (Role, Leader) = (RaftRole.Leader, Id);
        electionElapsed = heartbeatElapsed = 0;
        votes.Clear();
        progress.Clear();
        uncommittedBytes = 0;
        SyncProgress();
        // An entry of the own term tells what is committed (thesis, 6.4) and lets memberships be changed (R7).
        firstOfTerm = AppendOwn(RaftEntryKind.NoOp, default);
        BroadcastAppends();
    }

    private void TickLeader()
    {
        heartbeatElapsed++;
        if (electionElapsed >= options.ElectionTicks)
        {
            electionElapsed = 0;
            EndTransfer();
            if (!HasActiveQuorum() && !options.Flaws.HasFlag(RaftFlaws.LeadsUnheard))
            {
                // A leader that hears no majority may have been replaced; clients must not be kept waiting by it (thesis, 6.2).
                BecomeFollower(Term, MemberId.None);
                return;
            }
        }
        if (heartbeatElapsed >= options.HeartbeatTicks)
        {
            heartbeatElapsed = 0;
            BroadcastHeartbeats();
        }
    }

    private bool HasActiveQuorum()
    {
        var hasQuorum = Membership.HasQuorum(voter => voter == Id || (progress.TryGetValue(voter, out var held) && held.IsActive));
        foreach (var follower in progress.Values)
            follower.IsActive = false;
        return hasQuorum;
    }
}

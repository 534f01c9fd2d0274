namespace LedgerStore.Raft;

/// <content>Changes of the membership, one member at a time (thesis, 4), leadership transfer (3.10) and snapshots (5).</content>
public sealed partial class RaftNode
{
    private MemberId transferTarget;

    /// <summary>To whom leadership is being handed, or nobody.</summary>
    public MemberId TransferTarget => transferTarget;

    /// <summary>Asks for a change of the membership.</summary>
    /// <remarks>Only when an entry of the current term and the last change are committed: without that two leaders can commit with
    /// majorities that do not overlap (Ongaro's correction of 10 July 2015 to the thesis' single-server changes; R7).</remarks>
    public RaftVerdict Change(MembershipChange change, out long index)
    {
        index = 0;
        if (Role != RaftRole.Leader)
            return RaftVerdict.NotLeader;
        if (!transferTarget.IsNone)
            return RaftVerdict.Transferring;
        if (Membership.Objection(change) is not null)
            return RaftVerdict.Invalid;
        var isEarly = log.MembershipIndex > log.CommitIndex || !HasCommittedInTerm;
        if (isEarly && !options.Flaws.HasFlag(RaftFlaws.ChangesMembershipEarly))
            return RaftVerdict.ChangePending;
        if (change is MembershipChange.Promote && !IsCaughtUp(change.Member))
            return RaftVerdict.NotCaughtUp;
        if (change is MembershipChange.Remove && !KeepsQuorum(change))
            return RaftVerdict.LosesQuorum;
        index = AppendOwn(RaftEntryKind.Membership, MembershipFormat.Encode(Membership.With(change)));
        // With fewer voters what is there already may be enough.
        MaybeCommit();
        BroadcastAppends();
        return RaftVerdict.Accepted;
    }

    // A removal that leaves no live majority stops the cluster for good: not even the removal itself could be committed (etcd's strict reconfiguration check,
    // pull requests 3543 and 6156).
    private bool KeepsQuorum(MembershipChange change) => Membership.With(change).HasQuorum(voter => voter == Id || IsHeard(voter));

    /// <summary>While it leads: a member is heard of and has nearly all (thesis, 4.2.1), so that as a voter it would not hold the others up.</summary>
    public bool IsCaughtUp(MemberId member) =>
        progress.TryGetValue(member, out var follower) && follower.State == SendState.Replicate &&
        follower.Match + options.PromotionLag >= log.LastIndex && ticks - follower.HeardAt < options.ElectionTicks;

    /// <summary>While it leads: a member has answered within an election timeout.</summary>
    public bool IsHeard(MemberId member) => progress.TryGetValue(member, out var follower) && ticks - follower.HeardAt < options.ElectionTicks;

    /// <summary>Hands leadership to a voter: nothing new is taken, it gets the rest of the log, then it is told to campaign at once (thesis, 3.10).
    /// After an election timeout without success everything goes on as before.</summary>
    public RaftVerdict Transfer(MemberId target)
    {
        if (Role != RaftRole.Leader)
            return RaftVerdict.NotLeader;
        if (!transferTarget.IsNone)
            return transferTarget == target ? RaftVerdict.Accepted : RaftVerdict.Transferring;
        if (target == Id || !Membership.IsVoter(target) || !progress.TryGetValue(target, out var follower))
            return RaftVerdict.Invalid;
        transferTarget = target;
        electionElapsed = 0;
        SendAppends(target, follower);
        MaybeHandOver(target, follower);
        return RaftVerdict.Accepted;
    }

    /// <summary>The voter that is best fit to lead next, or nobody.</summary>
    public MemberId BestSuccessor() => progress
        .Where(other => Membership.IsVoter(other.Key) && ticks - other.Value.HeardAt < options.ElectionTicks)
        .OrderByDescending(static other => other.Value.Match).ThenBy(static other => other.Key)
        .Select(static other => other.Key).FirstOrDefault();

    private void MaybeHandOver(MemberId id, FollowerProgress follower)
    {
        if (Role == RaftRole.Leader && id == transferTarget && follower.Match == log.LastIndex)
            late.Add(new RaftMessage.TimeoutNow(Id, id, Term));
    }

    private void EndTransfer() => transferTarget = MemberId.None;

    private void TakeTimeoutNow()
    {
        // No pre-vote: the leader itself wants it, and others that still hear it must not refuse.
        if (IsPromotable && Role == RaftRole.Follower)
            Campaign(isPre: false, isTransfer: true);
    }

    // A leader that removed itself goes once that is committed (thesis, 4.2.2), and names a successor so that nobody waits.
    private void LeaveAfterRemoval()
    {
        foreach (var id in progress.Keys)
            SendAppends(id, progress[id]);
        if (BestSuccessor() is { IsNone: false } successor)
            late.Add(new RaftMessage.TimeoutNow(Id, successor, Term));
        BecomeFollower(Term, MemberId.None);
    }
}

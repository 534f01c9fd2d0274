namespace LedgerStore.Raft;

/// <content>Replication and commit: Raft, 5.3 and 5.4.2.</content>
public sealed partial class RaftNode
{
    private long uncommittedBytes;
    private long firstOfTerm;
    private (long Term, long Index) told;

    /// <summary>Who has applied everything to here holds all that was acknowledged, as far as this member knows: on a leader what is committed, on others what the leader
    /// has said, whether it has arrived or not. A leader does not know what is committed before its own first entry is, so that one counts as well (thesis, 6.4).</summary>
    public long Goal => Role == RaftRole.Leader ? Math.Max(firstOfTerm, log.CommitIndex) : Math.Max(told.Index, log.CommitIndex);

    /// <summary>While it leads: an entry of its own term is committed, so it knows all that is (thesis, 6.4).</summary>
    public bool HasCommittedInTerm => Role == RaftRole.Leader && log.TermAt(log.CommitIndex) == Term;

    /// <summary>Asks for a command to be replicated; <paramref name="index"/> is where it will be if it is committed in <see cref="Term"/>.</summary>
    public RaftVerdict Propose(ReadOnlyMemory<byte> command, out long index)
    {
        index = 0;
        if (Role != RaftRole.Leader)
            return RaftVerdict.NotLeader;
        if (!transferTarget.IsNone)
            return RaftVerdict.Transferring;
        if (uncommittedBytes > 0 && uncommittedBytes + command.Length > options.MaxUncommittedBytes)
            return RaftVerdict.Overloaded;
        index = AppendOwn(RaftEntryKind.Command, command);
        return RaftVerdict.Accepted;
    }

    /// <summary>Sends what was proposed. One call may follow many proposals: they share messages.</summary>
    public void Flush()
    {
        if (Role == RaftRole.Leader)
            BroadcastAppends();
    }

    private long AppendOwn(RaftEntryKind kind, ReadOnlyMemory<byte> data)
    {
        var entry = new RaftEntry(log.LastIndex + 1, Term, kind, data);
        uncommittedBytes += entry.Size;
        log.Append([entry]);
        if (kind == RaftEntryKind.Membership)
            SyncProgress();
        return entry.Index;
    }

    private void SyncProgress()
    {
        foreach (var gone in progress.Keys.Where(id => !Membership.Contains(id)).ToList())
            progress.Remove(gone);
        foreach (var id in Membership.Seats.Keys.Where(id => id != Id && !progress.ContainsKey(id)))
            progress.Add(id, new FollowerProgress(options, log.LastIndex + 1) { IsActive = true, HeardAt = ticks });
    }

    private void BroadcastAppends()
    {
        foreach (var (id, follower) in progress)
            SendAppends(id, follower);
    }

    private void SendAppends(MemberId to, FollowerProgress follower)
    {
        while (!follower.IsPaused && (follower.Next <= log.LastIndex || follower.State == SendState.Probe))
        {
            if (!SendAppend(to, follower))
                return;
            if (follower.State != SendState.Replicate)
                return;
        }
    }

    private bool SendAppend(MemberId to, FollowerProgress follower)
    {
        var previous = follower.Next - 1;
        if (previous < log.BaseIndex || log.TermAt(previous) is not { } previousTerm)
        {
            BeginSnapshot(to, follower);
            return false;
        }
        var entries = log.Slice(follower.Next, log.LastIndex, options.MaxMessageEntries, options.MaxMessageBytes);
        early.Add(new RaftMessage.AppendRequest(Id, to, Term, previous, previousTerm, entries, log.CommitIndex));
        follower.Sent(previous + entries.Count, entries.Count, entries.Sum(static entry => entry.Size));
        return true;
    }

    private void AnswerAppend(RaftMessage.AppendRequest request)
    {
        HearGoal(request.Commit);
        if (request.PreviousIndex < log.CommitIndex && request.PreviousIndex + request.Entries.Count <= log.CommitIndex)
        {
            Acknowledge(request.From, log.CommitIndex);
            return;
        }
        if (request.PreviousIndex >= log.BaseIndex && log.TermAt(request.PreviousIndex) != request.PreviousTerm)
        {
            var hint = log.LastWithTermAtMost(Math.Min(request.PreviousIndex, log.LastIndex), request.PreviousTerm);
            late.Add(new RaftMessage.AppendResponse(
                Id, request.From, Term, false, 0, request.PreviousIndex, hint, log.TermAt(hint) ?? 0));
            return;
        }
        TakeEntries(request.Entries);
        var last = request.PreviousIndex + request.Entries.Count;
        // Only what this message vouches for: what follows in our log may be another leader's (Raft, figure 2, AppendEntries rule 5).
        log.CommitTo(Math.Min(request.Commit, last));
        Acknowledge(request.From, last);
    }

    private void TakeEntries(IReadOnlyList<RaftEntry> entries)
    {
        for (var number = 0; number < entries.Count; number++)
        {
            var entry = entries[number];
            if (entry.Index <= log.BaseIndex || log.TermAt(entry.Index) == entry.Term)
                continue;
            // Cut only on a true conflict: an old message must not shorten a log (Raft, 5.3).
            log.CutFrom(entry.Index);
            log.Append([.. entries.Skip(number)]);
            return;
        }
    }

    private void Acknowledge(MemberId to, long match) =>
        late.Add(new RaftMessage.AppendResponse(Id, to, Term, true, match, 0, 0, 0));

    private void TakeAppendResponse(RaftMessage.AppendResponse response, FollowerProgress follower)
    {
        if (!response.IsSuccess)
        {
            // Skip whole terms instead of one entry at a time (Raft, end of 5.3).
            var hint = response.HintTerm > 0 ? log.LastWithTermAtMost(response.HintIndex, response.HintTerm) : response.HintIndex;
            if (follower.Reject(response.Rejected, hint))
                SendAppends(response.From, follower);
            return;
        }
        if (follower.State == SendState.Replicate)
            follower.Inflight.FreeTo(response.Match);
        if (follower.Acknowledge(response.Match))
            follower.HeardAt = ticks;
        if (follower.State == SendState.Probe ||
            (follower.State == SendState.Snapshot && response.Match >= follower.Snapshot!.Index))
            follower.BecomeReplicate();
        if (MaybeCommit())
            BroadcastAppends();
        else
            SendAppends(response.From, follower);
        MaybeHandOver(response.From, follower);
    }

    // True when more is committed than before.
    private bool MaybeCommit()
    {
        var matches = Membership.Voters.Select(voter => voter == Id ? log.StableIndex : progress[voter].Match).Order().ToArray();
        if (matches.Length == 0)
            return false;
        var agreed = matches[matches.Length - Membership.Quorum];
        // Only an entry of the own term is committed by counting; older ones with it (Raft, 5.4.2, figure 8).
        if (agreed <= log.CommitIndex || (log.TermAt(agreed) != Term && !options.Flaws.HasFlag(RaftFlaws.CommitsOldTerms)))
            return false;
        uncommittedBytes = Math.Max(0, uncommittedBytes - SizeOf(log.CommitIndex, agreed));
        log.CommitTo(agreed);
        AfterCommit();
        return true;
    }

    private long SizeOf(long after, long to) => log.Slice(after + 1, to, int.MaxValue, int.MaxValue).Sum(static entry => (long)entry.Size);

    private void AfterCommit()
    {
        StartWaitingReads();
        if (log.MembershipIndex <= log.CommitIndex && !Membership.Contains(Id))
            LeaveAfterRemoval();
    }

    private void BroadcastHeartbeats()
    {
        // A follower may hold less than is committed; what it lacks it must not take for committed.
        foreach (var (id, follower) in progress)
            early.Add(new RaftMessage.Heartbeat(Id, id, Term, Math.Min(follower.Match, log.CommitIndex), readRound, Goal));
    }

    // Within a term it only grows, but an entry that an older leader meant to commit may be gone.
    private void HearGoal(long index) => told = (Term, told.Term == Term ? Math.Max(told.Index, index) : index);

    private void AnswerHeartbeat(RaftMessage.Heartbeat heartbeat)
    {
        HearGoal(heartbeat.Goal);
        log.CommitTo(heartbeat.Commit);
        late.Add(new RaftMessage.HeartbeatResponse(Id, heartbeat.From, Term, heartbeat.Round));
    }

    private void TakeHeartbeatResponse(RaftMessage.HeartbeatResponse response, FollowerProgress follower)
    {
        follower.Round = Math.Max(follower.Round, response.Round);
        ConfirmReads();
        follower.IsProbeSent = false;
        if (follower.State == SendState.Replicate && follower.Inflight.IsFull)
            follower.Inflight.FreeFirst();
        if (follower.State == SendState.Snapshot)
            SendChunk(response.From, follower);
        else if (follower.Match < log.LastIndex)
            ProbeLost(response.From, follower);
    }

    // Something may have been lost: one message, also an empty one, makes the follower say where it is.
    private void ProbeLost(MemberId to, FollowerProgress follower)
    {
        if (follower.State == SendState.Replicate && !follower.IsPaused && follower.Next > log.LastIndex)
            SendAppend(to, follower);
        else
            SendAppends(to, follower);
    }
}

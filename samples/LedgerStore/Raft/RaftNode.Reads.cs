namespace LedgerStore.Raft;

/// <content>Reads without a log entry: thesis, 6.4. A read is served at the commit index of its arrival, once a majority has answered a round of
/// heartbeats that began after it. No leases: they would trust clocks, and survive a pause or a transfer (R8).</content>
public sealed partial class RaftNode
{
    private readonly Queue<PendingRead> confirming = [];
    private readonly Queue<PendingRead> waiting = [];
    private readonly HashSet<long> asked = [];
    private readonly List<ReadGrant> grantedReads = [];
    private readonly List<long> lostReads = [];
    private readonly long readsOfThisStart;
    private long readRound;
    private bool isRoundWanted;

    /// <summary>Asks from which index a read may be served; the answer comes as an effect under <paramref name="context"/>.</summary>
    public RaftVerdict Read(long context)
    {
        if (Role == RaftRole.Leader)
            return BeginRead(new PendingRead(Id, context, 0, 0));
        if (Leader.IsNone)
            return RaftVerdict.NotLeader;
        if (asked.Count >= options.MaxPendingReads)
            return RaftVerdict.Overloaded;
        asked.Add(context);
        early.Add(new RaftMessage.ReadRequest(Id, Leader, Term, context ^ readsOfThisStart));
        return RaftVerdict.Accepted;
    }

    /// <summary>Gives up a read that was asked for: its message may have been lost (etcd issue 9566 shows what a lost one comes to). Without this those that nobody waits for any
    /// more would fill the bound, and every later one would be refused.</summary>
    public void ForgetRead(long context) => asked.Remove(context);

    /// <summary>While it leads: begins a round of heartbeats. Whoever has answered it (<see cref="FollowerProgress.Round"/>) was there after this was called: the same
    /// rule by which reads are confirmed (thesis, 6.4).</summary>
    public long BeginRound()
    {
        if (!isRoundWanted)
            readRound++;
        isRoundWanted = true;
        return readRound;
    }

    private void TakeReadRequest(RaftMessage.ReadRequest request)
    {
        if (Role == RaftRole.Leader && Membership.Contains(request.From))
            BeginRead(new PendingRead(request.From, request.Context, 0, 0));
    }

    private void TakeReadResponse(RaftMessage.ReadResponse response)
    {
        // What was meant for this member's earlier process must not answer a read of this one, which may have to see more (R8; etcd makes such ids unique by
        // member and start for the same reason).
        var context = response.Context ^ readsOfThisStart;
        if (asked.Remove(context))
            grantedReads.Add(new ReadGrant(context, response.Index));
    }

    private RaftVerdict BeginRead(PendingRead read)
    {
        if (waiting.Count + confirming.Count >= options.MaxPendingReads)
            return RaftVerdict.Overloaded;
        if (options.Flaws.HasFlag(RaftFlaws.ReadsWithoutQuorum) || HoldsLease())
            Grant(read with { Index = log.CommitIndex });
        else if (!HasCommittedInTerm)
            waiting.Enqueue(read); // A new leader does not know yet what is committed (thesis, 6.4, step 1).
        else
            Confirm(read);
        return RaftVerdict.Accepted;
    }

    private void StartWaitingReads()
    {
        while (HasCommittedInTerm && waiting.TryDequeue(out var read))
            Confirm(read);
    }

    private void Confirm(PendingRead read)
    {
        // One round serves all reads that come before it is sent; heartbeats that are on their way do not count.
        confirming.Enqueue(read with { Index = log.CommitIndex, Round = BeginRound() });
        if (Membership.VoterCount == 1 && Membership.IsVoter(Id))
            ConfirmReads();
    }

    private void SendWantedRound()
    {
        if (isRoundWanted && Role == RaftRole.Leader)
            BroadcastHeartbeats();
        isRoundWanted = false;
    }

    private void ConfirmReads()
    {
        while (confirming.TryPeek(out var read) && Membership.HasQuorum(
            voter => voter == Id || (progress.TryGetValue(voter, out var held) && held.Round >= read.Round)))
            Grant(confirming.Dequeue());
    }

    private void Grant(PendingRead read)
    {
        if (read.Asker == Id)
            grantedReads.Add(new ReadGrant(read.Context, read.Index));
        else
            early.Add(new RaftMessage.ReadResponse(Id, read.Asker, Term, read.Context, read.Index));
    }

    // Whoever stops leading, or follows another, cannot confirm what it was asked: a round of heartbeats counts only for the leader of one term (thesis, 6.4). They are
    // told at once and may ask the new leader; dropped in silence they would hang until they give up (etcd issue 9566).
    private void LoseReads()
    {
        lostReads.AddRange(confirming.Concat(waiting).Where(read => read.Asker == Id).Select(static read => read.Context));
        lostReads.AddRange(asked);
        confirming.Clear();
        waiting.Clear();
        asked.Clear();
    }

    // The flaw of a lease that a transfer does not end: only with the flaw switched on.
    private bool HoldsLease() => options.Flaws.HasFlag(RaftFlaws.LeaseOverTransfer) && HasCommittedInTerm &&
        Membership.HasQuorum(voter => voter == Id || (progress.TryGetValue(voter, out var held) && ticks - held.HeardAt < options.ElectionTicks));

    private readonly record struct PendingRead(MemberId Asker, long Context, long Round, long Index);
}

namespace LedgerStore.Raft;

/// <summary>
/// The Raft algorithm of one member: messages, ticks and requests in, effects out. No disk, no network, no clock, no threads.
/// </summary>
/// <remarks>
/// It follows Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm" (Raft), and Ongaro's thesis; each rule names
/// its section or the known bug that it answers. Whoever drives it does the effects in the order that <see cref="RaftEffects"/>
/// gives, then calls <see cref="Done"/>; <see cref="RaftPump"/> does.
/// </remarks>
public sealed partial class RaftNode
{
    private readonly RaftOptions options;
    private readonly RaftLog log;
    private readonly Dictionary<MemberId, FollowerProgress> progress = [];
    private readonly List<RaftMessage> early = [];
    private readonly List<RaftMessage> late = [];
    private readonly List<RaftMessage.SnapshotChunk> chunks = [];
    private HardState durableState;
    private ulong chance;
    private long ticks;
    private int electionElapsed;
    private int heartbeatElapsed;
    private int electionTimeout;

    /// <summary>A member as it was found on disk.</summary>
    /// <param name="id">Who it is.</param>
    /// <param name="options">How it behaves.</param>
    /// <param name="state">Its term and vote.</param>
    /// <param name="log">Its log.</param>
    public RaftNode(MemberId id, RaftOptions options, HardState state, RaftLog log)
    {
        (Id, this.options, this.log, durableState) = (id, options, log, state);
        (Term, Vote) = (state.Term, state.Vote);
        chance = options.Seed ^ (id.Value * 0xd1342543de82ef95);
        DrawTimeout(options.ElectionTicks);
        readsOfThisStart = (long)Mix(~chance);
    }

    /// <summary>Who it is.</summary>
    public MemberId Id { get; }

    /// <summary>Its term.</summary>
    public long Term { get; private set; }

    /// <summary>Whom it voted for in this term.</summary>
    public MemberId Vote { get; private set; }

    /// <summary>What it is.</summary>
    public RaftRole Role { get; private set; }

    /// <summary>Who leads this term, as far as it knows.</summary>
    public MemberId Leader { get; private set; }

    /// <summary>Its log, to look at.</summary>
    public RaftLog Log => log;

    /// <summary>The membership that holds: the newest in the log (thesis, 4.1).</summary>
    public Membership Membership => log.Membership;

    /// <summary>While it leads: what it knows of the others.</summary>
    public IReadOnlyDictionary<MemberId, FollowerProgress> Followers => progress;

    /// <summary>Ticks since a leader was last heard of; zero while it leads.</summary>
    public int TicksWithoutLeader => Role == RaftRole.Leader ? 0 : electionElapsed;

    /// <summary>Time goes on.</summary>
    public void Tick()
    {
        ticks++;
        electionElapsed++;
        if (Role == RaftRole.Leader)
            TickLeader();
        else if (IsPromotable && (electionElapsed >= electionTimeout || Membership.VoterCount == 1)) // Alone there is nobody to wait for.
            Campaign(isPre: !options.Flaws.HasFlag(RaftFlaws.CampaignsUnasked), isTransfer: false);
    }

    /// <summary>Takes a message in.</summary>
    public void Step(RaftMessage message)
    {
        if (message.To != Id || message.From == Id)
            return;
        if (message.Term > Term && !StepNewerTerm(message))
            return;
        if (message.Term < Term)
            AnswerOlderTerm(message);
        else
            Dispatch(message);
    }

    /// <summary>What is to be done now; <see cref="Done"/> says that it was.</summary>
    public RaftEffects Take()
    {
        SendWantedRound();
        var state = new HardState(Term, Vote);
        var isStateNew = state != durableState;
        // A term that a crash could take back must not be seen by anyone, also not in a leader's appends (R6).
        if (isStateNew)
            late.InsertRange(0, early);
        var effects = new RaftEffects
        {
            HardState = isStateNew ? state : null,
            Entries = log.Slice(log.StableIndex + 1, log.LastIndex, int.MaxValue, int.MaxValue),
            SendNow = isStateNew ? [] : [.. early],
            SendWhenDurable = [.. late],
            Chunks = [.. chunks],
            Committed = log.Slice(log.AppliedIndex + 1, Math.Min(log.CommitIndex, log.StableIndex), options.MaxMessageEntries, options.MaxMessageBytes),
            Reads = [.. grantedReads],
            LostReads = [.. lostReads],
        };
        early.Clear();
        late.Clear();
        chunks.Clear();
        grantedReads.Clear();
        lostReads.Clear();
        return effects;
    }

    /// <summary>The effects were done: what was to be durable is, what was to be applied is.</summary>
    public void Done(RaftEffects effects)
    {
        if (effects.HardState is { } state)
            durableState = state;
        if (effects.Committed.Count > 0)
            log.AppliedTo(effects.Committed[^1].Index);
        if (effects.Entries.Count == 0)
            return;
        log.StableTo(effects.Entries[^1].Index);
        if (Role == RaftRole.Leader && MaybeCommit())
            BroadcastAppends();
    }

    // True when the message is to be looked at further, in a term that is now ours or that is only tried.
    private bool StepNewerTerm(RaftMessage message)
    {
        if (message is RaftMessage.VoteRequest { IsTransfer: false } && HearsLeader && !options.Flaws.HasFlag(RaftFlaws.HeedsStrangers))
        {
            // A member that was removed or cut off must not disturb those who hear their leader (thesis, 4.2.3; R10).
            return false;
        }
        if (message is RaftMessage.VoteRequest { IsPre: true } or RaftMessage.VoteResponse { IsPre: true, IsGranted: true })
            return true;
        BecomeFollower(message.Term, IsFromLeader(message) ? message.From : MemberId.None);
        return true;
    }

    private static bool IsFromLeader(RaftMessage message) =>
        message is RaftMessage.AppendRequest or RaftMessage.Heartbeat or RaftMessage.SnapshotChunk;

    private void AnswerOlderTerm(RaftMessage message)
    {
        if (message is RaftMessage.VoteRequest { IsPre: true })
            late.Add(new RaftMessage.VoteResponse(Id, message.From, Term, false, true));
        else if (message is RaftMessage.Heartbeat or RaftMessage.AppendRequest or RaftMessage.SnapshotChunk)
        {
            // With pre-vote and check-quorum an old leader would else never learn of the newer term, and a member with a
            // newer term never be heard again (etcd issue 5451).
            late.Add(new RaftMessage.AppendResponse(Id, message.From, Term, false, 0, long.MaxValue, 0, 0));
        }
    }

    private void Dispatch(RaftMessage message)
    {
        switch (message)
        {
            case RaftMessage.VoteRequest request:
                AnswerVote(request);
                break;
            case RaftMessage.VoteResponse response:
                CountVote(response);
                break;
            case RaftMessage.AppendRequest request:
                FollowLeader(request.From);
                AnswerAppend(request);
                break;
            case RaftMessage.Heartbeat heartbeat:
                FollowLeader(heartbeat.From);
                AnswerHeartbeat(heartbeat);
                break;
            case RaftMessage.SnapshotChunk chunk:
                FollowLeader(chunk.From);
                AnswerChunk(chunk);
                break;
            default:
                DispatchToLeader(message);
                break;
        }
    }

    private void DispatchToLeader(RaftMessage message)
    {
        if (progress.TryGetValue(message.From, out var follower))
            (follower.IsActive, follower.HeardAt) = (true, ticks);
        switch (message)
        {
            case RaftMessage.AppendResponse response when follower is not null:
                TakeAppendResponse(response, follower);
                break;
            case RaftMessage.HeartbeatResponse response when follower is not null:
                TakeHeartbeatResponse(response, follower);
                break;
            case RaftMessage.SnapshotResponse response when follower is not null:
                TakeSnapshotResponse(response, follower);
                break;
            case RaftMessage.ReadRequest request:
                TakeReadRequest(request);
                break;
            case RaftMessage.ReadResponse response:
                TakeReadResponse(response);
                break;
            case RaftMessage.TimeoutNow:
                TakeTimeoutNow();
                break;
        }
    }

    private void DrawTimeout(int least)
    {
        // SplitMix64 (Steele et al., 2014): the core has its own small chance, so that a seed tells all.
        chance += 0x9e3779b97f4a7c15;
        electionTimeout = least + (int)(Mix(chance) % (ulong)(options.ElectionSpreadTicks + 1));
    }

    private static ulong Mix(ulong drawn)
    {
        drawn = (drawn ^ (drawn >> 30)) * 0xbf58476d1ce4e5b9;
        drawn = (drawn ^ (drawn >> 27)) * 0x94d049bb133111eb;
        return drawn ^ (drawn >> 31);
    }
}

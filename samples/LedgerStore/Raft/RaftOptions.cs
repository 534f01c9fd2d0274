namespace LedgerStore.Raft;

/// <summary>How a member behaves. Times are ticks.</summary>
public sealed record RaftOptions
{
    /// <summary>Without a leader's word for so long a member may campaign; a leader without a majority's steps down.</summary>
    public int ElectionTicks { get; init; } = 20;

    /// <summary>Up to so many more are waited, at random, so that members do not campaign all at once (Raft, 5.2).</summary>
    public int ElectionSpreadTicks { get; init; } = 14;

    /// <summary>How often a leader says that it is there.</summary>
    public int HeartbeatTicks { get; init; } = 2;

    /// <summary>The most bytes of entries in one message.</summary>
    public int MaxMessageBytes { get; init; } = 1024 * 1024;

    /// <summary>The most entries in one message.</summary>
    public int MaxMessageEntries { get; init; } = 1024;

    /// <summary>The most messages under way to one follower.</summary>
    public int MaxInflightMessages { get; init; } = 64;

    /// <summary>The most bytes under way to one follower; one message may go beyond.</summary>
    public int MaxInflightBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>The most bytes that a leader holds without knowing them committed; more is refused.</summary>
    public long MaxUncommittedBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>The most reads that wait to be confirmed.</summary>
    public int MaxPendingReads { get; init; } = 4096;

    /// <summary>A learner that is at most so many entries behind is caught up.</summary>
    public int PromotionLag { get; init; } = 100;

    /// <summary>Where the member's own chance begins; another one at each start.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Known bugs that the simulator switches on to see that they are found.</summary>
    public RaftFlaws Flaws { get; init; }
}

/// <summary>Known bugs, never on but in the simulator.</summary>
[Flags]
public enum RaftFlaws
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>An old term's entry is committed by counting (against Raft, 5.4.2, figure 8).</summary>
    CommitsOldTerms = 1,

    /// <summary>A membership is changed before the last change, and an entry of the term, are committed (against the 2015 rule, R7).</summary>
    ChangesMembershipEarly = 2,

    /// <summary>Reads are served by a leader that has not asked whether it still is one (against thesis, 6.4).</summary>
    ReadsWithoutQuorum = 4,

    /// <summary>Reads are served from a lease that a transfer of leadership does not end.</summary>
    LeaseOverTransfer = 8,

    /// <summary>Who hears no leader campaigns in a new term at once, without asking whether it would be elected (against thesis, 9.6, pre-vote; R10).</summary>
    CampaignsUnasked = 64,

    /// <summary>A campaign in a newer term is heeded also by those who hear their leader (against thesis, 4.2.3, disruptive servers; R10).</summary>
    HeedsStrangers = 128,

    /// <summary>A leader that hears no majority stays one (against thesis, 6.2, check-quorum; R11).</summary>
    LeadsUnheard = 16,
}

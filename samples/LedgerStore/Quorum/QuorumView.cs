using LedgerStore.Ledger;

namespace LedgerStore.Quorum;

/// <summary>One member as another one sees it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Id">Its identity.</param>
/// <param name="IsVoter">True when it counts for majorities.</param>
/// <param name="Match">While this member leads: the newest entry that is durable there.</param>
/// <param name="IsHeard">While this member leads: heard of within an election timeout.</param>
public sealed record SeatView(string Name, string Id, bool IsVoter, long? Match, bool? IsHeard);

/// <summary>How a member of a quorum is; replaced whole.</summary>
public sealed record QuorumView
{
    /// <summary>The cluster.</summary>
    public required string ClusterId { get; init; }

    /// <summary>The member.</summary>
    public required string MemberId { get; init; }

    /// <summary>leader, follower, candidate, learner, joining, removed, or stalled: its disk is full and it takes part in nothing.</summary>
    public required string Role { get; init; }

    /// <summary>The newest term that it knows.</summary>
    public long Term { get; init; }

    /// <summary>The newest entry of the replicated log that it knows to be committed.</summary>
    public long Commit { get; init; }

    /// <summary>The newest entry of the replicated log that it has applied.</summary>
    public long Applied { get; init; }

    /// <summary>The ledger's newest entry at <see cref="Applied"/>.</summary>
    public required LedgerPlace Place { get; init; }

    /// <summary>The newest entry of its own replicated log.</summary>
    public long LastLogIndex { get; init; }

    /// <summary>Up to where it must have applied to hold everything that was acknowledged, as its leader says.</summary>
    public long Goal { get; init; }

    /// <summary>Entries that it must still apply for that, whether they have arrived here or not.</summary>
    public long Lag => Goal - Applied;

    /// <summary>Who leads, by name; null when it knows none.</summary>
    public string? Leader { get; init; }

    /// <summary>Whether it is no voter, and is not to be waited for as if it were. A set that starts its pods one after the other starts the next only when this one is ready: a
    /// learner that comes first, while nobody leads, must not keep the voters from being started.</summary>
    /// <param name="isAmongTheFirst">Whether too few others were started for a cluster to go on.</param>
    public bool LacksVote(bool isAmongTheFirst) => Role == "removed" || (Role is "joining" or "learner" && !(isAmongTheFirst && (Role == "joining" || Leader is null)));

    /// <summary>Who belongs to the cluster.</summary>
    public required IReadOnlyList<SeatView> Members { get; init; }

    /// <summary>True when that is known to be committed.</summary>
    public bool IsMembershipSettled { get; init; }

    /// <summary>The data format that the cluster has agreed on.</summary>
    public int Format { get; init; }

    /// <summary>Entries that are still in an older format.</summary>
    public long Backlog { get; init; }

    /// <summary>How the cluster was founded; null while it is being founded.</summary>
    public Founding? Founding { get; init; }

    /// <summary>True once the cluster takes appends: all its founders have voted.</summary>
    public bool IsFounded { get; init; }

    /// <summary>True while the disk has no room for what must be kept.</summary>
    public bool IsStalled { get; init; }

    /// <summary>Elections that this process has won.</summary>
    public long ElectionsWon { get; init; }

    /// <summary>Snapshots that this process took in.</summary>
    public long SnapshotsInstalled { get; init; }

    /// <summary>True for the one that leads.</summary>
    public bool IsLeader => Role == "leader";
}

/// <summary>Whether a read may be served.</summary>
public enum ReadVerdict
{
    /// <summary>Everything that was acknowledged before it was asked for is there.</summary>
    Confirmed,

    /// <summary>There is no leader who could say so.</summary>
    NoLeader,

    /// <summary>Too many wait.</summary>
    Overloaded,
}

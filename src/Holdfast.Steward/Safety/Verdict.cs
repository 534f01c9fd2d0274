using Holdfast.Model.Values;

namespace Holdfast.Steward.Safety;

/// <summary>What the safety kernel says: yes, or no with every reason that there is.</summary>
/// <param name="Refusals">The reasons; empty means yes.</param>
public sealed record Verdict(ValueList<Refusal> Refusals)
{
    /// <summary>The yes.</summary>
    public static Verdict Yes { get; } = new(default(ValueList<Refusal>));

    /// <summary>Whether it may be done.</summary>
    public bool IsYes => Refusals.IsEmpty;

    /// <summary>Whether the only thing in the way is that the member leads: it may be done once leadership was handed over.</summary>
    public bool AsksForSwitchover => Refusals is [{ Reason: RefusalReason.IsLeader }];

    /// <summary>All reasons in words, in one line; empty for yes.</summary>
    public string Words => string.Join("; ", Refusals.Select(refusal => refusal.Words));

    /// <summary>Whether a reason is among the refusals.</summary>
    /// <param name="reason">The reason.</param>
    public bool Has(RefusalReason reason) => Refusals.Any(refusal => refusal.Reason == reason);
}

/// <summary>One reason why something may not be done.</summary>
/// <param name="Reason">The reason, for programs.</param>
/// <param name="Words">The reason with names and numbers, for people.</param>
public sealed record Refusal(RefusalReason Reason, string Words);

/// <summary>Why something may not be done.</summary>
public enum RefusalReason
{
    /// <summary>The Steward's spec cannot be followed.</summary>
    SpecInvalid,

    /// <summary>Another Steward looks after the same set.</summary>
    OtherSteward,

    /// <summary>Two members lead in the same term.</summary>
    SplitBrain,

    /// <summary>Two pods have one identity, or a member belongs to another cluster.</summary>
    IdentityUnclear,

    /// <summary>Something else is being done to a member.</summary>
    OperationInFlight,

    /// <summary>It is not known who votes.</summary>
    MembershipUnknown,

    /// <summary>Members see different memberships.</summary>
    MembershipChanging,

    /// <summary>No member is known to lead, or the one that does is not well.</summary>
    NoLeader,

    /// <summary>The member leads and must hand over first.</summary>
    IsLeader,

    /// <summary>Fewer voters than a majority would be known, healthy and caught up.</summary>
    QuorumAtRisk,

    /// <summary>The member is on its way to a vote.</summary>
    BeingPromoted,

    /// <summary>It is not known what the member is called in the membership.</summary>
    MemberUnknown,

    /// <summary>The member is not well enough for what is asked.</summary>
    MemberNotWell,

    /// <summary>It is the last voter.</summary>
    LastVoter,
}

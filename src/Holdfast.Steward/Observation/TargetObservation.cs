using System.Collections.Immutable;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Policy;

namespace Holdfast.Steward.Observation;

/// <summary>
/// Everything that the Steward's planners are shown of one target, taken at one moment. Immutable; two equal observations give equal plans.
/// </summary>
/// <param name="Steward">The Steward, with defaults and what its preset fills in.</param>
/// <param name="Now">The time of day, for deadlines in status; ages of what members said are in their readings.</param>
public sealed record TargetObservation(StewardResource Steward, DateTimeOffset Now)
{
    /// <summary>Since when whoever decides has looked at the target without a break; null for whoever only looks once. What nobody watched is no evidence, so that no time counts that passed before.</summary>
    public DateTimeOffset? WatchedSince { get; init; }

    /// <summary>The set; null when there is none by that name.</summary>
    public StatefulSet? Set { get; init; }

    /// <summary>
    /// By ordinal: the ordinals that the set wants, those that the Steward wants besides, every other pod of the set, and the member that the
    /// operation is about, also when only its claims are left. While there is no set, the pods that it left.
    /// </summary>
    public ImmutableArray<MemberObservation> Members { get; init; } = [];

    /// <summary>The revisions of the set.</summary>
    public ImmutableArray<ControllerRevision> Revisions { get; init; } = [];

    /// <summary>Every budget of the namespace whose selector takes a pod of the set.</summary>
    public ImmutableArray<PodDisruptionBudget> Budgets { get; init; } = [];

    /// <summary>Services of the namespace with the names that routing asks for, and those that the Steward made.</summary>
    public ImmutableArray<Service> Services { get; init; } = [];

    /// <summary>The names of other Stewards of the same set, older ones first.</summary>
    public ImmutableArray<OtherSteward> OtherStewards { get; init; } = [];

    /// <summary>What is wrong with the Steward's own spec, as it was found when it was read; nothing is done while there is anything.</summary>
    public ImmutableArray<string> SpecProblems { get; init; } = [];

    /// <summary>What the gates last showed, by name; a gate that is not here was not looked at yet.</summary>
    public ImmutableArray<GateReading> Gates { get; init; } = [];

    /// <summary>How the calls to members last went that the present operation asked for; what was asked before a restart is not here and is asked again.</summary>
    public ImmutableArray<CallOutcome> Calls { get; init; } = [];

    /// <summary>Whether the cluster can take snapshots of claims; null while that was not asked.</summary>
    public SnapshotSupport? Snapshots { get; init; }

    /// <summary>What <c>spec.backup.lastAt</c> last told; null when it was not asked, or names nobody.</summary>
    public BackupReading? Backup { get; init; }

    /// <summary>Who was asked to go lately and was refused, as when nodes are drained; a pod that was made since is not meant.</summary>
    public ImmutableArray<EvictionAsk> Asked { get; init; } = [];

    /// <summary>What was gathered of the member that the operation is about: last lines, states; for status when it fails.</summary>
    public ImmutableArray<string> Evidence { get; init; } = [];

    /// <summary>A member by the name of its pod, or null.</summary>
    /// <param name="name">The name.</param>
    public MemberObservation? Find(string name) => Members.FirstOrDefault(member => member.Name == name);
}

/// <summary>A member was asked to go, and was refused.</summary>
/// <param name="Member">The name of its pod.</param>
/// <param name="PodUid">The pod's uid.</param>
public sealed record EvictionAsk(string Member, string PodUid);

/// <summary>How a call to a member went.</summary>
/// <param name="OperationId">The operation that asked for it.</param>
/// <param name="Action">Which action, as it is called in the spec.</param>
/// <param name="IsDone">Whether it was done.</param>
/// <param name="Problem">Why not, in words; empty when it was.</param>
/// <param name="Age">How long ago it ended, by the Steward's own clock.</param>
public sealed record CallOutcome(string OperationId, string Action, bool IsDone, string Problem, TimeSpan Age);

/// <summary>Another Steward of the same set.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsOlder">Whether it was there first.</param>
public sealed record OtherSteward(string Name, bool IsOlder);

/// <summary>Whether the cluster can take snapshots of claims.</summary>
/// <param name="IsServed">Whether it can, as far as its API shows.</param>
/// <param name="Problem">Why not, and what to do, in words; empty when it can.</param>
public sealed record SnapshotSupport(bool IsServed, string Problem)
{
    /// <summary>It can.</summary>
    public static SnapshotSupport Served { get; } = new(true, "");
}

/// <summary>When the last backup was made, as somebody else than the members tells.</summary>
/// <param name="At">When; null when that was not told.</param>
/// <param name="Age">How long ago they were asked, by the Steward's own clock.</param>
/// <param name="Problem">Why it was not told, in words; empty when it was.</param>
public sealed record BackupReading(DateTimeOffset? At, TimeSpan Age, string Problem);

/// <summary>What a gate last showed.</summary>
/// <param name="Name">The gate's name.</param>
/// <param name="Value">The value; null when there was none.</param>
/// <param name="Age">How long ago it was looked at, by the Steward's own clock.</param>
/// <param name="HeldFor">For how long every look has been within the bounds; null when the last one was not.</param>
/// <param name="Problem">Why there is no value, in words; empty when there is one.</param>
public sealed record GateReading(string Name, double? Value, TimeSpan Age, TimeSpan? HeldFor, string Problem);

using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Policy;

namespace Holdfast.Steward.Planning;

/// <summary>One thing that a plan does to the world, with its reason in words. Each may be done twice without harm.</summary>
/// <param name="Reason">Why.</param>
public abstract record StewardEffect(string Reason);

/// <summary>Ask the API to evict a member's pod, so that budgets hold; the uid is a precondition.</summary>
/// <param name="Member">The name of the pod.</param>
/// <param name="PodUid">Its uid.</param>
/// <param name="Reason">Why.</param>
public sealed record EvictMember(string Member, string PodUid, string Reason) : StewardEffect(Reason);

/// <summary>Have the leader hand over: the action <c>transferLeadership</c>, with the successor as the candidate.</summary>
/// <param name="From">The leader.</param>
/// <param name="To">The voter that is to lead.</param>
/// <param name="Reason">Why.</param>
public sealed record HandOver(string From, string To, string Reason) : StewardEffect(Reason);

/// <summary>Call one of the actions by which members come and go.</summary>
/// <param name="Action">Which.</param>
/// <param name="Member">The member that it is about, by the name of its pod, whether it has one yet or not.</param>
/// <param name="MemberId">What it is called in the membership; null when it has no name there yet.</param>
/// <param name="Reason">Why.</param>
public sealed record CallAction(MembershipAction Action, string Member, string? MemberId, string Reason) : StewardEffect(Reason);

/// <summary>Set the partition of the set's rolling update.</summary>
/// <param name="Partition">The lowest index that is updated.</param>
/// <param name="Reason">Why.</param>
public sealed record SetPartition(int Partition, string Reason) : StewardEffect(Reason);

/// <summary>Write the template of an older revision back into the set.</summary>
/// <param name="Revision">The revision.</param>
/// <param name="Reason">Why.</param>
public sealed record RestoreTemplate(ControllerRevision Revision, string Reason) : StewardEffect(Reason);

/// <summary>Set how many pods the set has, and take away the mark of what was wanted of it directly.</summary>
/// <param name="Replicas">How many.</param>
/// <param name="Reason">Why.</param>
public sealed record ScaleSet(int Replicas, string Reason) : StewardEffect(Reason)
{
    /// <summary>The first ordinal from now on, when the set gives up its lowest; null when that stays.</summary>
    public int? Start { get; init; }
}

/// <summary>Take a snapshot of a claim.</summary>
/// <param name="Claim">The claim.</param>
/// <param name="Uid">Its uid, which the snapshot carries: it is a copy of that claim and of no later one by the same name.</param>
/// <param name="Snapshot">The snapshot's name.</param>
/// <param name="Reason">Why.</param>
public sealed record SnapshotClaim(string Claim, string Uid, string Snapshot, string Reason) : StewardEffect(Reason);

/// <summary>Delete a claim; the uid is a precondition.</summary>
/// <param name="Claim">The claim.</param>
/// <param name="Uid">Its uid.</param>
/// <param name="Reason">Why.</param>
public sealed record DeleteClaim(string Claim, string Uid, string Reason) : StewardEffect(Reason);

/// <summary>Set or take away a pod's role label and its term; the uid is a precondition.</summary>
/// <param name="Member">The name of the pod.</param>
/// <param name="PodUid">Its uid.</param>
/// <param name="Role">The role; null to take the label away.</param>
/// <param name="Term">The term that the role was seen in.</param>
/// <param name="Reason">Why.</param>
public sealed record SetRole(string Member, string PodUid, string? Role, long? Term, string Reason) : StewardEffect(Reason);

/// <summary>Apply a budget.</summary>
/// <param name="Budget">The budget.</param>
/// <param name="Reason">Why.</param>
public sealed record ApplyBudget(PodDisruptionBudget Budget, string Reason) : StewardEffect(Reason);

/// <summary>Delete a budget that the Steward made; the uid is a precondition.</summary>
/// <param name="Name">The budget.</param>
/// <param name="Uid">Its uid.</param>
/// <param name="Reason">Why.</param>
public sealed record DeleteBudget(string Name, string Uid, string Reason) : StewardEffect(Reason);

/// <summary>Apply a Service.</summary>
/// <param name="Service">The Service.</param>
/// <param name="Reason">Why.</param>
public sealed record ApplyService(Service Service, string Reason) : StewardEffect(Reason);

/// <summary>Delete a Service that the Steward made; the uid is a precondition.</summary>
/// <param name="Name">The Service.</param>
/// <param name="Uid">Its uid.</param>
/// <param name="Reason">Why.</param>
public sealed record DeleteService(string Name, string Uid, string Reason) : StewardEffect(Reason);

/// <summary>The actions by which members come and go.</summary>
public enum MembershipAction
{
    /// <summary>Makes a new member a learner.</summary>
    JoinLearner,

    /// <summary>Makes a new member a voter at once.</summary>
    JoinVoter,

    /// <summary>Makes a learner a voter.</summary>
    Promote,

    /// <summary>Lets a member end its work.</summary>
    Drain,

    /// <summary>Takes a member out of the membership.</summary>
    Remove,
}

using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Stewards;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Safety;

namespace Holdfast.Steward.Scaling;

/// <summary>One member's way into the quorum.</summary>
internal static class AdditionStep
{
    private const string Joining = "Joining";
    private const string Starting = "Starting";
    private const string CatchingUp = "CatchingUp";
    private const string Promoting = "Promoting";
    private const string Verifying = "Verifying";

    public static StewardPlan Begin(StewardView view, string name)
    {
        if (Refusal(view, name) is { Length: > 0 } refusal)
        {
            return ScalingPlanner.Wait($"{name} may not be added yet: {refusal}");
        }
        if (OldData(view, name) is { Length: > 0 } old)
        {
            return ScalingPlanner.Wait(old);
        }
        var observed = view.Observation.Find(name);
        var phase = view.Spec.Member.Joins == "BeforeStart" && !(IsStillNamed(view) && observed is { Claims.IsEmpty: false })
            && (observed?.Pod is null || (view.State.Find(name) is { } there && IsStranger(view, there))) ? Joining : Starting;
        var operation = Operations.Begin(view, Operations.ScaleUp, name, ScalingPlanner.Deadline(view), phase, $"{ScalingPlanner.Wanted(view)} members are wanted");
        var warning = ScalingPlanner.EvenWarning(ScalingPlanner.Wanted(view));
        var begun = new StewardEvent(false, "ScaleUpStarted", $"{name} is added");
        return StewardPlan.Remember(
            view.Memory with { Operation = operation },
            warning.Length > 0 ? [begun, new StewardEvent(true, "EvenVoters", warning)] : [begun]);
    }

    // Who is a member already brings no change of the membership, so that neither a leader nor a majority is needed, which its pod may be what lacks to have.
    private static string Refusal(StewardView view, string name)
    {
        var refusals = SafetyKernel.MayAdd(name, IsVoterAtOnce(view), view.State, null, view.Policy).Refusals;
        return string.Join("; ", refusals
            .Where(refusal => !Returns(view, name) || refusal.Reason is RefusalReason.SpecInvalid or RefusalReason.OtherSteward or RefusalReason.SplitBrain or RefusalReason.IdentityUnclear)
            .Select(refusal => refusal.Words));
    }

    // The set was made smaller while nobody held that back: the pod is there still, or only its claims are and the membership names one that no pod is.
    private static bool Returns(StewardView view, string name) => !StatefulSetIdentity.Wants(view.Set, StatefulSetIdentity.Ordinal(view.Set, name))
        && (view.State.Find(name) is { IsListed: true, Pod: not null } || (IsStillNamed(view) && view.Observation.Find(name) is { Claims.IsEmpty: false }));

    /// <summary>Why a member may not be added whose claim is that of one that was removed (T4); empty when nothing is in the way. Members that ask to be let in are known by what their disk says.</summary>
    public static string OldData(StewardView view, string name) => view.Observation.Find(name) is { Pod: null, Claims: { IsEmpty: false } claims } && !JoinsItself(view) && !IsStillNamed(view)
        ? $"{name} is not added: claim {claims[0].Name} holds the data of a member that was removed, and it must not come back under its old name. Delete the claim, or copy what it holds and then delete it"
        : "";

    // What the membership names and no pod says it is may be this very one, which comes back with its own data.
    private static bool IsStillNamed(StewardView view) => view.State.Members.Any(member => member.Observation is null);

    /// <summary>
    /// Whether a pod was started although the membership had to name it first, as when the set was scaled while nobody held that back: it does not
    /// answer, and every member that the membership names is some other pod.
    /// </summary>
    public static bool IsStranger(StewardView view, ClusterMember member) => view.Spec.Member.Joins == "BeforeStart"
        && member is { IsKnown: false, Pod: { IsTerminating: false, IsReady: false } } && view.State.IsMembershipKnown && view.State.Members.All(each => each.Observation is not null);

    public static StewardPlan Continue(StewardView view, OperationStatus operation)
    {
        var member = view.State.Find(operation.Member);
        var ordinal = StatefulSetIdentity.Ordinal(view.Set, operation.Member);
        // Before it is found well: the set may ask for fewer pods than there are, and would take it away as soon as it was let.
        if (operation.Phase != Joining && !StatefulSetIdentity.Wants(view.Set, ordinal))
        {
            return ScalingPlanner.Call(new ScaleSet(ordinal - StatefulSetIdentity.Start(view.Set) + 1, $"{operation.Member} is {(member is { IsListed: true } ? "a member, and stays" : "added")}"));
        }
        if (member is { IsVoter: true, Counts: true, Pod.IsReady: true } && StatefulSetIdentity.Wants(view.Set, ordinal))
        {
            return ScalingPlanner.Done(view, $"{operation.Member} is a voter and well");
        }
        return operation.Phase switch
        {
            Joining => Join(view, operation),
            Starting => Start(view, operation, member),
            CatchingUp => CatchUp(view, operation, member),
            Promoting => Promote(view, operation, member),
            _ => ScalingPlanner.Wait($"{operation.Member} has a vote and is not well yet: {member?.Problem}"),
        };
    }

    /// <summary>The membership must name it before its pod starts; it is the one that no pod says it is.</summary>
    private static StewardPlan Join(StewardView view, OperationStatus operation)
    {
        var ordinal = StatefulSetIdentity.Ordinal(view.Set, operation.Member);
        // Its own pod, and those after it, may have been started too early; whoever is before it must say who it is.
        if (!view.State.IsMembershipKnown || view.State.Members.Any(member => member is { Pod: not null, IsKnown: false } && member.Observation!.Ordinal < ordinal))
        {
            return ScalingPlanner.Wait($"every member must be known before {operation.Member} is added");
        }
        var unstarted = view.State.Members.Where(member => member.Observation is null).ToArray();
        return unstarted.Length switch
        {
            0 => Call(view, operation, null),
            1 => StewardPlan.Remember(view.Memory with { Operation = operation with { MemberId = unstarted[0].Id!, Phase = Starting, PhaseSince = view.Now } }),
            _ => ScalingPlanner.Wait($"the membership names {string.Join(" and ", unstarted.Select(member => member.Name))}, which no pod says it is: remove what is left over"),
        };
    }

    private static StewardPlan Start(StewardView view, OperationStatus operation, ClusterMember? member)
    {
        if (member is not { IsKnown: true })
        {
            return ScalingPlanner.Wait($"{operation.Member} starts: {member?.Problem ?? "it has no pod yet"}");
        }
        if (operation.MemberId.Length > 0 && member.Id != operation.MemberId)
        {
            return ScalingPlanner.Wait($"{operation.Member} came as {member.Id}, and {operation.MemberId} was added for it: its disk was not empty (T4). Delete its claim and its pod");
        }
        if (!view.State.IsMembershipKnown)
        {
            return ScalingPlanner.Wait($"it is not known who votes: {view.State.MembershipProblem}");
        }
        return member.IsListed == true ? ScalingPlanner.To(view, operation with { MemberId = member.Id! }, CatchingUp)
            : JoinsItself(view) ? ScalingPlanner.Wait($"{operation.Member} asks to be let in")
            : Call(view, operation, member.Id);
    }

    private static StewardPlan CatchUp(StewardView view, OperationStatus operation, ClusterMember? member) => member switch
    {
        { IsVoter: true } => ScalingPlanner.To(view, operation, Verifying),
        { IsKnown: true, IsWell: true, Pod.IsTerminating: false } => view.Spec.Member.Promote is not null
            ? ScalingPlanner.To(view, operation, Promoting)
            : ScalingPlanner.Wait($"{operation.Member} is caught up and gets its vote"),
        _ => ScalingPlanner.Wait($"{operation.Member} catches up: {member?.Problem ?? "it is gone"}"),
    };

    private static StewardPlan Promote(StewardView view, OperationStatus operation, ClusterMember? member)
    {
        if (member is null or { IsVoter: true })
        {
            return ScalingPlanner.To(view, operation, Verifying);
        }
        var verdict = SafetyKernel.MayPromote(member, view.State, null, view.Policy);
        return verdict.IsYes
            ? ScalingPlanner.Call(new CallAction(MembershipAction.Promote, operation.Member, member.Id, $"{operation.Member} is caught up"))
            : ScalingPlanner.Wait(verdict.Words);
    }

    private static StewardPlan Call(StewardView view, OperationStatus operation, string? id)
    {
        var verdict = SafetyKernel.MayAdd(operation.Member, IsVoterAtOnce(view), view.State, null, view.Policy);
        return verdict.IsYes
            ? ScalingPlanner.Call(new CallAction(IsVoterAtOnce(view) ? MembershipAction.JoinVoter : MembershipAction.JoinLearner, operation.Member, id, operation.Reason))
            : ScalingPlanner.Wait(verdict.Words);
    }

    private static bool IsVoterAtOnce(StewardView view) =>
        view.Spec.Member.JoinVoter is not null && (view.Spec.Scaling.Join == "Voter" || view.Spec.Member.JoinLearner is null);

    private static bool JoinsItself(StewardView view) =>
        view.Spec.Member.Joins == "Itself" || view.Spec.Member is { Joins: "", JoinLearner: null, JoinVoter: null };
}

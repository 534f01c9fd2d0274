using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Stewards;
using Holdfast.Steward.Backups;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Rollout;
using Holdfast.Steward.Safety;

namespace Holdfast.Steward.Scaling;

/// <summary>One member's way out: drained, leadership moved away, the rest well, out of the membership, its pod, its claims, and a look whether all is well.</summary>
internal static class RemovalStep
{
    public const string Draining = "Draining";
    public const string Removing = "Removing";
    private const string Shrinking = "Shrinking";
    public const string Claims = "Claims";
    private const string Verifying = "Verifying";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    public static StewardPlan Begin(StewardView view, string name) =>
        view.State.Find(name) is { } member ? Begin(view, member) : ScalingPlanner.Wait($"{name} is not known");

    public static StewardPlan Begin(StewardView view, ClusterMember member)
    {
        var name = member.Name;
        if (StatefulSetIdentity.Replicas(view.Set) <= 1 && StatefulSetIdentity.Wants(view.Set, StatefulSetIdentity.Ordinal(view.Set, name)))
        {
            return ScalingPlanner.Wait($"{name} is the last member");
        }
        if (Objection(view) is { Length: > 0 } objection)
        {
            return ScalingPlanner.Wait($"{name} is not removed: {objection}");
        }
        var isOut = member.IsListed == false;
        if (!isOut && view.Spec.Member.Remove is null)
        {
            return ScalingPlanner.Wait($"{name} cannot be removed: there is no action remove by which it would leave the membership, and its pod must not go before");
        }
        var verdict = isOut ? SafetyKernel.MayLose(member, view.State, null, view.Policy) : SafetyKernel.MayRemove(member, view.State, null, view.Policy);
        if (verdict.AsksForSwitchover)
        {
            return Switchover.Begin(view, member, $"{name} is to be removed");
        }
        if (!verdict.IsYes)
        {
            return ScalingPlanner.Wait($"{name} may not be removed yet: {verdict.Words}");
        }
        // Whose pod is gone has nothing to drain.
        var phase = isOut ? Shrinking : view.Spec.Member.Drain is null || member.Pod is null ? Removing : Draining;
        var wanted = ScalingPlanner.Wanted(view);
        var operation = Operations.Begin(view, Operations.ScaleDown, name, ScalingPlanner.Deadline(view), phase, $"{wanted} members are wanted").About(member);
        var begun = new StewardEvent(false, "ScaleDownStarted", $"{name} is removed");
        var warning = ScalingPlanner.EvenWarning(wanted);
        return StewardPlan.Remember(
            view.Memory with { Operation = operation },
            warning.Length > 0 ? [begun, new StewardEvent(true, "EvenVoters", warning)] : [begun]);
    }

    private static string Objection(StewardView view) =>
        ClaimEnd.Objection(view) is { Length: > 0 } claims ? claims : BackupProof.Objection(view, view.Spec.Scaling.BackupWithin, "scaling.backupWithin");

    public static StewardPlan Continue(StewardView view, OperationStatus operation) => operation.Phase switch
    {
        Draining => Drain(view, operation),
        Removing => Remove(view, operation),
        Shrinking => Shrink(view, operation),
        Claims => EndClaims(view, operation),
        _ => Verify(view, operation),
    };

    private static StewardPlan Drain(StewardView view, OperationStatus operation)
    {
        var outcome = view.Observation.Calls.LastOrDefault(call => call.OperationId == operation.Id && call.Action == "drain");
        return outcome switch
        {
            { IsDone: true } => ScalingPlanner.To(view, operation, Removing),
            { Age: var age } when age < Pause => ScalingPlanner.Wait($"{operation.Member} could not be drained: {outcome.Problem}"),
            _ => ScalingPlanner.Call(new CallAction(MembershipAction.Drain, operation.Member, operation.MemberId, $"{operation.Member} is removed")),
        };
    }

    private static StewardPlan Remove(StewardView view, OperationStatus operation)
    {
        var state = view.State;
        if (!state.IsMembershipKnown)
        {
            return ScalingPlanner.Wait($"it is not known who votes: {state.MembershipProblem}");
        }
        if (state.Members.FirstOrDefault(each => each.Id == operation.MemberId) is not { IsListed: true } member)
        {
            return ScalingPlanner.To(view, operation, Shrinking);
        }
        var verdict = SafetyKernel.MayRemove(member, state, null, view.Policy);
        if (verdict.AsksForSwitchover)
        {
            return StewardPlan.Remember(view.Memory.Ended("Superseded", $"{operation.Member} leads now and hands over first", view.Now));
        }
        return verdict.IsYes
            ? ScalingPlanner.Call(new CallAction(MembershipAction.Remove, operation.Member, operation.MemberId, $"{operation.Member} leaves the membership{(member.Pod is null ? ": its pod is gone for good" : " before its pod goes")}"))
            : ScalingPlanner.Wait(verdict.Words);
    }

    private static StewardPlan Shrink(StewardView view, OperationStatus operation)
    {
        var ordinal = StatefulSetIdentity.Ordinal(view.Set, operation.Member);
        if (StatefulSetIdentity.Wants(view.Set, ordinal))
        {
            // Someone may have let it in again since.
            return view.State.Members.Any(member => member.Id == operation.MemberId && member.IsListed != false)
                ? ScalingPlanner.To(view, operation, Removing)
                : RemovalChoice.Shrink(view, ordinal, $"{operation.Member} has left the membership") is { } shrink
                    ? ScalingPlanner.Call(shrink)
                    : ScalingPlanner.Wait($"{operation.Member} has left the membership, and its pod stands between others that stay: somebody changed the set meanwhile");
        }
        return view.Observation.Find(operation.Member)?.Pod is not null
            ? ScalingPlanner.Wait($"{operation.Member} ends")
            : ScalingPlanner.To(view, operation, Claims);
    }

    private static StewardPlan EndClaims(StewardView view, OperationStatus operation) =>
        ClaimEnd.Next(view, operation) ?? ScalingPlanner.To(view, operation, Verifying);

    private static StewardPlan Verify(StewardView view, OperationStatus operation) =>
        view.State is { IsMembershipKnown: true, Leader.Counts: true } && view.State.Voters.All(voter => voter.Counts)
            ? ScalingPlanner.Done(view, $"{operation.Member} is removed, and the other {view.State.VoterCount} voters are well")
            : ScalingPlanner.Wait($"{operation.Member} is removed, and not every voter is well yet");
}

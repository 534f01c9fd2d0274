using System.Collections.Immutable;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Stewards;
using Holdfast.Model.Values;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Safety;

namespace Holdfast.Steward.Rollout;

/// <summary>One member's way to a revision: its pod goes, comes back, is a voter that is caught up and healthy, does well for a while, and the gates hold.</summary>
internal static class UpdateStep
{
    public const string Replacing = "Replacing";
    public const string Starting = "Starting";
    public const string Placing = "Placing";
    private const string Rejoining = "Rejoining";
    private const string Soaking = "Soaking";
    private const string Gating = "Gating";

    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    public static StewardPlan Continue(StewardView view, OperationStatus operation)
    {
        var pod = view.Observation.Find(operation.Member)?.Pod;
        // The template that is to be had is not the one that the set's status speaks of.
        if (!view.IsSetSeen && view.Memory.Rollout is { Phase: "RollingBack", Restored: false })
        {
            return StewardPlan.Wait($"the controller of StatefulSet {view.Set.Metadata.Name} has not seen its spec yet", Again);
        }
        if (view.IsSetSeen && view.Target != operation.Revision)
        {
            // Whose pod is gone stays the one that is away until he is back, now with what is wanted now: to give the lock up here would let another one go meanwhile (T2).
            if (pod is null or { IsTerminating: true })
            {
                return StewardPlan.Remember(view.Memory with
                {
                    Operation = operation with { Revision = view.Target, Deadline = view.Now + StewardView.Span(view.Spec.Rollout.StepDeadline, TimeSpan.FromMinutes(10)) },
                });
            }
            // A way back has its own order, in which who failed comes first.
            var isOnward = !view.Spec.Rollout.Paused && view.Memory.Rollout?.Phase != "RollingBack" && !view.Outdated.IsEmpty;
            if (isOnward && pod.Uid != operation.PodUid && view.State.Find(operation.Member) is { } away && Missing(away, operation) is { Length: > 0 } lack)
            {
                return RolloutPlanner.Turn(view, away, $"the template was changed again while it is away: {lack}");
            }
            return End(view, "Superseded", $"{operation.Member}: the template was changed again, {view.Target} is wanted now", "Superseded");
        }
        if (view.IsSetSeen && view.Memory.Rollout is { } asked && RolloutRequests.Interrupt(view, asked) is { } interruption)
        {
            return interruption;
        }
        if (view.Memory.Rollout is { } rollout && rollout.Seen(view.State) is var seen && seen != rollout)
        {
            return StewardPlan.Remember(view.Memory with { Rollout = seen });
        }
        if (pod is { IsTerminating: false } && (pod.Uid == operation.PodUid || pod.Revision != operation.Revision))
        {
            return Replace(view, operation, pod);
        }
        if (pod is null && !StatefulSetIdentity.Wants(view.Set, StatefulSetIdentity.Ordinal(view.Set, operation.Member)))
        {
            return End(view, "Superseded", $"{operation.Member} is gone, and the set no longer wants it", "Superseded");
        }
        var member = view.State.Find(operation.Member);
        if (pod is null or { IsTerminating: true } || member is null)
        {
            return InPhase(view, operation, Starting, pod is null ? $"{operation.Member} is made again" : $"{operation.Member} ends");
        }
        if (Placement.Hindrance(view, operation, member) is { Length: > 0 } hindrance)
        {
            return Unplaced(view, operation, $"{operation.Member} has no node, and the update goes on once it has one: {hindrance}");
        }
        if (Missing(member, operation) is { Length: > 0 } missing)
        {
            return InPhase(view, operation, Rejoining, $"{operation.Member} is not back: {missing}");
        }
        return Soak(view, operation);
    }

    /// <summary>What the member lacks to be back; empty when it is.</summary>
    private static string Missing(ClusterMember member, OperationStatus operation) => member switch
    {
        { Problem.Length: > 0 } => member.Problem,
        { Pod.IsReady: false } => member.Pod.Problem,
        { IsVoter: not true } when !operation.IsLearner => "it has no vote yet",
        _ => "",
    };

    private static StewardPlan Replace(StewardView view, OperationStatus operation, PodFacts pod)
    {
        var member = view.State.Find(operation.Member)!;
        var index = view.IndexOf(member);
        var refusal = SafetyKernel.MayLose(member, view.State, null, view.Policy) is { IsYes: false } verdict ? verdict.Words : Placement.Objection(member);
        if (refusal.Length > 0)
        {
            return view.IsRollingUpdate && view.Partition <= index
                ? StewardPlan.Do(new SetPartition(index + 1, $"{operation.Member} may not go any more: {refusal}"))
                : End(view, "Superseded", $"{operation.Member} may not go any more: {refusal}", "Waiting");
        }
        if (operation.IsOverdue(view))
        {
            return Fail(view, operation, $"{operation.Member} was not replaced within {view.Spec.Rollout.StepDeadline}");
        }
        if (pod.Uid != operation.PodUid)
        {
            // It came back with another revision, which is taken for a new pod to replace under the same lock.
            return StewardPlan.Remember(view.Memory with { Operation = operation with { PodUid = pod.Uid, Phase = Replacing, PhaseSince = view.Now } });
        }
        if (view.IsRollingUpdate && view.Partition > index)
        {
            return StewardPlan.Do(new SetPartition(index, operation.Reason));
        }
        // The set's own controller replaces a pod that is ready, the highest first, once all that the set no longer wants are gone; one that never becomes ready it would leave there for ever.
        var isNext = view.Outdated.Select(view.IndexOf).DefaultIfEmpty(-1).Max() == index && view.Observation.Members.All(other => other.Pod is null || StatefulSetIdentity.Wants(view.Set, other.Ordinal));
        return view.IsRollingUpdate && pod.IsReady && pod.Revision != operation.Revision && isNext
            ? StewardPlan.Wait($"the set's controller replaces {operation.Member}", Again)
            : StewardPlan.Do(new EvictMember(operation.Member, pod.Uid, operation.Reason)) with { RequeueAfter = Again };
    }

    private static StewardPlan Soak(StewardView view, OperationStatus operation)
    {
        var soak = StewardView.Span(view.Spec.Rollout.Soak, TimeSpan.FromSeconds(30));
        if (operation.Phase is not (Soaking or Gating))
        {
            return To(view, operation, Soaking, $"{operation.Member} is back, and is watched for {DurationText.Of(soak)}");
        }
        if (operation.Phase == Soaking && view.Now - view.Watched(operation.PhaseSince) < soak)
        {
            return StewardPlan.Wait($"{operation.Member} is back and is watched", view.Watched(operation.PhaseSince) + soak - view.Now);
        }
        if (GateCheck.Shut(view) is not { Length: > 0 } shut)
        {
            return End(view, "Done", $"{operation.Member} is at revision {operation.Revision} and well", "Done");
        }
        if (operation.Phase == Soaking)
        {
            return To(view, operation, Gating, shut);
        }
        return view.Now - view.Watched(operation.PhaseSince) >= StewardView.Span(view.Spec.Rollout.StepDeadline, TimeSpan.FromMinutes(10))
            ? Fail(view, operation, $"after {operation.Member}, {shut}")
            : StewardPlan.Wait(shut, Again);
    }

    // What the revision is not to blame for does not count against it.
    private static StewardPlan Unplaced(StewardView view, OperationStatus operation, string words) => operation.Phase == Placing
        ? StewardPlan.Wait(words, Again)
        : To(view, operation, Placing, words) with { Events = [new StewardEvent(true, "MemberNotPlaced", words)] };

    private static StewardPlan InPhase(StewardView view, OperationStatus operation, string phase, string words)
    {
        if (operation.Phase == Placing)
        {
            return To(view, operation with { Deadline = view.Now + StewardView.Span(view.Spec.Rollout.StepDeadline, TimeSpan.FromMinutes(10)) }, phase, words);
        }
        if (operation.IsOverdue(view))
        {
            return Fail(view, operation, $"{operation.Member} is not back within {view.Spec.Rollout.StepDeadline}: {words}");
        }
        return operation.Phase == phase ? StewardPlan.Wait(words, Again) : To(view, operation, phase, words);
    }

    private static StewardPlan To(StewardView view, OperationStatus operation, string phase, string words) => StewardPlan.Remember(view.Memory with
    {
        Operation = operation with { Phase = phase, PhaseSince = view.Now },
        Rollout = WithStep(view.Memory.Rollout, operation.Member, step => step with { Phase = phase, Message = words }),
    });

    private static StewardPlan End(StewardView view, string outcome, string words, string phase)
    {
        var member = view.Memory.Operation!.Member;
        var memory = view.Memory.Ended(outcome, words, view.Now);
        var isDone = outcome == "Done";
        return StewardPlan.Remember(
            memory with
            {
                Rollout = WithStep(memory.Rollout, member, step => step with { Phase = phase, Message = words, FinishedAt = isDone ? view.Now : null }) is { } rollout
                    ? rollout with { ProgressedAt = isDone ? view.Now : rollout.ProgressedAt }
                    : null,
            },
            new StewardEvent(!isDone, isDone ? "UpdateDone" : "UpdateGivenUp", words));
    }

    private static StewardPlan Fail(StewardView view, OperationStatus operation, string words)
    {
        var member = view.State.Find(operation.Member);
        ImmutableArray<string> evidence = [.. new[] { member?.Pod?.Problem, member?.Problem }.Where(text => !string.IsNullOrEmpty(text)).Distinct().Select(text => $"{operation.Member}: {text}"), .. view.Observation.Evidence];
        var memory = view.Memory.Ended("Failed", words, view.Now);
        var rollout = WithStep(memory.Rollout, operation.Member, step => step with { Phase = "Failed", Message = words }) ?? RolloutStatus.Empty;
        return Rollback.Decide(view, memory with { Rollout = rollout with { Evidence = evidence.Take(20).ToValueList(), ProgressedAt = view.Now } }, operation.Revision, words);
    }

    private static RolloutStatus? WithStep(RolloutStatus? rollout, string member, Func<RolloutStep, RolloutStep> change) => rollout is null ? null : rollout with
    {
        Steps = rollout.Steps.Select(step => step.Member == member ? change(step) : step).ToValueList(),
    };
}

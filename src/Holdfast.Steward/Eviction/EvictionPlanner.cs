using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Stewards;
using Holdfast.Model.Values;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Rollout;
using Holdfast.Steward.Safety;
using Holdfast.Steward.Scaling;

namespace Holdfast.Steward.Eviction;

/// <summary>
/// Answers evictions and deletions that others ask for, and holds the lock until the member is back. What is granted is remembered before
/// the answer is given, so that the next one who asks is told of it.
/// </summary>
public static class EvictionPlanner
{
    /// <summary>The phase of an eviction that the Steward asks for itself, of a pod that does not start.</summary>
    internal const string Unwedging = "Unwedging";

    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    // Whoever asks acts upon the answer at once; a pod that is still there after this was not evicted for another reason, such as a budget.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // Who has handed over in order to go comes to it in this time; until then leadership does not move on, or two drains would pass it to and fro.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(10);

    /// <summary>Answers.</summary>
    /// <param name="view">What is seen.</param>
    /// <param name="request">Who asks for what.</param>
    public static EvictionAnswer Answer(StewardView view, EvictionRequest request)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(request);
        if (view.State.Find(request.Pod) is not { Pod: { } pod } member || (request.PodUid.Length > 0 && pod.Uid != request.PodUid))
        {
            return EvictionAnswer.Allow;
        }
        var inFlight = view.Memory.Operation;
        var isGranted = inFlight?.Member == member.Name && IsAbout(inFlight, member);
        var verdict = SafetyKernel.MayLose(member, view.State, isGranted ? null : inFlight, view.Policy);
        if (request.Override.Length > 0)
        {
            return Override(view, request, member, verdict);
        }
        // A node may start a container at any time as long as the pod has not ended for good, also one whose containers it has just said not to run.
        if (request.IsForced && !request.IsNodeGone && pod is { HasEnded: false, Node.Length: > 0 })
        {
            return EvictionAnswer.Forbid($"{member.Name} may not be deleted by force: nothing proves that its process has ended, and two of one member must never run. "
                + $"Delete it with its grace period, or fence its node (taint node.kubernetes.io/out-of-service), or say why on the pod: {StewardNames.OverrideAnnotation}=REASON");
        }
        if (!pod.IsTerminating && !pod.HasEnded && StaysVoter(view, member, inFlight))
        {
            return EvictionAnswer.TryLater($"{member.Name} may not go now: StatefulSet {view.Set.Metadata.Name} no longer wants it, so that it would not come back, and "
                + (member.IsListed == true ? "it is a member still; it leaves the membership first" : "it is not known whether it is a member still"));
        }
        // A pod that is going already, or whose going the Steward asked for itself, is not refused half-way. One that has ended takes nothing with it, whatever else
        // goes on: until its object is gone the member cannot be made again.
        if (pod.IsTerminating || pod.HasEnded || (isGranted && verdict.IsYes))
        {
            return EvictionAnswer.Allow;
        }
        if ((verdict.IsYes || verdict.AsksForSwitchover) && Beyond(view, request, member) is { Length: > 0 } objection)
        {
            return EvictionAnswer.TryLater($"{member.Name} may not go now: {objection}");
        }
        return verdict.IsYes ? Grant(view, request, member) : Refuse(view, request, member, verdict);
    }

    /// <summary>
    /// Whether what is going on may have the pod go: it replaces it, evicts it, removes its member, or waits for it to come back, which a pod without a process
    /// may never do, and takes nothing with it.
    /// </summary>
    private static bool IsAbout(OperationStatus operation, ClusterMember member) => operation.Kind switch
    {
        Operations.Update or Operations.Eviction => operation.PodUid == member.Pod!.Uid || SafetyKernel.IsWithoutProcess(member),
        Operations.ScaleDown => true,
        Operations.ScaleUp => member.Pod!.IsDown,
        _ => false,
    };

    // What would come of it besides the loss: nothing is handed over, and nothing put on record, for a pod that then does not go.
    private static string Beyond(StewardView view, EvictionRequest request, ClusterMember member) =>
        ComingBack.Objection(view, member) is { Length: > 0 } objection ? objection
        : request.IsEviction ? BudgetCheck.Objection(view, member.Pod!) : "";

    // The set is gone and has left its pods: they are members as before.
    private static string Orphaned(StewardView view, ClusterMember member) => view.Observation.Set is { Metadata.DeletionTimestamp: null } ? ""
        : $"StatefulSet {view.Spec.TargetRef.Name} is gone and has left its pods, so that nobody brings {member.Name} back before it is applied again";

    // Its pod would go for good, as when the set was scaled while nobody held that back (T3).
    private static bool StaysVoter(StewardView view, ClusterMember member, OperationStatus? inFlight) =>
        view.Observation.Set is { } set && !StatefulSetIdentity.Wants(set, member.Observation!.Ordinal)
        && !(inFlight is { Kind: Operations.ScaleDown, Phase: not (RemovalStep.Draining or RemovalStep.Removing) } && inFlight.Member == member.Name)
        && (member.IsListed ?? (!view.State.IsMembershipKnown || view.State.Members.Any(each => each.Observation is null)));

    /// <summary>Goes on with an eviction that was granted: nothing else is begun until the member is back.</summary>
    /// <param name="view">What is seen.</param>
    /// <param name="operation">The operation.</param>
    public static StewardPlan Continue(StewardView view, OperationStatus operation)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(operation);
        var member = view.State.Find(operation.Member);
        if (member?.Pod is null && view.Observation.Set is { } set && !StatefulSetIdentity.Wants(set, StatefulSetIdentity.Ordinal(set, operation.Member)))
        {
            return End(view, "Superseded", $"{operation.Member} is gone, and the set no longer wants it");
        }
        if (member?.Pod is { IsTerminating: false } pod)
        {
            if (pod.Uid == operation.PodUid && operation.Phase == Unwedging)
            {
                return SafetyKernel.MayLose(member, view.State, null, view.Policy) is { IsYes: false } verdict
                    ? End(view, "Superseded", $"{operation.Member} may not go any more: {verdict.Words}")
                    : StewardPlan.Do(new EvictMember(operation.Member, pod.Uid, operation.Reason)) with { RequeueAfter = Again };
            }
            if (pod.Uid == operation.PodUid)
            {
                return view.Now - operation.StartedAt < Patience
                    ? StewardPlan.Wait($"{operation.Member} may go", Again)
                    : End(view, "Superseded", $"{operation.Member} was allowed to go, and did not within {DurationText.Of(Patience)}");
            }
            if (IsPlaceless(view, pod))
            {
                return End(view, "Superseded", $"{operation.Member} finds no node, and others may go as far as the quorum bears it: {pod.Problem}");
            }
            if (ComingBack.Turn(view, member) is { } turn)
            {
                return turn;
            }
            if (AdditionStep.IsStranger(view, member))
            {
                return End(view, "Superseded", $"{operation.Member} is back, and the membership no longer names it: it is added anew");
            }
            if (member.IsWell && (member.IsVoter == true || operation.IsLearner))
            {
                return End(view, "Done", $"{operation.Member} is back after its eviction");
            }
        }
        return operation.IsOverdue(view)
            ? End(view, "Failed", $"{operation.Member} is not back within {view.Spec.Disruption.EvictionDeadline} of its eviction: {Why(member)}")
            : StewardPlan.Wait($"{operation.Member} was evicted and is not back: {Why(member)}", Again);
    }

    // As where its volume is on a node that is drained: it comes back when that is given back, and whoever drains it waits for the others that are there.
    private static bool IsPlaceless(StewardView view, PodFacts pod) => pod is { Node.Length: 0, IsHindered: true, CreatedAt: { } made } && view.Now - made >= Patience;

    private static string Why(ClusterMember? member) => member switch
    {
        null or { Pod: null } => "its pod is gone",
        { Pod.Problem.Length: > 0 } => member.Pod.Problem,
        { IsWell: false } => member.Problem,
        _ => "it has no vote yet",
    };

    private static StewardPlan End(StewardView view, string outcome, string words) =>
        StewardPlan.Remember(view.Memory.Ended(outcome, words, view.Now), new StewardEvent(outcome == "Failed", "Eviction" + outcome, words));

    private static EvictionAnswer Grant(StewardView view, EvictionRequest request, ClusterMember member)
    {
        var memory = view.Memory with { Operation = Operation(view, request, member) };
        var orphaned = Orphaned(view, member);
        return EvictionAnswer.Allow with
        {
            Memory = request.IsDryRun ? null : memory,
            Events = orphaned.Length == 0 ? [] : [new StewardEvent(true, "EvictionGranted", orphaned)],
        };
    }

    private static EvictionAnswer Refuse(StewardView view, EvictionRequest request, ClusterMember member, Verdict verdict)
    {
        if (Orphaned(view, member) is { Length: > 0 } orphaned)
        {
            return EvictionAnswer.TryLater($"{member.Name} may not go now: {verdict.Words}; {orphaned}");
        }
        if (!verdict.AsksForSwitchover || request.IsDryRun)
        {
            var isHandingOver = view.Memory.Operation is { Kind: Operations.Switchover } going && going.Member == member.Name;
            return EvictionAnswer.TryLater($"{member.Name} may not go now: {verdict.Words}") with { IsPassing = isHandingOver };
        }
        if (view.Memory.Last is { Kind: Operations.Switchover, Outcome: "Done" } last && last.Successor == member.Name && view.Now - last.FinishedAt < Rest)
        {
            return EvictionAnswer.TryLater(
                $"{member.Name} may not go now: {last.Member} has only just handed leadership over to it, and it does not move on within {DurationText.Of(Rest)}, so that {last.Member} can go first") with
            { IsPassing = true };
        }
        var plan = Switchover.Begin(view, member, $"{request.User} asks for its eviction");
        return plan.Memory is { } memory
            ? EvictionAnswer.TryLater($"{member.Name} leads; leadership goes to {memory.Operation!.Successor} first, try again in a moment") with { Memory = memory, Events = plan.Events, IsPassing = true }
            : EvictionAnswer.TryLater($"{member.Name} may not go now: {plan.Waiting}");
    }

    private static EvictionAnswer Override(StewardView view, EvictionRequest request, ClusterMember member, Verdict verdict)
    {
        string[] refusals = [.. verdict.Refusals.Select(refusal => refusal.Words).Append(ComingBack.Objection(view, member)).Append(Orphaned(view, member)).Where(text => text.Length > 0)];
        var note = new OverrideStatus
        {
            At = view.Now,
            Member = member.Name,
            Reason = request.Override,
            User = request.User,
            Refusals = refusals.Take(20).ToValueList(),
        };
        var words = refusals.Length == 0 ? "" : $", although {string.Join("; ", refusals)}";
        return EvictionAnswer.Allow with
        {
            Memory = request.IsDryRun || view.Memory.Operation is not null ? null : view.Memory with { Operation = Operation(view, request, member) },
            Override = request.IsDryRun ? null : note,
            Events = request.IsDryRun ? [] : [new StewardEvent(true, "EvictionOverridden", $"{request.User} takes {member.Name} away, because: {request.Override}{words}")],
        };
    }

    private static OperationStatus Operation(StewardView view, EvictionRequest request, ClusterMember member) =>
        Operations.Begin(
            view, Operations.Eviction, member.Name, StewardView.Span(view.Spec.Disruption.EvictionDeadline, TimeSpan.FromMinutes(5)), "Granted",
            $"{request.User} asked for it").About(member);
}

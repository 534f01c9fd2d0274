using System.Collections.Immutable;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Stewards;
using Holdfast.Model.Values;
using Holdfast.Steward.Eviction;
using Holdfast.Steward.Backups;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Safety;

namespace Holdfast.Steward.Rollout;

/// <summary>
/// Brings members to the set's present revision, one at a time, each with the kernel's yes, the leader last and only after it handed over. A pure
/// function; everything that it must know of the past is in the Steward's status.
/// </summary>
/// <remarks>
/// The target is always the set's present template: a spec that is corrected midway goes on from where it stands, and members that are not well
/// go first, which undoes the broken-revision trap. A revision that failed is not tried again until a person says so or the template changes.
/// </remarks>
public static class RolloutPlanner
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);

    /// <summary>Plans the next move of a rollout, while no operation is going on.</summary>
    /// <param name="view">What is seen.</param>
    /// <returns>Null when every member is as wanted and nothing is to be noted.</returns>
    public static StewardPlan? Plan(StewardView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        if (!view.IsSetSeen)
        {
            return StewardPlan.Wait($"the controller of StatefulSet {view.Set.Metadata.Name} has not seen its spec yet", Soon);
        }
        var outdated = view.Outdated;
        var rollout = view.Memory.Rollout;
        if (Park(view) is { } park)
        {
            return park;
        }
        if (rollout is not null && Heard(view, rollout) is { } heard)
        {
            return heard;
        }
        if (outdated.IsEmpty && (rollout is null || Unfinished(view, rollout).IsEmpty))
        {
            return Finish(view, rollout);
        }
        return rollout is null || IsOver(rollout) || rollout.ToRevision != view.Target ? Begin(view, rollout) : Next(view, rollout);
    }

    /// <summary>Whether a rollout is over, one way or the other.</summary>
    /// <param name="rollout">The rollout.</param>
    public static bool IsOver(RolloutStatus rollout)
    {
        ArgumentNullException.ThrowIfNull(rollout);
        return rollout.Phase is "Completed" or "RolledBack";
    }

    // After its end a rollout is first found to have stopped again, should its template have been written once more: only then there is something to retry.
    private static StewardPlan? Heard(StewardView view, RolloutStatus rollout) => IsOver(rollout)
        ? Rollback.Settle(view, rollout) ?? RolloutRequests.Handle(view, rollout)
        : RolloutRequests.Handle(view, rollout) ?? Rollback.Settle(view, rollout);

    /// <summary>
    /// Members that have the present revision and whose step did not end well: they come before anyone else, and before it is said that all is done. A
    /// way back does not count those that failed before it turned round.
    /// </summary>
    private static ImmutableArray<ClusterMember> Unfinished(StewardView view, RolloutStatus rollout) => IsOver(rollout) || rollout.ToRevision != view.Target ? [] :
    [
        .. rollout.Steps.Where(step => step.FinishedAt is null && !(rollout.Phase == "RollingBack" && step.Phase == "Failed"))
            .Select(step => view.State.Find(step.Member)).OfType<ClusterMember>()
            .Where(member => member.Pod?.Revision == view.Target && StatefulSetIdentity.Wants(view.Set, member.Observation!.Ordinal)),
    ];

    /// <summary>
    /// Members that stand at the new revision without a step of this rollout and are not well, as after the Steward was deleted amid one and made again: whoever begun it, this
    /// is where it stands. Those of what was there before may be unwell for any reason.
    /// </summary>
    private static ImmutableArray<ClusterMember> Begun(StewardView view, RolloutStatus rollout) => rollout is not { Phase: "Waiting" or "Progressing" } || rollout.ToRevision != view.Target || rollout.FromRevision == view.Target ? [] :
    [
        .. view.State.Members.Where(member => member is { IsWell: false, Pod: { IsTerminating: false } pod } && pod.Revision == view.Target && StatefulSetIdentity.Wants(view.Set, member.Observation!.Ordinal)
            && member.Observation is not { Pod.IsReady: true, Reading: MemberReading.Unknown { IsUnasked: true } } && rollout.Steps.All(step => step.Member != member.Name)),
    ];

    /// <summary>The set's controller would go on by itself: the partition is kept where only members stand that were brought to the revision.</summary>
    private static StewardPlan? Park(StewardView view)
    {
        if (!view.IsRollingUpdate || view.Outdated.IsEmpty)
        {
            return null;
        }
        var stop = view.Outdated.Max(view.IndexOf) + 1;
        return view.Partition >= stop ? null : StewardPlan.Do(new SetPartition(stop, "no member goes before the Steward says so"));
    }

    /// <summary>
    /// The template was changed again while a member is away for its update: that one goes first, and what is remembered goes over to the new revision in one
    /// write, so that nobody else may go in between (T2).
    /// </summary>
    internal static StewardPlan Turn(StewardView view, ClusterMember away, string reason)
    {
        var begun = Begin(view, view.Memory.Rollout);
        if (begun.Memory!.Rollout is not { Phase: "Waiting" } rollout)
        {
            return begun with { Memory = begun.Memory.Ended("Superseded", reason, view.Now) };
        }
        var step = Begin(view, rollout, away, UpdateStep.Replacing, reason);
        return step with { Events = [.. begun.Events, .. step.Events] };
    }

    /// <summary>A member that is away goes back with the others, in one write with the end of what took it away, so that nobody else may go in between (T2).</summary>
    internal static StewardPlan GoBack(StewardView view, RolloutStatus rollout, ClusterMember away, string reason) => Begin(view, rollout, away, UpdateStep.Replacing, reason);

    private static StewardPlan? Finish(StewardView view, RolloutStatus? rollout)
    {
        var isWhole = view.Present.All(member => member.Pod is not null);
        if (rollout is null || IsOver(rollout) || !isWhole)
        {
            return null;
        }
        // The template is again what every member is at: there is nothing left to bring them to.
        var isUndone = rollout.ToRevision != view.Target;
        var isBack = rollout.Phase == "RollingBack" || isUndone;
        var words = isUndone ? $"the template is again that of revision {view.Target}, which every member is at"
            : isBack ? $"every member is back at revision {view.Target}, since {Gone(rollout)}" : $"every member is at revision {view.Target}";
        // What could not be read was read after all.
        rollout = !isBack && rollout.RefusedRevision == view.Target ? rollout with { RefusedRevision = "", RefusedFormat = "" } : rollout;
        return StewardPlan.Remember(
            view.Memory with { Rollout = rollout with { Phase = isBack ? "RolledBack" : "Completed", ToRevision = view.Target, FinishedAt = view.Now, ProgressedAt = view.Now, Message = words } },
            new StewardEvent(false, isBack ? "RolledBack" : "RolloutCompleted", words));
    }

    private static string Gone(RolloutStatus rollout) =>
        rollout.FailedRevision.Length > 0 ? $"revision {rollout.FailedRevision} was given up" : "the revision after it was given up";

    /// <summary>The rollout that begins with the present template: remembered, or stopped at once where members may not go there.</summary>
    internal static StewardPlan Begin(StewardView view, RolloutStatus? before)
    {
        var outdated = view.Outdated;
        // What members stand at midway was never found good: the way back always leads to what was there before the first change.
        var isCorrection = before is not null && !IsOver(before) && before.FromRevision.Length > 0;
        var from = isCorrection
            ? before!.FromRevision
            : outdated.GroupBy(member => member.Pod!.Revision, StringComparer.Ordinal).OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal).First().Key;
        var rollout = new RolloutStatus
        {
            Phase = "Waiting",
            FromRevision = from,
            ToRevision = view.Target,
            StartedAt = view.Now,
            ProgressedAt = view.Now,
            HandledRequest = before?.HandledRequest ?? view.Spec.Rollout.Request?.Id ?? "",
            RefusedRevision = before?.RefusedRevision ?? "",
            RefusedFormat = before?.RefusedFormat ?? "",
        };
        rollout = isCorrection
            ? rollout with { FromFormat = before!.FromFormat, ReadableFormat = before.ReadableFormat, NewestFormat = before.NewestFormat }
            : rollout.Noted(view);
        if (before is not null && Unreadable(view, before, isCorrection) is { Length: > 0 } objection)
        {
            return Rollback.Stop(view.Memory with { Rollout = rollout.Refused(view, before) with { FailedRevision = view.Target } }, $"no member goes to revision {view.Target}: {objection}");
        }
        var words = isCorrection && from == view.Target ? $"goes back to revision {view.Target}, which was there before"
            : isCorrection ? $"goes on to revision {view.Target}: the template was changed again" : $"goes from revision {from} to {view.Target}";
        return StewardPlan.Remember(view.Memory with { Rollout = rollout }, new StewardEvent(false, "RolloutStarted", $"{outdated.Length} members to update: {words}"));
    }

    // A person who goes back to what was there before may not know that the data went on.
    private static string Unreadable(StewardView view, RolloutStatus before, bool isCorrection) =>
        before.RefusedRevision == view.Target ? DataFormats.Refusal(view, before)
        : before.FromRevision == view.Target && (isCorrection || before.Phase == "Completed") ? DataFormats.Objection(view, before, isAsked: true)
        : "";

    private static StewardPlan Next(StewardView view, RolloutStatus rollout)
    {
        if (rollout.Phase == "Stopped")
        {
            return StewardPlan.Wait(rollout.Message);
        }
        if (view.Spec.Rollout.Paused)
        {
            return rollout.Phase is "Paused" or "RollingBack"
                ? StewardPlan.Wait("the rollout is paused")
                : StewardPlan.Remember(view.Memory with { Rollout = rollout with { Phase = "Paused" } }, new StewardEvent(false, "RolloutPaused", "no further step begins until it is resumed"));
        }
        if (rollout.Phase == "Paused")
        {
            var phase = rollout.Steps.IsEmpty ? "Waiting" : "Progressing";
            return StewardPlan.Remember(view.Memory with { Rollout = rollout with { Phase = phase, ProgressedAt = view.Now } }, new StewardEvent(false, "RolloutResumed", "the rollout goes on"));
        }
        if (rollout.Seen(view.State) is var seen && seen != rollout)
        {
            return StewardPlan.Remember(view.Memory with { Rollout = seen });
        }
        return Unfinished(view, rollout) is [var again, ..] ? Again(view, rollout, again)
            : Begun(view, rollout) is [var begun, ..] ? Begin(view, rollout, begun, UpdateStep.Starting, $"it is at that revision already and not well, and is watched: {begun.Problem}")
            : Step(view, rollout, RolloutOrder.Next(view));
    }

    /// <summary>
    /// With <c>RollingUpdate</c> the highest ordinal is next; one below that does not start would hold it back for ever, and itself never be next. It has
    /// no process to lose, and below the partition it is made again from the revision that was whole last.
    /// </summary>
    private static StewardPlan? Unwedge(StewardView view, ClusterMember next)
    {
        if (!view.IsRollingUpdate || view.Outdated.LastOrDefault(member => member.Name != next.Name && member is { IsKnown: false, Pod: { IsDown: true, IsTerminating: false } pod }
            && pod.Revision != view.Set.Status.CurrentRevision && Placement.Objection(member).Length == 0 && SafetyKernel.MayLose(member, view.State, null, view.Policy).IsYes) is not { } stuck)
        {
            return null;
        }
        var words = $"it does not start at revision {stuck.Pod!.Revision}, and {next.Name} may not go while it is away: {stuck.Problem}";
        var deadline = StewardView.Span(view.Spec.Disruption.EvictionDeadline, TimeSpan.FromMinutes(5));
        return StewardPlan.Remember(
            view.Memory with { Operation = Operations.Begin(view, Operations.Eviction, stuck.Name, deadline, EvictionPlanner.Unwedging, words).About(stuck) },
            new StewardEvent(false, "Unwedged", $"{stuck.Name} is made again: {words}"));
    }

    // A member that came back meanwhile is only watched; one that did not gets a new pod. Either way it has its time anew.
    private static StewardPlan Again(StewardView view, RolloutStatus rollout, ClusterMember member) =>
        member.IsWell ? Begin(view, rollout, member, UpdateStep.Starting, "it has come back, and is watched") : Step(view, rollout, member);

    private static StewardPlan Step(StewardView view, RolloutStatus rollout, ClusterMember member)
    {
        var verdict = SafetyKernel.MayLose(member, view.State, null, view.Policy);
        if (!verdict.IsYes && !verdict.AsksForSwitchover)
        {
            return Unwedge(view, member) ?? StewardPlan.Wait($"{member.Name} may not go yet: {verdict.Words}", Soon);
        }
        if (Placement.Objection(member) is { Length: > 0 } place)
        {
            return StewardPlan.Wait($"{member.Name} does not go yet, since it would not come back: {place}", Soon);
        }
        if (Preflight.Objection(view, rollout, member) is { Length: > 0 } objection)
        {
            return StewardPlan.Wait(objection, Soon);
        }
        return verdict.AsksForSwitchover
            ? Switchover.Begin(view, member, $"{member.Name} is next to be brought to revision {view.Target}")
            : Begin(view, rollout, member, UpdateStep.Replacing, RolloutOrder.Words(view, member, rollout.Steps.IsEmpty));
    }

    private static StewardPlan Begin(StewardView view, RolloutStatus rollout, ClusterMember member, string phase, string reason)
    {
        var deadline = StewardView.Span(view.Spec.Rollout.StepDeadline, TimeSpan.FromMinutes(10));
        var operation = Operations.Begin(view, Operations.Update, member.Name, deadline, phase, reason).About(member) with { Revision = view.Target };
        // The pod that is only watched is not the one that goes.
        operation = phase == UpdateStep.Replacing ? operation : operation with { PodUid = "" };
        var begun = rollout with
        {
            // Who is only watched was not taken by this rollout, so that what must hold before its first step is still to be asked.
            Phase = rollout.Phase == "Waiting" && phase == UpdateStep.Replacing ? "Progressing" : rollout.Phase,
            ProgressedAt = view.Now,
            BackupAt = rollout.BackupAt ?? (Preflight.RestsOnBackup(view) ? BackupProof.Last(view).At : null),
            Steps = rollout.Steps.Where(step => step.Member != member.Name)
                .Append(new RolloutStep { Member = member.Name, Phase = phase, StartedAt = view.Now, Message = reason }).ToValueList(),
        };
        return StewardPlan.Remember(
            view.Memory with { Operation = operation, Rollout = begun },
            new StewardEvent(false, "UpdateStarted", $"{member.Name} goes to revision {view.Target}: {reason}"));
    }
}

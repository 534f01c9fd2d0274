using System.Globalization;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Meta;
using Holdfast.Model.Stewards;
using Holdfast.Model.Values;
using Holdfast.Steward.Backups;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Roles;
using Holdfast.Steward.Rollout;
using Holdfast.Steward.Safety;
using Holdfast.Steward.Scaling;

namespace Holdfast.Steward.Reporting;

/// <summary>The conditions of a Steward; each says why in one word for programs and in words for people.</summary>
internal static class ConditionReport
{
    private const string True = "True";
    private const string False = "False";
    private const string Unknown = "Unknown";

    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    private readonly record struct Finding(string Status, string Reason, string Message);

    public static ValueList<Condition> Of(StewardView view, StewardPlan plan, StewardStatus status)
    {
        var stalled = Stalled(view, status);
        var (observed, quorum, split) = (Observed(view), QuorumSafe(view), SplitBrain(view));
        var reconciling = Reconciling(plan, status);
        var ready = Ready(view, status, [stalled, split, observed], quorum, reconciling);
        List<(string Type, Finding Finding)> all =
        [
            ("Ready", ready), ("Reconciling", reconciling), ("Stalled", stalled), ("Observed", observed), ("QuorumSafe", quorum), ("SplitBrain", split),
        ];
        if (status.Rollout is { } rollout)
        {
            all.Add(("RolloutProgressing", RolloutProgressing(view, rollout)));
        }
        if (BackupProof.IsAskedFor(view.Spec))
        {
            all.Add(("BackupFresh", BackupFresh(view)));
        }
        return all.Select(each => Written(view, each.Type, each.Finding)).ToValueList();
    }

    private static Condition Written(StewardView view, string type, Finding finding)
    {
        var before = view.Steward.Status.Conditions.FirstOrDefault(condition => condition.Type == type);
        return new Condition
        {
            Type = type,
            Status = finding.Status,
            Reason = finding.Reason,
            Message = finding.Message,
            LastTransitionTime = before?.Status == finding.Status ? before.LastTransitionTime : view.Now,
            ObservedGeneration = view.Steward.Metadata.Generation,
        };
    }

    private static Finding Observed(StewardView view)
    {
        var members = view.Present;
        var missing = members.Where(member => !member.IsKnown).Select(member => $"{member.Name}: {member.Problem}").ToArray();
        return members.Length == 0 ? new(Unknown, "NoMembers", "there is no member to ask")
            : missing.Length == 0 ? new(True, "AllMembersKnown", Text($"{members.Length} members answered lately"))
            : new(missing.Length == members.Length ? Unknown : False, "MembersUnknown", string.Join("; ", missing));
    }

    private static Finding QuorumSafe(StewardView view)
    {
        var state = view.State;
        if (!state.IsMembershipKnown)
        {
            return new(Unknown, "MembershipUnknown", state.MembershipProblem);
        }
        var words = Text($"{state.CountedVoters} of {state.VoterCount} voters are well, and {state.Majority} are needed");
        var unwell = string.Join("; ", state.Voters.Where(voter => !voter.Counts).Select(voter => $"{voter.Name}: {voter.Problem}"));
        words = unwell.Length > 0 ? $"{words} ({unwell})" : words;
        if (state.Margin <= 0)
        {
            return new(False, state.Margin < 0 ? "QuorumLost" : "NoMargin", state.Margin < 0 ? words : words + ": none may be lost");
        }
        var even = ScalingPlanner.EvenWarning(state.VoterCount);
        var zone = view.Spec.Quorum.Spread == "Ignore" ? null : Preflight.CrowdedZone(state);
        return new(True, "MarginLeft", string.Join(". ", new[] { words, even, zone is null ? "" : $"A majority is in zone {zone}, and is lost with it" }.Where(text => text.Length > 0)));
    }

    // Of two spans that are asked for the shorter one: what holds for it holds for both.
    private static Finding BackupFresh(StewardView view)
    {
        var (at, problem) = BackupProof.Last(view);
        var asked = new[] { (view.Spec.Rollout.Preflight?.BackupWithin, "rollout.preflight.backupWithin"), (view.Spec.Scaling.BackupWithin, "scaling.backupWithin") };
        var objection = asked.Select(each => BackupProof.Objection(view, each.Item1 ?? "", each.Item2)).FirstOrDefault(words => words.Length > 0) ?? "";
        return at is null ? new(Unknown, "NotProven", problem)
            : objection.Length > 0 ? new(False, "TooOld", objection)
            : new(True, "YoungEnough", Text($"the last backup was made at {at.Value.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC"));
    }

    private static Finding SplitBrain(StewardView view) => view.State switch
    {
        { IsSplit: true } state => new(True, "TwoLeaders", Text($"{string.Join(" and ", state.RivalLeaders)} all lead in term {state.Term}; nothing is done until one gives way")),
        { IdentityProblem.Length: > 0 } state => new(True, "IdentityUnclear", state.IdentityProblem),
        { Term: null } => new(Unknown, "NobodyKnown", "no member could be asked lately"),
        _ => new(False, "OneLeaderAtMost", "no two members lead in one term"),
    };

    private static Finding Stalled(StewardView view, StewardStatus status)
    {
        var observation = view.Observation;
        if (observation.Set is null)
        {
            return new(True, "TargetMissing", $"there is no StatefulSet {view.Spec.TargetRef.Name} in namespace {view.Steward.Metadata.Namespace}: nothing is looked after, and {(view.Present.IsEmpty ? "what its pods do that still run is not known here" : "nobody makes a pod anew that it left; those that are there go only as the quorum bears it")}");
        }
        if (!observation.SpecProblems.IsEmpty)
        {
            return new(True, "SpecInvalid", string.Join("; ", observation.SpecProblems));
        }
        if (!observation.OtherStewards.IsEmpty)
        {
            return new(True, "OtherSteward", $"Steward {string.Join(" and ", observation.OtherStewards.Select(other => other.Name))} looks after the same set; delete one of them");
        }
        if (Strangers(view) is { Length: > 0 } strangers)
        {
            return new(True, "MembersDoNotAnswer", strangers);
        }
        var isAtRest = status.Operation is null && (status.Rollout is null || RolloutPlanner.IsOver(status.Rollout));
        if (isAtRest && ScalingPlanner.Obstacle(view) is { } obstacle)
        {
            return new(True, obstacle.Reason, obstacle.Words);
        }
        if (status.Operation is { Kind: Operations.Update, Phase: UpdateStep.Placing } unplaced && view.State.Find(unplaced.Member) is { } member
            && Placement.Hindrance(view, unplaced, member) is { Length: > 0 } hindrance && (Placement.Objection(member).Length > 0 || view.Now - view.Watched(unplaced.PhaseSince) > StewardView.Span(view.Spec.Rollout.StepDeadline, TimeSpan.FromMinutes(10))))
        {
            return new(True, "MemberNotPlaced", $"{unplaced.Member} has no node, and the update goes on once it has one: {hindrance}");
        }
        return status.Rollout switch
        {
            { Phase: "Stopped" } rollout => new(True, "RolloutStopped", rollout.Message),
            { } rollout when IsStuck(view, rollout) => new(True, "ProgressDeadlineExceeded", $"the rollout has stood still for longer than {view.Spec.Rollout.ProgressDeadline}: {rollout.Message}"),
            _ => Unwell(view),
        };
    }

    // Pods that are all ready, and of which not one has ever said anything, are most likely not what spec.member describes.
    private static string Strangers(StewardView view)
    {
        var members = view.Present;
        return members.Length > 0 && members.All(member => member is { Pod: { IsReady: true, IsTerminating: false }, Observation.Reading: MemberReading.Unknown { Since: { } since } } && view.Now - since > Silence)
            ? $"every pod is ready, and none answers as spec.member{(view.Spec.Member.Preset.Length > 0 ? $" (preset {view.Spec.Member.Preset})" : "")} describes it for {DurationText.Of(Silence)}; does it fit this set? {members[0].Name}: {members[0].Problem}"
            : "";
    }

    // A recovery may take long: only what is certain not to end by itself, or takes longer than any member may, is called stalled.
    private static Finding Unwell(StewardView view)
    {
        var loops = MemberTroubles.CrashLooping(view).Select(member => $"{MemberTroubles.Words(view, member)}: {member.Pod!.Problem}").ToArray();
        var late = MemberTroubles.Late(view).Select(member => $"{MemberTroubles.Words(view, member)}: {member.Pod!.Problem}").ToArray();
        return loops.Length > 0 ? new(True, "MemberCrashLoops", $"{string.Join("; ", loops)}. {MemberTroubles.CrashLoopAdvice}")
            : late.Length > 0 ? new(True, "MemberNotReady", $"{string.Join("; ", late)}. {MemberTroubles.LateAdvice}")
            : RoutingPlanner.Plan(view).Events.FirstOrDefault() is { } routing ? new(True, routing.Reason, routing.Message)
            : new(False, "Going", "nothing is in the way for good");
    }

    private static bool IsStuck(StewardView view, RolloutStatus rollout) => rollout.Phase is "Waiting" or "Progressing" or "RollingBack"
        && view.Now - view.Watched(rollout.ProgressedAt) > StewardView.Span(view.Spec.Rollout.ProgressDeadline, TimeSpan.FromHours(1));

    private static Finding Reconciling(StewardPlan plan, StewardStatus status) =>
        status.Operation is { } operation ? new(True, operation.Kind, plan.Waiting.Length > 0 ? $"{OperationWords.Of(operation)} ({operation.Phase}): {plan.Waiting}" : OperationWords.Of(operation))
        : plan.Memory is not null || plan.Effect is not null ? new(True, "Working", status.Summary)
        : plan.Waiting.Length > 0 ? new(True, "Waiting", plan.Waiting)
        : new(False, "Settled", "nothing is to be done");

    private static Finding RolloutProgressing(StewardView view, RolloutStatus rollout)
    {
        var words = Text($"{rollout.Updated} of {rollout.Total} members are at revision {rollout.ToRevision}");
        words = rollout.Message.Length > 0 ? $"{words}: {rollout.Message}" : words;
        return rollout.Phase switch
        {
            "Completed" or "RolledBack" or "Paused" or "Stopped" => new(False, rollout.Phase, words),
            _ when IsStuck(view, rollout) => new(False, "ProgressDeadlineExceeded", words),
            _ => new(True, rollout.Phase, words),
        };
    }

    private static Finding Ready(StewardView view, StewardStatus status, Finding[] bad, Finding quorum, Finding reconciling)
    {
        var (stalled, split, observed) = (bad[0], bad[1], bad[2]);
        if (stalled.Status == True || split.Status == True)
        {
            var worst = split.Status == True ? split : stalled;
            return worst with { Status = False };
        }
        if (observed.Status != True)
        {
            return observed;
        }
        if (quorum.Status == Unknown || view.State.CountedVoters < view.State.VoterCount)
        {
            return quorum with { Status = quorum.Status == Unknown ? Unknown : False, Reason = quorum.Status == True ? "VotersNotWell" : quorum.Reason };
        }
        if (view.State.Leader is not { Counts: true })
        {
            return new(False, "NoLeader", "no member is known to lead");
        }
        if (reconciling.Status == True)
        {
            return reconciling with { Status = False };
        }
        var set = view.Set;
        var wanted = ScalingPlanner.Wanted(view);
        var unready = view.Observation.Members.Where(member => StatefulSetIdentity.Wants(set, member.Ordinal) && member.Pod is not { IsReady: true, IsTerminating: false })
            .Select(member => $"{member.Name}: {member.Pod?.Problem ?? "it has no pod"}").ToArray();
        return unready.Length > 0 ? new(False, "PodsNotReady", string.Join("; ", unready))
            : view.Outdated.Length > 0 ? new(False, "MembersOutdated", Text($"{view.Outdated.Length} members are not at revision {view.Target}"))
            : view.State.VoterCount != wanted ? new(False, "VotersDiffer", Text($"{view.State.VoterCount} voters are in the membership, and {wanted} are wanted"))
            : new(True, "AllWell", Text($"{view.State.VoterCount} voters are well, and {status.Leader} leads in term {view.State.Term}"));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

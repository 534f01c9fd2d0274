using System.Globalization;
using Holdfast.Model.Meta;
using Holdfast.Model.Values;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Rollout;

namespace Holdfast.Steward.Reporting;

/// <summary>What is true of a target at the moment, in the form that tools of the ecosystem read. Pure.</summary>
internal static class Conditions
{
    /// <summary>The conditions; the time of one that did not turn is kept.</summary>
    public static ValueList<Condition> Of(StewardView view, StewardPlan work, ValueList<Condition> kept)
    {
        var state = view.State;
        Condition[] wanted =
        [
            Stalled(view) is { } reason ? Told("Stalled", true, reason.Reason, reason.Message) : Told("Stalled", false, "Working", ""),
            Observed(state),
            QuorumSafe(state),
            state.IsSplit
                ? Told("SplitBrain", true, "TwoLeaders", string.Create(CultureInfo.InvariantCulture, $"{string.Join(" and ", state.RivalLeaders)} all lead in term {state.Term}; nothing is done until that is over"))
                : Told("SplitBrain", false, "OneLeaderAtMost", ""),
            work.Memory?.Operation is not null || view.Memory.Operation is not null || work.Effect is not null
                ? Told("Reconciling", true, "InProgress", (work.Memory ?? view.Memory).Operation is { } operation ? Safety.OperationWords.Of(operation) : work.Effect?.Reason ?? "")
                : Told("Reconciling", false, "AtRest", work.Waiting),
            RolloutProgressing(view),
            Ready(view, work),
        ];
        return wanted.Select(condition => Kept(condition, kept.FirstOrDefault(each => each.Type == condition.Type), view)).ToValueList();
    }

    private static (string Reason, string Message)? Stalled(StewardView view)
    {
        if (!view.Policy.SpecProblems.IsEmpty)
            return ("SpecInvalid", string.Join("; ", view.Policy.SpecProblems));
        if (view.Observation.Set is null)
            return ("SetNotFound", $"there is no StatefulSet {view.Spec.TargetRef.Name} in namespace {view.Steward.Metadata.Namespace}");
        if (!view.Policy.OtherStewards.IsEmpty)
            return ("OtherSteward", $"Steward {string.Join(" and ", view.Policy.OtherStewards)} looks after the same set; only one may: delete the others");
        if (view.State.IsSplit)
            return ("SplitBrain", "two members lead in the same term");
        if (view.State.IdentityProblem.Length > 0)
            return ("IdentityUnclear", view.State.IdentityProblem);
        return view.Memory.Rollout is { Phase: "Stopped" } rollout ? ("RolloutStopped", rollout.Message) : null;
    }

    private static Condition Observed(ClusterState state)
    {
        var silent = state.Members.Where(member => !member.IsKnown).ToArray();
        return silent.Length == 0 && state.Members.Length > 0
            ? Told("Observed", true, "AllMembersKnown", "")
            : Told("Observed", false, silent.Length == 0 ? "NoMembers" : "MembersUnknown", string.Join("; ", silent.Select(member => $"{member.Name}: {member.Problem}")));
    }

    private static Condition QuorumSafe(ClusterState state)
    {
        if (!state.IsMembershipKnown)
            return Told("QuorumSafe", null, "MembershipUnknown", state.MembershipProblem);
        var words = string.Create(CultureInfo.InvariantCulture, $"{state.CountedVoters} of {state.VoterCount} voters are well, {state.Majority} are needed");
        return state.Margin > 0 ? Told("QuorumSafe", true, "MayLoseOne", words)
            : Told("QuorumSafe", false, state.Margin == 0 ? "NoMargin" : "NoQuorum", words + "; " + string.Join("; ", state.Voters.Where(voter => !voter.Counts).Select(voter => $"{voter.Name}: {voter.Problem}")));
    }

    private static Condition RolloutProgressing(StewardView view) => view.Memory.Rollout is { } rollout && !RolloutPlanner.IsOver(rollout)
        ? Told("RolloutProgressing", rollout.Phase is "Progressing" or "Waiting" or "RollingBack", rollout.Phase, rollout.Message)
        : Told("RolloutProgressing", false, view.Memory.Rollout?.Phase ?? "NeverBegun", view.Memory.Rollout?.Message ?? "");

    // Ready means that what is, is what is wanted: a leader, every voter well, every member of the present revision, as many as wanted.
    private static Condition Ready(StewardView view, StewardPlan work)
    {
        if (Stalled(view) is { } stalled)
            return Told("Ready", false, stalled.Reason, stalled.Message);
        var state = view.State;
        if (!state.IsMembershipKnown)
            return Told("Ready", null, "MembershipUnknown", state.MembershipProblem);
        if (state.Leader is null)
            return Told("Ready", false, "NoLeader", "no member is known to lead");
        var unwell = state.Members.Where(member => !member.IsWell).ToArray();
        if (unwell.Length > 0)
            return Told("Ready", false, "MembersNotWell", string.Join("; ", unwell.Select(member => $"{member.Name}: {member.Problem}")));
        if (view.IsSetSeen && !view.Outdated.IsEmpty)
            return Told("Ready", false, "MembersOutdated", $"{string.Join(", ", view.Outdated.Select(member => member.Name))} are not at revision {view.Target}");
        if (!work.IsIdle || view.Memory.Operation is not null)
            return Told("Ready", false, "InProgress", work.Waiting.Length > 0 ? work.Waiting : work.Effect?.Reason ?? "something is going on");
        return Told("Ready", true, "AsWanted", "");
    }

    private static Condition Told(string type, bool? status, string reason, string message) => new()
    {
        Type = type,
        Status = status switch { true => "True", false => "False", null => "Unknown" },
        Reason = reason,
        Message = message,
    };

    private static Condition Kept(Condition wanted, Condition? kept, StewardView view) => wanted with
    {
        ObservedGeneration = view.Steward.Metadata.Generation,
        LastTransitionTime = kept is not null && kept.Status == wanted.Status ? kept.LastTransitionTime : view.Now,
    };
}

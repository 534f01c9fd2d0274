using System.Globalization;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Stewards;
using Holdfast.Model.Values;
using Holdfast.Steward.Backups;
using Holdfast.Steward.Eviction;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Rollout;
using Holdfast.Steward.Safety;

namespace Holdfast.Steward.Reporting;

/// <summary>
/// What people and programs are shown. Nothing is said to be well that is not known to be: missing data give Unknown, never True. What changes all the
/// time (indexes, times of answers) is written at most twice a minute, so that a set at rest costs the API nothing.
/// </summary>
public static class StatusPlanner
{
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(30);

    /// <summary>Plans the status; the very same as before when there is nothing worth a write.</summary>
    /// <param name="view">What is seen.</param>
    /// <param name="plan">What is done next; its memory is in the status.</param>
    public static StewardStatus Plan(StewardView view, StewardPlan plan)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(plan);
        var before = view.Steward.Status;
        var memory = plan.Memory ?? view.Memory;
        var status = memory.In(before) with
        {
            ObservedGeneration = view.Steward.Metadata.Generation,
            Replicas = view.Observation.Members.Count(member => member.Pod is not null),
            Selector = view.Observation.Set is { } set ? LabelSelectorText(set) : before.Selector,
            Leader = view.State.Leader?.Name ?? "",
            Term = Highest(before.Term, view.State.Term),
            ClusterId = before.ClusterId.Length > 0 ? before.ClusterId : view.State.Leader is { Counts: true } ? view.State.ClusterId ?? "" : "",
            Members = MemberReport.Of(view).ToValueList(),
            Quorum = Quorum(view.State),
            LastBackupAt = BackupProof.Last(view).At,
            Leaderless = Leaderless(before.Leaderless, view),
            Rollout = Rollout(memory, view, plan),
            Summary = Summary(view, plan, memory.Operation),
        };
        status = status with { Conditions = ConditionReport.Of(view, plan, status) };
        status = status.Summary.Length > 0 ? status : status with { Summary = Standstill(status) };
        return IsWorthWriting(before, status, view.Now) ? status : before;
    }

    private static bool IsWorthWriting(StewardStatus before, StewardStatus status, DateTimeOffset now)
    {
        var calm = status with
        {
            Members = status.Members.Select(member => before.Members.FirstOrDefault(old => old.Name == member.Name) is { } old
                ? member with { AppliedIndex = old.AppliedIndex, Lag = old.Lag, ObservedAt = old.ObservedAt, LastLines = member.LastLines.IsEmpty || old.LastLines.IsEmpty ? member.LastLines : old.LastLines }
                : member).ToValueList(),
        };
        return calm != before || before.Members.Any(member => now - member.ObservedAt >= Refresh && member.IsHealthy != "Unknown");
    }

    private static long? Highest(long? one, long? other) => one is null ? other : other is null ? one : Math.Max(one.Value, other.Value);

    private static string LabelSelectorText(Model.Apps.StatefulSet set) => set.Spec.Selector is not { } selector ? "" : string.Join(',',
        selector.MatchLabels.Select(pair => $"{pair.Key}={pair.Value}").Concat(selector.MatchExpressions.Select(expression => expression.Operator switch
        {
            "In" => $"{expression.Key} in ({string.Join(',', expression.Values)})",
            "NotIn" => $"{expression.Key} notin ({string.Join(',', expression.Values)})",
            "Exists" => expression.Key,
            _ => "!" + expression.Key,
        })));

    private static QuorumStatus? Quorum(ClusterState state) => !state.IsMembershipKnown ? null : new QuorumStatus
    {
        Voters = state.VoterCount,
        Needed = state.Majority,
        Healthy = state.CountedVoters,
        Margin = state.Margin,
        Text = string.Create(CultureInfo.InvariantCulture, $"{state.CountedVoters}/{state.VoterCount}"),
    };

    /// <summary>A time without a leader begins when members can be asked and none of them leads; while nobody can be asked, or no set names whom to ask, nothing is known of it.</summary>
    private static LeaderlessStatus? Leaderless(LeaderlessStatus? before, StewardView view)
    {
        var state = view.State;
        if (view.Observation.Set is null)
        {
            return before is null ? null : before with { Since = null };
        }
        if (state.Leader is null)
        {
            return state.Members.Any(member => member.IsKnown) && before?.Since is null
                ? (before ?? LeaderlessStatus.Empty) with { Since = view.Now, Count = (before?.Count ?? 0) + 1 }
                : before;
        }
        if (before?.Since is not { } since)
        {
            return before;
        }
        var seconds = Math.Round((view.Now - since).TotalSeconds, 3);
        return before with { Since = null, LastSeconds = seconds, LongestSeconds = Math.Max(before.LongestSeconds ?? 0, seconds) };
    }

    private static RolloutStatus? Rollout(StewardMemory memory, StewardView view, StewardPlan plan)
    {
        var (operation, rollout) = (memory.Operation, memory.Rollout);
        if (rollout is null || view.Observation.Set is not { } set || RolloutPlanner.IsOver(rollout))
        {
            return rollout;
        }
        var members = view.Observation.Members.Where(member => StatefulSetIdentity.Wants(set, member.Ordinal)).ToArray();
        var waits = plan.Waiting.Length > 0 && rollout.Phase is "Waiting" or "Progressing" or "RollingBack";
        var asked = RolloutRequests.Waiting(view, rollout, operation);
        var step = plan.Waiting.Length > 0 && operation is { Kind: Operations.Update } ? operation.Member : "";
        return rollout with
        {
            Total = members.Length,
            Updated = members.Count(member => member.Pod?.Revision == rollout.ToRevision),
            Message = asked.Length > 0 ? asked : waits && plan.Waiting.Length > 0 ? plan.Waiting : rollout.Message,
            // What a step waited for when it began to wait may be long past.
            Steps = rollout.Steps.Select(each => each.Member == step ? each with { Message = plan.Waiting } : each).ToValueList(),
        };
    }

    private static string Summary(StewardView view, StewardPlan plan, OperationStatus? operation)
    {
        if (view.State.IsSplit)
        {
            return $"split brain: {string.Join(" and ", view.State.RivalLeaders)}";
        }
        var words = operation is not null ? OperationWords.Of(operation) : plan.Waiting.Length > 0 ? plan.Waiting : Refused(view);
        return Short(words);
    }

    // Who looks at many Stewards sees why nothing is done, too.
    private static string Standstill(StewardStatus status) =>
        status.Conditions.FirstOrDefault(condition => condition is { Type: "Stalled", Status: "True" }) is { } stalled ? Short($"{stalled.Reason}: {stalled.Message}") : "";

    private static string Short(string words) => words.Length <= 120 ? words : words[..117] + "...";

    // Whoever drains a node is told why; whoever looks at the set sees it for as long as it holds.
    private static string Refused(StewardView view) => string.Join("; ", view.State.Members.Select(view.AskOf).OfType<EvictionAsk>()
        .Select(ask => EvictionPlanner.Answer(view, new EvictionRequest(ask.Member, ask.PodUid, "", IsForced: false, IsNodeGone: false, IsDryRun: false, "")))
        .Where(answer => answer is { IsAllowed: false, Memory: null }).Select(answer => answer.Message));
}

using System.Globalization;
using Holdfast.Model.Selectors;
using Holdfast.Model.Stewards;
using Holdfast.Model.Values;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;

namespace Holdfast.Steward.Reporting;

/// <summary>
/// Decides what the Steward's status says, and when it is worth a write. Pure. What members do changes with every entry they apply: such
/// numbers are written with something else, or every few seconds.
/// </summary>
public static class StatusPlanner
{
    /// <summary>How often numbers alone are written.</summary>
    public static TimeSpan NumbersEvery { get; } = TimeSpan.FromSeconds(10);

    /// <summary>Plans the status.</summary>
    /// <param name="view">What is seen.</param>
    /// <param name="work">What is done next.</param>
    /// <returns>The status to write; null when what is written holds.</returns>
    public static StewardStatus? Plan(StewardView view, StewardPlan work)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(work);
        var kept = view.Steward.Status;
        var wanted = Of(view, work);
        if (wanted == kept)
            return null;
        return work.Memory is not null || Still(wanted) != Still(kept) || IsDue(kept, view.Now) ? wanted : null;
    }

    /// <summary>The whole status.</summary>
    private static StewardStatus Of(StewardView view, StewardPlan work)
    {
        var (state, kept) = (view.State, view.Steward.Status);
        var remembered = (work.Memory ?? view.Memory).In(kept);
        return remembered with
        {
            ObservedGeneration = view.Steward.Metadata.Generation,
            Leader = state.Leader?.Name ?? "",
            Term = state.Term ?? kept.Term,
            ClusterId = kept.ClusterId.Length > 0 ? kept.ClusterId : state.ClusterId ?? "",
            Members = Members(view),
            Quorum = state.IsMembershipKnown ? Quorum(state) : null,
            Replicas = view.Observation.Members.Count(member => member.Pod is not null),
            Selector = view.Observation.Set is { } set ? LabelMatcher.From(set.Spec.Selector).ToString() ?? "" : "",
            Leaderless = Leaderless(view),
            Conditions = Conditions.Of(view, work, kept.Conditions),
            Summary = Summary(view, work),
        };
    }

    private static QuorumStatus Quorum(ClusterState state) => new()
    {
        Voters = state.VoterCount,
        Needed = state.Majority,
        Healthy = state.CountedVoters,
        Margin = state.Margin,
        Text = string.Create(CultureInfo.InvariantCulture, $"{state.CountedVoters}/{state.VoterCount}"),
    };

    private static ValueList<MemberStatus> Members(StewardView view) => view.State.Members
        .Where(member => member.Observation is not null).OrderBy(member => member.Observation!.Ordinal).Select(Member).ToValueList();

    private static MemberStatus Member(ClusterMember member) => new()
    {
        Name = member.Name,
        Ordinal = member.Observation!.Ordinal,
        PodUid = member.Pod?.Uid ?? "",
        MemberId = member.Id ?? "",
        Role = member.Values?.Role is { } role ? role.ToString().ToLowerInvariant() : "unknown",
        IsVoter = member.IsVoter,
        IsHealthy = member.Values?.IsHealthy is { } healthy ? healthy ? "True" : "False" : "Unknown",
        AppliedIndex = member.Values?.AppliedIndex,
        Lag = member.Lag,
        Version = member.Values?.Version ?? "",
        DataFormat = member.Values?.DataFormat ?? "",
        Node = member.Pod?.Node ?? "",
        Zone = member.Pod?.Zone ?? "",
        Claim = member.Observation.Claims.IsEmpty ? "" : member.Observation.Claims[0].Name,
        Revision = member.Pod?.Revision ?? "",
        ObservedAt = member.Observation.Reading is MemberReading.Known known ? known.ObservedAt : null,
        Problem = member.Problem.Length > 0 ? member.Problem : member.Pod?.Problem ?? "its pod is gone",
    };

    // Counted from the sight of the loss to the sight of a leader: what the members' clients see is shorter by what the schedule of observation adds.
    private static LeaderlessStatus? Leaderless(StewardView view)
    {
        var kept = view.Steward.Status.Leaderless;
        var hadLeader = view.Steward.Status.Leader.Length > 0;
        if (view.State.Leader is null)
            return kept is { Since: not null } || !hadLeader ? kept : (kept ?? LeaderlessStatus.Empty) with { Since = view.Now, Count = (kept?.Count ?? 0) + 1 };
        if (kept is not { Since: { } since })
            return kept;
        var seconds = Math.Round((view.Now - since).TotalSeconds, 3);
        return kept with { Since = null, LastSeconds = seconds, LongestSeconds = Math.Max(seconds, kept.LongestSeconds ?? 0) };
    }

    private static string Summary(StewardView view, StewardPlan work)
    {
        if ((work.Memory ?? view.Memory).Operation is { } operation)
            return Safety.OperationWords.Of(operation);
        return work.Waiting.Length > 0 ? work.Waiting : work.Effect?.Reason ?? "";
    }

    private static bool IsDue(StewardStatus kept, DateTimeOffset now) =>
        !(kept.Members.Select(member => member.ObservedAt).Max() is { } last) || now - last >= NumbersEvery;

    // Without the numbers that change all the time.
    private static StewardStatus Still(StewardStatus status) => status with
    {
        Members = status.Members.Select(member => member with { AppliedIndex = null, Lag = null, ObservedAt = null }).ToValueList(),
    };
}

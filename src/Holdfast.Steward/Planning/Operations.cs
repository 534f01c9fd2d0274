using System.Globalization;
using Holdfast.Model.Stewards;
using Holdfast.Steward.Observation;

namespace Holdfast.Steward.Planning;

/// <summary>Makes operations.</summary>
internal static class Operations
{
    public const string Update = "Update";
    public const string Switchover = "Switchover";
    public const string ScaleUp = "ScaleUp";
    public const string ScaleDown = "ScaleDown";
    public const string Eviction = "Eviction";

    public static OperationStatus Begin(StewardView view, string kind, string member, TimeSpan deadline, string phase, string reason) => new()
    {
        Id = string.Create(CultureInfo.InvariantCulture, $"{kind.ToLowerInvariant()}-{member}-{view.Now.ToUnixTimeMilliseconds()}"),
        Kind = kind,
        Member = member,
        Phase = phase,
        PhaseSince = view.Now,
        StartedAt = view.Now,
        Deadline = view.Now + deadline,
        Reason = reason,
    };

    public static OperationStatus About(this OperationStatus operation, ClusterMember member) => operation with
    {
        PodUid = member.Pod?.Uid ?? "",
        MemberId = member.Id ?? "",
        IsLearner = member is { IsVoter: false, Values.Role: MemberRole.Learner },
    };

    /// <summary>
    /// Whether an operation has had its time: while somebody watched, and found something wanting. A Steward that was away gives it its whole time anew, and one
    /// that has only come to a pod has seen nothing of it yet.
    /// </summary>
    public static bool IsOverdue(this OperationStatus operation, StewardView view) => operation.Deadline <= view.Now
        && view.Now - view.Watched(null) >= Span(view.Spec, operation.Kind)
        && view.Observation.Find(operation.Member) is not { Pod: not null, Reading: MemberReading.Unknown { IsUnasked: true } };

    private static TimeSpan Span(StewardSpec spec, string kind) => kind switch
    {
        Update => StewardView.Span(spec.Rollout.StepDeadline, TimeSpan.FromMinutes(10)),
        Switchover => StewardView.Span(spec.Disruption.SwitchoverDeadline, TimeSpan.FromSeconds(30)),
        Eviction => StewardView.Span(spec.Disruption.EvictionDeadline, TimeSpan.FromMinutes(5)),
        _ => StewardView.Span(spec.Scaling.StepDeadline, TimeSpan.FromMinutes(30)),
    };
}

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

    public static bool IsOverdue(this OperationStatus operation, DateTimeOffset now) => operation.Deadline <= now;
}

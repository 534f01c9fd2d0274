using System.Globalization;
using Holdfast.Model.Stewards;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;

namespace Holdfast.Steward.Reporting;

/// <summary>Members as status shows them.</summary>
internal static class MemberReport
{
    // From here on it is no accident, and what ends a container again and again may be the probe that should help it.
    private const int ManyRestarts = 3;

    public static IEnumerable<MemberStatus> Of(StewardView view) => view.Present.Select(One);

    private static MemberStatus One(ClusterMember member)
    {
        var (observation, values, pod) = (member.Observation!, member.Values, member.Pod);
        var last = observation.Reading as MemberReading.Known;
        return new MemberStatus
        {
            Name = member.Name,
            Ordinal = observation.Ordinal,
            PodUid = pod?.Uid ?? "",
            MemberId = member.Id ?? "",
            Role = values?.Role?.ToString().ToLowerInvariant() ?? "unknown",
            IsVoter = member.IsVoter,
            IsHealthy = !member.IsKnown ? "Unknown" : member.IsWell ? "True" : "False",
            AppliedIndex = values?.AppliedIndex,
            Lag = member.Lag,
            Version = values?.Version ?? "",
            DataFormat = values?.DataFormat ?? "",
            Node = pod?.Node ?? "",
            Zone = pod?.Zone ?? "",
            Claim = observation.Claims.IsEmpty ? "" : observation.Claims[0].Name,
            Revision = pod?.Revision ?? "",
            ObservedAt = last?.ObservedAt,
            Problem = Problem(member),
            LastLines = observation.LastLines,
        };
    }

    private static string Problem(ClusterMember member)
    {
        var words = member.Problem.Length > 0 ? member.Problem : member.Pod?.Problem ?? "";
        return member.Pod is { IsReady: false, Restarts: >= ManyRestarts } pod
            ? string.Create(CultureInfo.InvariantCulture, $"{words}; its containers were started {pod.Restarts} times again: if a liveness probe ends them while they recover, give recovery a startup probe")
            : words;
    }
}

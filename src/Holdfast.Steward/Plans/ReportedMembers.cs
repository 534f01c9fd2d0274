using System.Globalization;
using Holdfast.Model.Core;
using Holdfast.Model.Stewards;
using Holdfast.Model.Values;
using Holdfast.Steward.Observation;

namespace Holdfast.Steward.Plans;

/// <summary>
/// What members said, as their Steward reports it in its status: for whoever plans from outside, with no way to the members themselves. What the
/// report does not tell, or told too long ago, is unknown.
/// </summary>
/// <param name="status">The Steward's status.</param>
/// <param name="now">The time.</param>
public sealed class ReportedMembers(StewardStatus status, DateTimeOffset now)
{
    // A Steward writes at least twice a minute while anyone answers.
    private static readonly TimeSpan JustNow = TimeSpan.FromMilliseconds(500);

    private readonly ValueList<MemberEntry>? _entries = Entries(status);
    private readonly long _head = status.Members.Max(member => member.AppliedIndex + (member.Lag ?? 0)) ?? 0;

    /// <summary>How old the news of a member may be before it counts as unknown.</summary>
    public static TimeSpan MaximumAge { get; } = TimeSpan.FromSeconds(75);

    /// <summary>When the newest of the news was taken; null when there is none.</summary>
    public DateTimeOffset? Newest => status.Members.Max(member => member.ObservedAt);

    /// <summary>What the member in a pod said.</summary>
    /// <param name="pod">The pod.</param>
    public MemberReading Read(Pod pod)
    {
        ArgumentNullException.ThrowIfNull(pod);
        return status.Members.FirstOrDefault(member => member.PodUid == pod.Metadata.Uid) switch
        {
            null => new MemberReading.Unknown("its Steward has not reported of it yet", null),
            { ObservedAt: null } silent => new MemberReading.Unknown(silent.Problem.Length > 0 ? silent.Problem : "it never answered", null),
            { IsHealthy: not ("True" or "False") } lost => new MemberReading.Unknown(lost.Problem.Length > 0 ? lost.Problem : "it does not answer", lost.ObservedAt),
            var old when now - old.ObservedAt > MaximumAge => new MemberReading.Unknown(
                $"the Steward's last news of it is {DurationText.Of(TimeSpan.FromSeconds(Math.Round((now - old.ObservedAt!.Value).TotalSeconds)))} old; does the Steward run?", old.ObservedAt),
            var member => new MemberReading.Known(Said(member), JustNow, member.ObservedAt!.Value),
        };
    }

    private MemberValues Said(MemberStatus member) => new()
    {
        MemberId = Or(member.MemberId),
        Name = member.Name,
        Role = Enum.TryParse<MemberRole>(member.Role, ignoreCase: true, out var role) ? role : null,
        Term = status.Term,
        AppliedIndex = member.Lag is { } lag ? _head - lag : null,
        CommitIndex = _head,
        IsHealthy = member.IsHealthy == "True",
        Members = _entries,
        Version = Or(member.Version),
        DataFormat = Or(member.DataFormat),
        ClusterId = Or(status.ClusterId),
        LastBackupAt = status.LastBackupAt,
    };

    // Voters that do not answer are counted in the status and not named there. As many as there are silent pods are those; where there are fewer it is not known which.
    private static ValueList<MemberEntry>? Entries(StewardStatus status)
    {
        if (status.Quorum is not { } quorum || status.Members.Any(member => member is { MemberId.Length: > 0, IsVoter: null }))
        {
            return null;
        }
        var listed = status.Members.Where(member => member is { MemberId.Length: > 0, Role: not "none" })
            .Select(member => new MemberEntry(member.MemberId, member.Name, null, member.IsVoter == true)).ToList();
        var unseen = quorum.Voters - listed.Count(entry => entry.IsVoter);
        var silent = status.Members.Where(member => member is { MemberId.Length: 0, PodUid.Length: > 0 }).Select(member => member.Name).ToArray();
        for (var number = 1; number <= unseen; number++)
        {
            var name = silent.Length > unseen ? $"one of {string.Join(" and ", silent)}, which do not answer" : number <= silent.Length ? silent[number - 1] : "a voter without a pod";
            listed.Add(new MemberEntry(string.Create(CultureInfo.InvariantCulture, $"unseen-{number}"), name, null, true));
        }
        return listed.ToValueList();
    }

    private static string? Or(string text) => text.Length > 0 ? text : null;
}

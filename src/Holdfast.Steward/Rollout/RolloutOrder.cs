using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;

namespace Holdfast.Steward.Rollout;

/// <summary>
/// Whose turn it is. Where the Steward deletes pods itself (<c>OnDelete</c>): first those that are not well, since they cost nothing; then
/// followers away from the leader's zone, the highest ordinal first; the leader last. How far behind somebody is makes no difference within
/// <c>quorum.maximumLag</c>: it changes from look to look, and a plan would name others than those whose turn it then is. Where the set's own controller does
/// (<c>RollingUpdate</c>), it goes from the highest ordinal down and nothing else can be had.
/// </summary>
internal static class RolloutOrder
{
    public static ClusterMember Next(StewardView view)
    {
        var outdated = view.Outdated;
        if (view.IsRollingUpdate)
        {
            return outdated.MaxBy(view.IndexOf)!;
        }
        var zone = view.State.Leader?.Pod?.Zone;
        return outdated.OrderBy(member => member.IsLeader)
            .ThenBy(member => Placement.Objection(member).Length > 0)
            .ThenBy(member => member.IsWell)
            .ThenBy(member => member.Pod!.Zone.Length > 0 && member.Pod.Zone == zone)
            .ThenBy(member => Behind(view, member))
            .ThenByDescending(member => member.Observation!.Ordinal)
            .First();
    }

    /// <summary>How far behind a member is, as far as it matters: 0 within what the Steward allows.</summary>
    public static long Behind(StewardView view, ClusterMember member) => member.Lag is not { } lag ? long.MaxValue : lag <= SafetyLimits.Of(view.Spec).MaximumLag ? 0 : lag;

    /// <summary>Why it is this member's turn, in words.</summary>
    public static string Words(StewardView view, ClusterMember member, bool isFirst) => member switch
    {
        { Pod: { } pod } when pod.Revision == view.Target => $"it has not come back, and is tried again: {member.Problem}",
        _ when view.IsRollingUpdate => isFirst ? "the canary: the highest ordinal" : "the next ordinal down",
        { IsLeader: true } => "the leader goes last",
        { IsWell: false } => $"it is not well, so it costs nothing: {member.Problem}",
        _ when view.Outdated.Length == 1 && view.State.VoterCount > 1 => isFirst ? "the only one" : "the last one",
        _ when isFirst => "the canary: a follower, away from the leader's zone where there is one",
        _ => "the next follower",
    };
}

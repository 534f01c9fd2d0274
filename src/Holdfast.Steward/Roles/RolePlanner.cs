using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;

namespace Holdfast.Steward.Roles;

/// <summary>
/// Keeps the role labels of pods true. On sight of a higher term every leader's label of a lower one is taken back before any other is
/// set (T10); a label of the leader stands only on the one that is known to lead. Of two leaders in one term neither has it.
/// </summary>
/// <remarks>
/// Caveat, on purpose: while no member at all can be asked, labels stay as they are. Then it is more likely the Steward that is cut off, and
/// to take the labels away would cut every client off too.
/// </remarks>
public static class RolePlanner
{
    /// <summary>Plans the labels, in the order in which they are to be set.</summary>
    /// <param name="view">What is seen.</param>
    public static ImmutableArray<SetRole> Plan(StewardView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        if (view.State.Term is not { } term || !view.State.Members.Any(member => member.IsKnown))
        {
            return [];
        }
        // Another Steward, or this one before, may have seen a higher term than anyone shows now.
        var seen = Math.Max(term, view.Steward.Status.Term ?? 0);
        var changes = view.State.Members.Where(member => member.Pod is { IsTerminating: false })
            .Select(member => Change(member, seen, RoleOf(view.State, member, seen))).OfType<SetRole>().ToArray();
        return [.. changes.OrderBy(change => change.Role == "leader" ? 2 : view.Observation.Find(change.Member)!.Pod!.RoleLabel == "leader" ? 0 : 1)];
    }

    private static SetRole? Change(ClusterMember member, long term, string? role)
    {
        var pod = member.Pod!;
        if (pod.RoleLabel == role && (role is null || pod.RoleTerm == term))
        {
            return null;
        }
        var words = role is null
            ? $"{member.Name} is no longer known to be {pod.RoleLabel}: {(member.Problem.Length > 0 ? member.Problem : "its role is not clear")}"
            : string.Create(CultureInfo.InvariantCulture, $"{member.Name} is {role} in term {term}");
        return new SetRole(member.Name, pod.Uid, role, role is null ? null : term, words);
    }

    private static string? RoleOf(ClusterState state, ClusterMember member, long term) => member.Values switch
    {
        null => null,
        _ when state.Term < term => null,
        _ when member.IsLeader && !state.IsSplit => "leader",
        { Role: MemberRole.Follower } values when values.Term == term && member.IsVoter == true => "follower",
        { Role: MemberRole.Learner } values when values.Term == term => "learner",
        _ => null,
    };
}

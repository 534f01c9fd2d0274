using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;

namespace Holdfast.Steward.Roles;

/// <summary>
/// Decides which labels tell the roles of members. Pure. What was said for a term that is over is taken back before anything is said for a
/// newer one (T10), and nobody is called leader who did not say so lately.
/// </summary>
public static class RolePlanner
{
    /// <summary>The label's value for the member that leads.</summary>
    public const string Leader = "leader";

    /// <summary>The label's value for voters that follow.</summary>
    public const string Follower = "follower";

    /// <summary>The label's value for members without a vote.</summary>
    public const string Learner = "learner";

    /// <summary>Plans the labels.</summary>
    /// <param name="view">What is seen.</param>
    /// <returns>First what is taken back, then what is said anew.</returns>
    public static ImmutableArray<SetRole> Plan(StewardView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var (taken, said) = (new List<SetRole>(), new List<SetRole>());
        foreach (var member in view.State.Members)
        {
            if (member.Pod is not { } pod)
                continue;
            var role = RoleOf(member, view.State);
            var term = role is null ? null : member.Values!.Term;
            if (role is null && (pod.RoleLabel is not null || pod.RoleTerm is not null))
                taken.Add(new SetRole(pod.Name, pod.Uid, null, null, WhyTaken(member, pod, view.State)));
            else if (role is not null && (pod.RoleLabel != role || pod.RoleTerm != term) && !(pod.RoleTerm > term))
                (pod.RoleLabel == Leader ? taken : said).Add(new SetRole(pod.Name, pod.Uid, role, term, Said(member, role, term)));
        }
        // Followers before the leader: where two could be shown to lead for a moment, none is.
        return [.. taken, .. said.OrderBy(effect => effect.Role == Leader)];
    }

    private static string? RoleOf(ClusterMember member, ClusterState state)
    {
        if (member.Values is not { Term: { } term } values || term != state.Term || state.IsSplit || state.IdentityProblem.Length > 0)
            return null;
        return values.Role switch
        {
            MemberRole.Leader => member.IsLeader ? Leader : null,
            MemberRole.Follower => Follower,
            MemberRole.Learner => Learner,
            _ => null,
        };
    }

    private static string Said(ClusterMember member, string role, long? term) =>
        string.Create(CultureInfo.InvariantCulture, $"{member.Name} is {role} in term {term}");

    private static string WhyTaken(ClusterMember member, PodFacts pod, ClusterState state) =>
        state.IsSplit ? $"{string.Join(" and ", state.RivalLeaders)} lead in the same term"
        : pod.RoleTerm < state.Term ? string.Create(CultureInfo.InvariantCulture, $"{pod.Name} was {pod.RoleLabel} in term {pod.RoleTerm}, and term {state.Term} was seen")
        : $"the role of {pod.Name} is not known: {(member.Problem.Length > 0 ? member.Problem : "it takes no part")}";
}

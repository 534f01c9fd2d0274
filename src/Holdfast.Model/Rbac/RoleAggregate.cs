using Holdfast.Model.Selectors;

namespace Holdfast.Model.Rbac;

/// <summary>
/// The rules of a ClusterRole that aggregates others: those of the roles that it selects, each once, by selector and then by name, as
/// Kubernetes' aggregation controller puts them together. A pure function.
/// </summary>
public static class RoleAggregate
{
    // Roles that aggregate roles that aggregate roles: deeper than anybody builds, and an end for rings.
    private const int MaximumDepth = 8;

    /// <summary>The rules of a role: its own, or if it aggregates, those of the roles that it selects as they are.</summary>
    /// <param name="role">The role.</param>
    /// <param name="all">All ClusterRoles in the order of their names; read only when the role aggregates.</param>
    public static IReadOnlyList<PolicyRule> RulesOf(ClusterRole role, Func<IEnumerable<ClusterRole>> all)
    {
        ArgumentNullException.ThrowIfNull(role);
        ArgumentNullException.ThrowIfNull(all);
        if (role.AggregationRule is null)
            return [.. role.Rules];
        var rules = new List<PolicyRule>();
        Collect(role, [.. all()], rules, [role.Metadata.Name], 0);
        return rules;
    }

    private static void Collect(ClusterRole role, IReadOnlyList<ClusterRole> all, List<PolicyRule> rules, HashSet<string> seen, int depth)
    {
        if (role.AggregationRule is not { } aggregation)
        {
            foreach (var rule in role.Rules)
            {
                if (!rules.Contains(rule))
                    rules.Add(rule);
            }
            return;
        }
        if (depth == MaximumDepth)
            return;
        foreach (var selector in aggregation.ClusterRoleSelectors)
        {
            // A role is put together before it is validated: what is no selector finds nothing, and is refused after.
            _ = LabelMatcher.TryFrom(selector, out var matcher, out _);
            foreach (var each in all)
            {
                if (matcher.Matches(each.Metadata.Labels) && seen.Add(each.Metadata.Name))
                    Collect(each, all, rules, seen, depth + 1);
            }
        }
    }
}

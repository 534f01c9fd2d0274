using Holdfast.Model.Rbac;
using Holdfast.Model.Values;

namespace Holdfast.Controllers.Roles;

/// <summary>Decides whether a ClusterRole that aggregates others shows their rules, as of Kubernetes 1.36. A pure function.</summary>
public static class RolePlanner
{
    /// <summary>Plans for one role.</summary>
    /// <param name="observation">The role and all others.</param>
    /// <returns>What is to be written; null when nothing is.</returns>
    public static WriteRules? Plan(RoleObservation observation)
    {
        ArgumentNullException.ThrowIfNull(observation);
        var role = observation.Role;
        if (role.AggregationRule is null || role.Metadata.DeletionTimestamp is not null)
        {
            return null;
        }
        var rules = RoleAggregate.RulesOf(role, () => observation.All.OrderBy(each => each.Metadata.Name, StringComparer.Ordinal)).ToValueList();
        return rules == role.Rules
            ? null
            : new WriteRules(rules, $"the roles that {role.Metadata.Name} selects have {rules.Count} rules, and it shows {role.Rules.Count}, not all the same");
    }
}

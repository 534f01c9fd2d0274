using System.Collections.Immutable;
using Holdfast.Model.Rbac;
using Holdfast.Model.Values;

namespace Holdfast.Controllers.Roles;

/// <summary>What the planner is shown: a ClusterRole, and all of them, as the cache has them.</summary>
/// <param name="Role">The role.</param>
/// <param name="All">All ClusterRoles, in any order.</param>
public sealed record RoleObservation(ClusterRole Role, ImmutableArray<ClusterRole> All);

/// <summary>Write the rules that a role aggregates into it.</summary>
/// <param name="Rules">The rules.</param>
/// <param name="Reason">Why.</param>
public sealed record WriteRules(ValueList<PolicyRule> Rules, string Reason);

using Holdfast.ApiServer.Registry;
using Holdfast.Model.Rbac;

namespace Holdfast.ApiServer.Security.Rbac;

/// <summary>
/// Says who may do what: administrators everything, a node's agent what its pods need, and everybody, Holdfast's
/// own parts too, what roles that are bound to him allow. What nothing allows is refused.
/// </summary>
/// <param name="view">The cluster as it is now; read anew for each decision, so that a role counts from its commit on.</param>
public sealed class ClusterAuthorizer(Func<ClusterView> view) : IAuthorizer
{
    private static readonly Verdict Allowed = new(true);
    private static readonly Verdict Refused = new(false);

    private static readonly PolicyRule[] Everything =
    [
        PolicyRule.Empty with { Verbs = ["*"], ApiGroups = ["*"], Resources = ["*"] },
        PolicyRule.Empty with { Verbs = ["*"], NonResourceURLs = ["*"] },
    ];

    /// <inheritdoc/>
    public Verdict Decide(UserInfo user, Access action)
    {
        ArgumentNullException.ThrowIfNull(user);
        ArgumentNullException.ThrowIfNull(action);
        if (MayEverything(user))
            return Allowed;
        var cluster = view();
        if (user.NodeName is { } nodeName && NodeRules.Allows(nodeName, action, cluster))
            return Allowed;
        foreach (var held in new RoleBook(cluster).HeldBy(user, action.Namespace))
        {
            if (PolicyRules.Allows(held.Rule, action))
                return new Verdict(true, "RBAC: allowed by " + held.Source);
        }
        return Refused;
    }

    /// <inheritdoc/>
    public IReadOnlyList<PolicyRule> RulesOf(UserInfo user, string namespaceName)
    {
        ArgumentNullException.ThrowIfNull(user);
        return MayEverything(user) ? Everything : [.. new RoleBook(view()).HeldBy(user, namespaceName).Select(held => held.Rule)];
    }

    private static bool MayEverything(UserInfo user) => user.IsIn(UserInfo.Masters);
}

using System.Collections.Immutable;
using System.Text;
using Holdfast.ApiServer.Errors;
using Holdfast.ApiServer.Security;
using Holdfast.ApiServer.Security.Rbac;
using Holdfast.Model.Rbac;
using Holdfast.Model.Resources;

namespace Holdfast.ApiServer.Admission;

/// <summary>
/// Nobody gives what he has not: who writes a role needs all its rules himself or the verb <c>escalate</c>, and who binds one
/// needs them or the verb <c>bind</c> for that role.
/// </summary>
/// <param name="authorizer">Says what the writer has.</param>
internal sealed class RoleEscalation(IAuthorizer authorizer) : IAdmissionPlugin
{
    private const string Group = "rbac.authorization.k8s.io";
    private const int MaximumNamed = 100;
    private const string Controllers = "system:kube-controller-manager";

    private static readonly ImmutableArray<PolicyRule> FullAuthority =
    [
        PolicyRule.Empty with { Verbs = ["*"], ApiGroups = ["*"], Resources = ["*"] },
        PolicyRule.Empty with { Verbs = ["*"], NonResourceURLs = ["*"] },
    ];

    /// <inheritdoc/>
    public string Name => "RoleEscalation";

    /// <inheritdoc/>
    public ValueTask ValidateAsync(AdmissionRequest request, IResource resource, CancellationToken cancellationToken)
    {
        if (request.Operation == AdmissionOperation.Delete || request.Subresource.Length > 0
            || resource is not (Role or ClusterRole or RoleBinding or ClusterRoleBinding) || GivesNothing(request, resource))
        {
            return default;
        }
        switch (resource)
        {
            case Role role:
                CheckRole(request, role, role.Rules, false);
                break;
            case ClusterRole role:
                var (now, before) = (role.AggregationRule, (request.Old as ClusterRole)?.AggregationRule);
                // What a role shows that begins to aggregate is the server's doing: its selectors count alone.
                CheckRole(request, role, now is null || now == before ? role.Rules : [], Aggregates(now) || Aggregates(before));
                break;
            case RoleBinding binding:
                CheckBinding(request, binding, binding.RoleRef);
                break;
            case ClusterRoleBinding binding:
                CheckBinding(request, binding, binding.RoleRef);
                break;
            default:
                break;
        }
        return default;
    }

    // A label is enough to make a role's rules those of everybody whose role aggregates it, so that every other update is looked at. Garbage
    // collection goes on whoever wrote the role; and the controllers, which may give nothing, show in a role what it aggregates.
    private static bool GivesNothing(AdmissionRequest request, IResource resource)
    {
        if (request.Old is not { } old)
            return false;
        var comparable = resource.WithMetadata(resource.Metadata with
        {
            OwnerReferences = old.Metadata.OwnerReferences,
            Finalizers = old.Metadata.Finalizers,
            ManagedFields = old.Metadata.ManagedFields,
            ResourceVersion = old.Metadata.ResourceVersion,
        });
        if (request.Context.User.Name == Controllers && comparable is ClusterRole { AggregationRule: not null } shown && old is ClusterRole { AggregationRule: not null } before)
            comparable = shown with { Rules = before.Rules };
        return comparable.Equals(old);
    }

    private static bool Aggregates(AggregationRule? aggregation) => aggregation is { ClusterRoleSelectors.IsEmpty: false };

    private void CheckRole(AdmissionRequest request, IResource role, IEnumerable<PolicyRule> rules, bool needsEverything)
    {
        var space = role.Metadata.Namespace;
        var escalate = Access.ToResource("escalate", Group, request.Served.Type.Plural) with { Namespace = space, Name = role.Metadata.Name };
        if (authorizer.Decide(request.Context.User, escalate).IsAllowed)
            return;
        CheckHeld(request, role, rules);
        // Selectors gather whatever is there or comes, and without them a role may keep what was to be taken from it.
        if (needsEverything && Missing(request, role, FullAuthority).Count > 0)
            throw ApiErrors.Forbidden(request.Served.Type, role.Metadata.Name, "must have cluster-admin privileges to use the aggregationRule");
    }

    private void CheckBinding(AdmissionRequest request, IResource binding, RoleRef reference)
    {
        var (user, space) = (request.Context.User, binding.Metadata.Namespace);
        var bind = Access.ToResource("bind", Group, reference.Kind == "ClusterRole" ? "clusterroles" : "roles") with { Namespace = space, Name = reference.Name };
        if (authorizer.Decide(user, bind).IsAllowed)
            return;
        var type = reference.Kind == "ClusterRole" ? ClusterRole.ResourceType : Role.ResourceType;
        CheckHeld(request, binding, new RoleBook(request.View).Rules(reference, space) ?? throw ApiErrors.NotFound(type, reference.Name));
    }

    private void CheckHeld(AdmissionRequest request, IResource written, IEnumerable<PolicyRule> rules)
    {
        var user = request.Context.User;
        var missing = Missing(request, written, rules);
        if (missing.Count == 0)
            return;
        var groups = string.Join(" ", user.Groups.Select(group => $"\"{group}\""));
        throw ApiErrors.Forbidden(request.Served.Type, written.Metadata.Name,
            $"user \"{user.Name}\" (groups=[{groups}]) is attempting to grant RBAC permissions not currently held:\n{Words(missing)}");
    }

    private List<PolicyRule> Missing(AdmissionRequest request, IResource written, IEnumerable<PolicyRule> rules)
    {
        var held = authorizer.RulesOf(request.Context.User, written.Metadata.Namespace);
        return [.. rules.SelectMany(PolicyRules.Singles).Where(single => !held.Any(rule => PolicyRules.Covers(rule, single)))];
    }

    private static string Words(IEnumerable<PolicyRule> missing)
    {
        var lines = missing
            .GroupBy(rule => (rule.ApiGroups, rule.Resources, rule.ResourceNames, rule.NonResourceURLs), rule => rule.Verbs[0])
            .Select(group => Line(group.Key.ApiGroups, group.Key.Resources, group.Key.ResourceNames, group.Key.NonResourceURLs, group))
            .Order(StringComparer.Ordinal).ToList();
        var more = lines.Count > MaximumNamed ? $"\n... and {lines.Count - MaximumNamed} more" : "";
        return string.Join("\n", lines.Take(MaximumNamed)) + more;
    }

    private static string Line(IEnumerable<string> groups, IEnumerable<string> resources, IEnumerable<string> names, IEnumerable<string> paths, IEnumerable<string> verbs)
    {
        var text = new StringBuilder("{");
        foreach (var (title, values) in new[] { ("NonResourceURLs", paths), ("APIGroups", groups), ("Resources", resources), ("ResourceNames", names), ("Verbs", verbs) })
        {
            var shown = string.Join(" ", values.Distinct().Select(value => $"\"{value}\""));
            if (shown.Length > 0)
                text.Append(text.Length > 1 ? ", " : "").Append(title).Append(":[").Append(shown).Append(']');
        }
        return text.Append('}').ToString();
    }
}

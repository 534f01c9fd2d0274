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
    private static readonly PolicyRule FullAuthority = PolicyRule.Empty with { Verbs = ["*"], ApiGroups = ["*"], Resources = ["*"] };

    /// <inheritdoc/>
    public string Name => "RoleEscalation";

    /// <inheritdoc/>
    public ValueTask ValidateAsync(AdmissionRequest request, IResource resource, CancellationToken cancellationToken)
    {
        if (request.Operation == AdmissionOperation.Delete || request.Subresource.Length > 0)
            return default;
        switch (resource)
        {
            case Role role when role.Rules != (request.Old as Role)?.Rules:
                CheckRole(request, role, role.Rules);
                break;
            // What a role that aggregates shows is the server's doing, and gives nobody anything: its selectors count alone.
            case ClusterRole { AggregationRule: { } aggregation } when aggregation == (request.Old as ClusterRole)?.AggregationRule:
                break;
            case ClusterRole role when role.Rules != (request.Old as ClusterRole)?.Rules || role.AggregationRule != (request.Old as ClusterRole)?.AggregationRule:
                CheckRole(request, role, role.AggregationRule is null ? role.Rules : role.Rules.Add(FullAuthority));
                break;
            case RoleBinding binding when !(request.Old is RoleBinding old && old.Subjects == binding.Subjects && old.RoleRef == binding.RoleRef):
                CheckBinding(request, binding, binding.RoleRef);
                break;
            case ClusterRoleBinding binding when !(request.Old is ClusterRoleBinding old && old.Subjects == binding.Subjects && old.RoleRef == binding.RoleRef):
                CheckBinding(request, binding, binding.RoleRef);
                break;
            default:
                break;
        }
        return default;
    }

    private void CheckRole(AdmissionRequest request, IResource role, IEnumerable<PolicyRule> rules)
    {
        var space = role.Metadata.Namespace;
        var escalate = Access.ToResource("escalate", Group, request.Served.Type.Plural) with { Namespace = space, Name = role.Metadata.Name };
        if (!authorizer.Decide(request.Context.User, escalate).IsAllowed)
            CheckHeld(request, role, rules);
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
        var held = authorizer.RulesOf(user, written.Metadata.Namespace);
        var missing = rules.SelectMany(PolicyRules.Singles).Where(single => !held.Any(rule => PolicyRules.Covers(rule, single))).ToList();
        if (missing.Count == 0)
            return;
        var groups = string.Join(" ", user.Groups.Select(group => $"\"{group}\""));
        throw ApiErrors.Forbidden(request.Served.Type, written.Metadata.Name,
            $"user \"{user.Name}\" (groups=[{groups}]) is attempting to grant RBAC permissions not currently held:\n{Words(missing)}");
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

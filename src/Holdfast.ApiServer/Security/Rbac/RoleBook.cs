using Holdfast.ApiServer.Registry;
using Holdfast.Model.Rbac;

namespace Holdfast.ApiServer.Security.Rbac;

/// <summary>A rule that a user has, and by what.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Source">The binding and the role, in words.</param>
internal readonly record struct HeldRule(PolicyRule Rule, string Source);

/// <summary>The roles and bindings of the cluster at one revision, and which rules they give to whom.</summary>
internal sealed class RoleBook(ClusterView view)
{
    /// <summary>The rules a user has in a namespace, or over the whole cluster when it is empty.</summary>
    public IEnumerable<HeldRule> HeldBy(UserInfo user, string namespaceName)
    {
        foreach (var binding in view.List<ClusterRoleBinding>(null))
        {
            if (FindSubject(binding.Subjects, user, "") is not { } subject)
                continue;
            var source = $"ClusterRoleBinding \"{binding.Metadata.Name}\" of {binding.RoleRef.Kind} \"{binding.RoleRef.Name}\" to {Words(subject, "")}";
            foreach (var rule in Rules(binding.RoleRef, "") ?? [])
                yield return new HeldRule(rule, source);
        }
        if (namespaceName.Length == 0)
            yield break;
        foreach (var binding in view.List<RoleBinding>(namespaceName))
        {
            if (FindSubject(binding.Subjects, user, namespaceName) is not { } subject)
                continue;
            var source = $"RoleBinding \"{binding.Metadata.Name}/{namespaceName}\" of {binding.RoleRef.Kind} \"{binding.RoleRef.Name}\" to {Words(subject, namespaceName)}";
            foreach (var rule in Rules(binding.RoleRef, namespaceName) ?? [])
                yield return new HeldRule(rule, source);
        }
    }

    /// <summary>The rules of a role that is referred to from a namespace; null when there is no such role.</summary>
    public IReadOnlyList<PolicyRule>? Rules(RoleRef reference, string namespaceName) => reference.Kind == "ClusterRole"
        ? view.Find<ClusterRole>("", reference.Name) is { } role ? RulesOf(role) : null
        : view.Find<Role>(namespaceName, reference.Name) is { } local ? [.. local.Rules] : null;

    /// <summary>The rules of a ClusterRole: its own, or if it aggregates those of the roles that it selects, as they are now.</summary>
    public IReadOnlyList<PolicyRule> RulesOf(ClusterRole role) => RoleAggregate.RulesOf(role, () => view.List<ClusterRole>(null));

    private static Subject? FindSubject(Model.Values.ValueList<Subject> subjects, UserInfo user, string namespaceName) =>
        subjects.FirstOrDefault(subject => subject.Kind switch
        {
            "User" => subject.Name == user.Name,
            "Group" => user.IsIn(subject.Name),
            "ServiceAccount" => user.Name == $"system:serviceaccount:{NamespaceOf(subject, namespaceName)}:{subject.Name}",
            _ => false,
        });

    private static string Words(Subject subject, string namespaceName) => subject.Kind == "ServiceAccount"
        ? $"ServiceAccount \"{subject.Name}/{NamespaceOf(subject, namespaceName)}\""
        : $"{subject.Kind} \"{subject.Name}\"";

    private static string NamespaceOf(Subject subject, string namespaceName) =>
        subject.Namespace.Length > 0 ? subject.Namespace : namespaceName;
}

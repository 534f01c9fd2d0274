using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.Rbac;

/// <summary>The rules of Roles.</summary>
internal sealed class RoleRules : ResourceRules<Role>
{
    public override bool AllowsCreateOnUpdate => true;

    protected override TextFormat NameFormat => TextFormats.PathSegment;

    protected override void Check(Role role, FieldErrors errors) => PolicyRuleValidation.Check(role.Rules, isNamespaced: true, errors);
}

/// <summary>The rules of ClusterRoles.</summary>
internal sealed class ClusterRoleRules : ResourceRules<ClusterRole>
{
    public override bool AllowsCreateOnUpdate => true;

    protected override TextFormat NameFormat => TextFormats.PathSegment;

    protected override void Check(ClusterRole role, FieldErrors errors)
    {
        PolicyRuleValidation.Check(role.Rules, isNamespaced: false, errors);
        if (role.AggregationRule is not { } aggregation)
        {
            return;
        }
        var path = FieldPath.Root("aggregationRule").Child("clusterRoleSelectors");
        if (aggregation.ClusterRoleSelectors.IsEmpty)
        {
            errors.Add(FieldError.Required(path, "at least one clusterRoleSelector required if aggregationRule is non-nil"));
        }
        for (var i = 0; i < aggregation.ClusterRoleSelectors.Count; i++)
        {
            LabelSelectorValidation.Check(aggregation.ClusterRoleSelectors[i], path.Index(i), errors);
        }
    }
}

/// <summary>What holds for what a role permits.</summary>
internal static class PolicyRuleValidation
{
    public static void Check(ValueList<PolicyRule> rules, bool isNamespaced, FieldErrors errors)
    {
        for (var i = 0; i < rules.Count; i++)
        {
            CheckRule(rules[i], isNamespaced, FieldPath.Root("rules").Index(i), errors);
        }
    }

    private static void CheckRule(PolicyRule rule, bool isNamespaced, FieldPath path, FieldErrors errors)
    {
        if (rule.Verbs.IsEmpty)
        {
            errors.Add(FieldError.Required(path.Child("verbs"), "verbs must contain at least one value"));
        }
        if (!rule.NonResourceURLs.IsEmpty)
        {
            if (isNamespaced)
            {
                errors.Add(FieldError.InvalidJson(path.Child("nonResourceURLs"), ShownValue.Texts(rule.NonResourceURLs), "namespaced rules cannot apply to non-resource URLs"));
            }
            if (!rule.ApiGroups.IsEmpty || !rule.Resources.IsEmpty || !rule.ResourceNames.IsEmpty)
            {
                errors.Add(FieldError.InvalidJson(path.Child("nonResourceURLs"), ShownValue.Texts(rule.NonResourceURLs), "rules cannot apply to both regular resources and non-resource URLs"));
            }
            return;
        }
        if (rule.ApiGroups.IsEmpty)
        {
            errors.Add(FieldError.Required(path.Child("apiGroups"), "resource rules must supply at least one api group"));
        }
        if (rule.Resources.IsEmpty)
        {
            errors.Add(FieldError.Required(path.Child("resources"), "resource rules must supply at least one resource"));
        }
    }
}

using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.Rbac;

/// <summary>The rules of RoleBindings: the role that is bound never changes.</summary>
internal sealed class RoleBindingRules : ResourceRules<RoleBinding>
{
    public override bool AllowsCreateOnUpdate => true;

    protected override TextFormat NameFormat => TextFormats.PathSegment;

    public override RoleBinding Default(RoleBinding binding) => binding with
    {
        RoleRef = BindingValidation.Default(binding.RoleRef),
        Subjects = binding.Subjects.Rewrite(BindingValidation.Default),
    };

    protected override void Check(RoleBinding binding, FieldErrors errors) =>
        BindingValidation.Check(binding.RoleRef, ["Role", "ClusterRole"], binding.Subjects, isNamespaced: true, errors);

    protected override void CheckUpdate(RoleBinding updated, RoleBinding old, FieldErrors errors)
    {
        Check(updated, errors);
        BindingValidation.CheckChange(updated.RoleRef, old.RoleRef, errors);
    }
}

/// <summary>The rules of ClusterRoleBindings: the role that is bound never changes.</summary>
internal sealed class ClusterRoleBindingRules : ResourceRules<ClusterRoleBinding>
{
    public override bool AllowsCreateOnUpdate => true;

    protected override TextFormat NameFormat => TextFormats.PathSegment;

    public override ClusterRoleBinding Default(ClusterRoleBinding binding) => binding with
    {
        RoleRef = BindingValidation.Default(binding.RoleRef),
        Subjects = binding.Subjects.Rewrite(BindingValidation.Default),
    };

    protected override void Check(ClusterRoleBinding binding, FieldErrors errors) =>
        BindingValidation.Check(binding.RoleRef, ["ClusterRole"], binding.Subjects, isNamespaced: false, errors);

    protected override void CheckUpdate(ClusterRoleBinding updated, ClusterRoleBinding old, FieldErrors errors)
    {
        Check(updated, errors);
        BindingValidation.CheckChange(updated.RoleRef, old.RoleRef, errors);
    }
}

/// <summary>What holds for bindings of roles to subjects.</summary>
internal static class BindingValidation
{
    private const string Group = "rbac.authorization.k8s.io";

    private static readonly FieldPath RoleRefPath = FieldPath.Root("roleRef");

    public static RoleRef Default(RoleRef role) => role.ApiGroup.Length == 0 ? role with { ApiGroup = Group } : role;

    public static Subject Default(Subject subject) =>
        subject is { ApiGroup: "", Kind: "User" or "Group" } ? subject with { ApiGroup = Group } : subject;

    public static void Check(RoleRef role, string[] kinds, ValueList<Subject> subjects, bool isNamespaced, FieldErrors errors)
    {
        if (role.ApiGroup != Group)
        {
            errors.Add(FieldError.NotSupported(RoleRefPath.Child("apiGroup"), role.ApiGroup, Group));
        }
        if (!kinds.Contains(role.Kind))
        {
            errors.Add(FieldError.NotSupported(RoleRefPath.Child("kind"), role.Kind, kinds));
        }
        if (errors.Require(RoleRefPath, "name", role.Name))
        {
            errors.RequireFormat(RoleRefPath, "name", role.Name, TextFormats.PathSegment);
        }
        for (var i = 0; i < subjects.Count; i++)
        {
            CheckSubject(subjects[i], isNamespaced, FieldPath.Root("subjects").Index(i), errors);
        }
    }

    public static void CheckChange(RoleRef updated, RoleRef old, FieldErrors errors)
    {
        if (updated != old)
        {
            var shown = $"{{\"APIGroup\":{ShownValue.Text(updated.ApiGroup)},\"Kind\":{ShownValue.Text(updated.Kind)},\"Name\":{ShownValue.Text(updated.Name)}}}";
            errors.Add(FieldError.InvalidJson(RoleRefPath, shown, "cannot change roleRef"));
        }
    }

    private static void CheckSubject(Subject subject, bool isNamespaced, FieldPath path, FieldErrors errors)
    {
        errors.Require(path, "name", subject.Name);
        switch (subject.Kind)
        {
            case "ServiceAccount":
                if (subject.Name.Length > 0)
                {
                    errors.RequireFormat(path, "name", subject.Name, TextFormats.Dns1123Subdomain);
                }
                if (subject.ApiGroup.Length > 0)
                {
                    errors.Add(FieldError.NotSupported(path.Child("apiGroup"), subject.ApiGroup, ""));
                }
                if (!isNamespaced)
                {
                    errors.Require(path, "namespace", subject.Namespace);
                }
                break;
            case "User" or "Group":
                if (subject.ApiGroup != Group)
                {
                    errors.Add(FieldError.NotSupported(path.Child("apiGroup"), subject.ApiGroup, Group));
                }
                break;
            default:
                errors.Add(FieldError.NotSupported(path.Child("kind"), subject.Kind, "ServiceAccount", "User", "Group"));
                break;
        }
    }
}

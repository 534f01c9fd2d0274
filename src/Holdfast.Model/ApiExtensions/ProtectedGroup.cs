using Holdfast.Model.Rules;

namespace Holdfast.Model.ApiExtensions;

/// <summary>Groups of Kubernetes' own community: a definition in one must say that it was approved.</summary>
internal static class ProtectedGroup
{
    private const string Annotation = "api-approved.kubernetes.io";

    public static void Check(CustomResourceDefinition definition, FieldErrors errors)
    {
        var group = definition.Spec.Group;
        if (!IsIn(group, "k8s.io") && !IsIn(group, "kubernetes.io"))
        {
            return;
        }
        var path = FieldPath.Root("metadata").Child("annotations").Key(Annotation);
        var approval = definition.Metadata.Annotations.GetValueOrDefault(Annotation) ?? "";
        if (approval.Length == 0)
        {
            errors.Add(FieldError.Required(path, $"protected groups must have approval annotation \"{Annotation}\", see https://github.com/kubernetes/enhancements/pull/1111"));
        }
        else if (!approval.StartsWith("unapproved", StringComparison.Ordinal)
            && !(Uri.TryCreate(approval, UriKind.Absolute, out var address) && address.Host.Length > 0))
        {
            errors.Add(FieldError.Invalid(path, approval, $"protected groups must have approval annotation \"{Annotation}\" with either a URL or a reason starting with \"unapproved\", see https://github.com/kubernetes/enhancements/pull/1111"));
        }
    }

    private static bool IsIn(string group, string domain) =>
        group == domain || group.EndsWith("." + domain, StringComparison.Ordinal);
}

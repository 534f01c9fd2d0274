using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Values;

namespace Holdfast.Controllers.Pods;

/// <summary>Pods as controllers make them of templates.</summary>
public static class NewPods
{
    /// <summary>A pod of a template, whose name the server completes.</summary>
    /// <param name="template">The template.</param>
    /// <param name="owner">What controls the pod.</param>
    /// <param name="namespaceName">The namespace.</param>
    /// <param name="prefix">What its name begins with.</param>
    public static Pod Of(PodTemplateSpec template, OwnerReference owner, string namespaceName, string prefix) => new()
    {
        Metadata = new ObjectMeta
        {
            GenerateName = prefix,
            Namespace = namespaceName,
            Labels = template.Metadata.Labels,
            Annotations = template.Metadata.Annotations,
            Finalizers = template.Metadata.Finalizers,
            OwnerReferences = new[] { owner }.ToValueList(),
        },
        Spec = template.Spec,
    };
}

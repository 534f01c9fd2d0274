using System.Collections.Immutable;
using Holdfast.Model.Rules;

namespace Holdfast.Model.Core;

/// <summary>What holds for the templates of pods.</summary>
internal static class PodTemplateValidation
{
    /// <summary>Checks a template.</summary>
    /// <param name="template">The template, with defaults.</param>
    /// <param name="path">Where it is.</param>
    /// <param name="errors">Where problems go.</param>
    /// <param name="moreVolumes">Names of volumes that pods will have besides those of the template.</param>
    public static void Check(PodTemplateSpec template, FieldPath path, FieldErrors errors, ImmutableArray<string> moreVolumes)
    {
        MetadataValidation.CheckLabels(template.Metadata.Labels, path.Child("labels"), errors);
        MetadataValidation.CheckAnnotations(template.Metadata.Annotations, path.Child("annotations"), errors);
        PodSpecValidation.Check(template.Spec, path.Child("spec"), errors, new(IsPod: false, moreVolumes));
        if (!template.Spec.EphemeralContainers.IsEmpty)
        {
            errors.Add(FieldError.Forbidden(path.Child("spec").Child("ephemeralContainers"), "ephemeral containers not allowed in pod template"));
        }
    }
}

using Holdfast.Model.Core;
using Holdfast.Model.Rules;

namespace Holdfast.Model.Batch;

/// <summary>What holds for the pods of Jobs: they end.</summary>
internal static class JobValidation
{
    public static void CheckTemplate(JobSpec spec, FieldPath path, FieldErrors errors)
    {
        PodTemplateValidation.Check(spec.Template, path, errors, []);
        if (spec.Template.Spec.RestartPolicy is not ("OnFailure" or "Never"))
        {
            errors.Add(spec.Template.Spec.RestartPolicy == "Always"
                ? FieldError.Required(path.Child("spec").Child("restartPolicy"), "valid values: \"OnFailure\", \"Never\"")
                : FieldError.NotSupported(path.Child("spec").Child("restartPolicy"), spec.Template.Spec.RestartPolicy, "OnFailure", "Never"));
        }
    }
}

using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Rules;
using Holdfast.Model.Selectors;

namespace Holdfast.Model.Apps;

/// <summary>What Deployments, ReplicaSets and DaemonSets have in common: a selector that matches the template of pods that always restart.</summary>
internal static class WorkloadValidation
{
    public static void CheckSelectorAndTemplate(LabelSelector? selector, PodTemplateSpec template, string kind, FieldPath path, FieldErrors errors)
    {
        if (selector is null)
        {
            errors.Add(FieldError.Required(path.Child("selector")));
        }
        else
        {
            Rules.LabelSelectorValidation.Check(selector, path.Child("selector"), errors);
            if (Rules.LabelSelectorValidation.IsEmpty(selector))
            {
                errors.Add(FieldError.InvalidJson(path.Child("selector"), "{}", $"empty selector is invalid for {kind}"));
            }
            else if (!LabelMatcher.TryFrom(selector, out var matcher, out _))
            {
                errors.Add(FieldError.InvalidJson(path.Child("selector"), ShownValue.Record(selector), "invalid label selector"));
                return;
            }
            else if (!matcher.Matches(template.Metadata.Labels))
            {
                errors.Add(FieldError.InvalidJson(
                    path.Child("template").Child("metadata").Child("labels"),
                    ShownValue.Map(template.Metadata.Labels),
                    "`selector` does not match template `labels`"));
            }
        }
        PodTemplateValidation.Check(template, path.Child("template"), errors, []);
        if (template.Spec.RestartPolicy != "Always")
        {
            errors.Add(FieldError.NotSupported(path.Child("template").Child("spec").Child("restartPolicy"), template.Spec.RestartPolicy, "Always"));
        }
        if (template.Spec.ActiveDeadlineSeconds is not null)
        {
            errors.Add(FieldError.Forbidden(
                path.Child("template").Child("spec").Child("activeDeadlineSeconds"), "activeDeadlineSeconds in ReplicaSet is not Supported"));
        }
    }
}

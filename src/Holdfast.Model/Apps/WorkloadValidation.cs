using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Rules;
using Holdfast.Model.Selectors;

namespace Holdfast.Model.Apps;

/// <summary>What Deployments, ReplicaSets and DaemonSets have in common: a selector that matches the template of pods that always restart.</summary>
internal static class WorkloadValidation
{
    // Kubernetes says "deployment" of ReplicaSets, too.
    public static void CheckReplicated(LabelSelector? selector, PodTemplateSpec template, FieldPath path, FieldErrors errors)
    {
        if (selector is null)
        {
            errors.Add(FieldError.Required(path.Child("selector")));
        }
        else
        {
            CheckSelector(selector, "deployment", path, errors);
        }
        if (!LabelMatcher.TryFrom(selector, out var matcher, out _))
        {
            errors.Add(FieldError.InvalidJson(path.Child("selector"), ShownValue.Record(selector), "invalid label selector"));
            return;
        }
        CheckMatch(matcher, template, path, errors);
        CheckTemplate(template, "ReplicaSet", path, errors);
    }

    // Kubernetes does not ask for the selector of a DaemonSet by itself: without one it matches no labels.
    public static void CheckDaemons(LabelSelector? selector, PodTemplateSpec template, FieldPath path, FieldErrors errors)
    {
        if (selector is not null)
        {
            CheckSelector(selector, "daemonset", path, errors);
        }
        if (LabelMatcher.TryFrom(selector, out var matcher, out _))
        {
            CheckMatch(matcher, template, path, errors);
        }
        CheckTemplate(template, "DaemonSet", path, errors);
    }

    /// <summary>A selector has to match the template's labels; without one, nothing does.</summary>
    public static void CheckMatch(LabelMatcher matcher, PodTemplateSpec template, FieldPath path, FieldErrors errors)
    {
        if (!matcher.Matches(template.Metadata.Labels))
        {
            errors.Add(FieldError.InvalidJson(
                path.Child("template").Child("metadata").Child("labels"),
                ShownValue.Map(template.Metadata.Labels),
                "`selector` does not match template `labels`"));
        }
    }

    private static void CheckSelector(LabelSelector selector, string kind, FieldPath path, FieldErrors errors)
    {
        Rules.LabelSelectorValidation.Check(selector, path.Child("selector"), errors);
        if (Rules.LabelSelectorValidation.IsEmpty(selector))
        {
            errors.Add(FieldError.InvalidJson(path.Child("selector"), "{}", $"empty selector is invalid for {kind}"));
        }
    }

    private static void CheckTemplate(PodTemplateSpec template, string kind, FieldPath path, FieldErrors errors)
    {
        PodTemplateValidation.Check(template, path.Child("template"), errors, []);
        if (template.Spec.RestartPolicy != "Always")
        {
            errors.Add(FieldError.NotSupported(path.Child("template").Child("spec").Child("restartPolicy"), template.Spec.RestartPolicy, "Always"));
        }
        if (template.Spec.ActiveDeadlineSeconds is not null)
        {
            errors.Add(FieldError.Forbidden(
                path.Child("template").Child("spec").Child("activeDeadlineSeconds"), $"activeDeadlineSeconds in {kind} is not Supported"));
        }
    }
}

using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.Core;

/// <summary>What may change of a pod that is there: its images, its deadline, added tolerations, and gates that open.</summary>
internal static class PodUpdateValidation
{
    private const string MirrorAnnotation = "kubernetes.io/config.mirror";
    private const string Words =
        "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,"
        + "`spec.tolerations` (only additions to existing tolerations),"
        + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

    private static readonly FieldPath Spec = FieldPath.Root("spec");
    private static readonly FieldPath Annotations = FieldPath.Root("metadata").Child("annotations");

    public static void Check(Pod updated, Pod old, FieldErrors errors)
    {
        CheckMirror(updated, old, errors);
        if (!HasSameContainers(updated.Spec.Containers, old.Spec.Containers, "containers", errors)
            || !HasSameContainers(updated.Spec.InitContainers, old.Spec.InitContainers, "initContainers", errors)
            || !CheckDeadline(updated.Spec.ActiveDeadlineSeconds, old.Spec.ActiveDeadlineSeconds, errors))
        {
            return;
        }
        CheckTolerations(updated.Spec.Tolerations, old.Spec.Tolerations, errors);
        CheckGates(updated.Spec.SchedulingGates, old.Spec.SchedulingGates, errors);
        if (updated.Spec != old.Spec && Comparable(updated.Spec, old.Spec, errors) != old.Spec)
        {
            errors.Add(FieldError.Forbidden(Spec, Words));
        }
    }

    private static void CheckMirror(Pod updated, Pod old, FieldErrors errors)
    {
        var (isNew, wasOld) = (updated.Metadata.Annotations.TryGetValue(MirrorAnnotation, out var now), old.Metadata.Annotations.TryGetValue(MirrorAnnotation, out var then));
        if (wasOld && now != then)
        {
            errors.Add(FieldError.Forbidden(Annotations.Key(MirrorAnnotation), "may not remove or update mirror pod annotation"));
        }
        else if (isNew && !wasOld)
        {
            errors.Add(FieldError.Forbidden(Annotations.Key(MirrorAnnotation), "may not add mirror pod annotation"));
        }
    }

    private static bool HasSameContainers(ValueList<Container> updated, ValueList<Container> old, string field, FieldErrors errors)
    {
        if (updated.Count == old.Count)
        {
            return true;
        }
        errors.Add(FieldError.Forbidden(Spec.Child(field), "pod updates may not add or remove containers"));
        return false;
    }

    private static bool CheckDeadline(long? updated, long? old, FieldErrors errors)
    {
        var path = Spec.Child("activeDeadlineSeconds");
        switch (updated, old)
        {
            case ( < 0 or > int.MaxValue, _):
                errors.Add(FieldError.Invalid(path, updated.Value, $"must be between 0 and {int.MaxValue}, inclusive"));
                return false;
            case ({ } next, { } last) when last < next:
                errors.Add(FieldError.Invalid(path, next, "must be less than or equal to previous value"));
                return false;
            case (null, not null):
                errors.Add(FieldError.InvalidJson(path, "null", "must not update from a positive integer to nil value"));
                return true;
            default:
                return true;
        }
    }

    private static void CheckTolerations(ValueList<Toleration> updated, ValueList<Toleration> old, FieldErrors errors)
    {
        foreach (var toleration in old)
        {
            if (!updated.Any(other => other with { TolerationSeconds = toleration.TolerationSeconds } == toleration))
            {
                errors.Add(FieldError.Forbidden(Spec.Child("tolerations"), "existing toleration can not be modified except its tolerationSeconds"));
                return;
            }
        }
    }

    private static void CheckGates(ValueList<PodSchedulingGate> updated, ValueList<PodSchedulingGate> old, FieldErrors errors)
    {
        for (var i = 0; i < updated.Count; i++)
        {
            if (!old.Contains(updated[i]))
            {
                errors.Add(FieldError.Forbidden(
                    Spec.Child("schedulingGates").Index(i).Child("name"), $"only deletion is allowed, but found new scheduling gate '{updated[i].Name}'"));
            }
        }
    }

    /// <summary>The new spec with everything put back that may change; what is still different may not.</summary>
    private static PodSpec Comparable(PodSpec updated, PodSpec old, FieldErrors errors)
    {
        var spec = updated with
        {
            Containers = WithImages(updated.Containers, old.Containers),
            InitContainers = WithImages(updated.InitContainers, old.InitContainers),
            ActiveDeadlineSeconds = old.ActiveDeadlineSeconds,
            SchedulingGates = old.SchedulingGates,
            Tolerations = old.Tolerations,
        };
        if (old.TerminationGracePeriodSeconds < 0 && spec.TerminationGracePeriodSeconds == 1)
        {
            spec = spec with { TerminationGracePeriodSeconds = old.TerminationGracePeriodSeconds };
        }
        if (!old.SchedulingGates.IsEmpty && spec.NodeSelector != old.NodeSelector)
        {
            CheckSelectorGrows(spec.NodeSelector, old.NodeSelector, errors);
            spec = spec with { NodeSelector = old.NodeSelector };
        }
        return spec;
    }

    private static void CheckSelectorGrows(ValueMap<string> updated, ValueMap<string> old, FieldErrors errors)
    {
        foreach (var (key, value) in old)
        {
            if (!updated.TryGetValue(key, out var actual) || actual != value)
            {
                errors.Add(FieldError.InvalidJson(Spec.Child("nodeSelector"), ShownValue.Map(updated), "only additions to spec.nodeSelector are allowed (no mutations or deletions)"));
                return;
            }
        }
    }

    private static ValueList<Container> WithImages(ValueList<Container> updated, ValueList<Container> old)
    {
        var index = 0;
        return updated.Rewrite(container =>
        {
            var image = old[index++].Image;
            return container.Image == image ? container : container with { Image = image };
        });
    }
}

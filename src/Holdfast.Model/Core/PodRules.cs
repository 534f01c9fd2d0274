using System.Collections.Immutable;
using Holdfast.Model.Rules;

namespace Holdfast.Model.Core;

/// <summary>The rules of Pods.</summary>
internal sealed class PodRules : ResourceRules<Pod>
{
    private static readonly PodCondition Gated = PodCondition.Empty with
    {
        Type = "PodScheduled",
        Status = "False",
        Reason = "SchedulingGated",
        Message = "Scheduling is blocked due to non-empty scheduling gates",
    };

    public override bool HasStatus => true;

    public override Pod Default(Pod pod) => PodDefaults.Apply(pod);

    /// <summary>The status is the server's, and a pod that is given less than no time to end is given the least.</summary>
    public override Pod PrepareForCreate(Pod pod)
    {
        var status = PodStatus.Empty with { Phase = "Pending", QosClass = PodQualityOfService.ClassOf(pod.Spec) };
        return pod with
        {
            Spec = pod.Spec.TerminationGracePeriodSeconds < 0 ? pod.Spec with { TerminationGracePeriodSeconds = 1 } : pod.Spec,
            Status = pod.Spec.SchedulingGates.IsEmpty ? status : status with { Conditions = [Gated] },
        };
    }

    public override Pod PrepareForUpdate(Pod updated, Pod old) => updated with { Status = old.Status };

    public override Pod PrepareForStatusUpdate(Pod updated, Pod old) => updated with
    {
        Spec = old.Spec,
        Metadata = updated.Metadata with { OwnerReferences = old.Metadata.OwnerReferences },
        Status = updated.Status with { QosClass = updated.Status.QosClass.Or(old.Status.QosClass) },
    };

    public override bool RaisesGeneration(Pod updated, Pod old) => updated.Spec != old.Spec;

    public override ImmutableArray<string> Warnings(Pod pod, Pod? old)
    {
        var warnings = new List<string>();
        PodWarnings.AddForPod(pod, warnings);
        return [.. warnings];
    }

    /// <summary>A new pod has nothing that only a running one can be given.</summary>
    protected override void Check(Pod pod, FieldErrors errors)
    {
        CheckSpec(pod, errors);
        if (!pod.Spec.EphemeralContainers.IsEmpty)
        {
            errors.Add(FieldError.Forbidden(SpecPath.Child("ephemeralContainers"), "cannot be set on create"));
        }
        if (pod.Spec.NodeName.Length > 0 && !pod.Spec.SchedulingGates.IsEmpty)
        {
            errors.Add(FieldError.Forbidden(SpecPath.Child("nodeName"), "cannot be set until all schedulingGates have been cleared"));
        }
    }

    protected override void CheckUpdate(Pod updated, Pod old, FieldErrors errors)
    {
        CheckSpec(updated, errors);
        PodUpdateValidation.Check(updated, old, errors);
    }

    protected override void CheckStatusUpdate(Pod updated, Pod old, FieldErrors errors) => PodStatusValidation.Check(updated, old, errors);

    private static void CheckSpec(Pod pod, FieldErrors errors) =>
        PodSpecValidation.Check(pod.Spec, SpecPath, errors, new(IsPod: true, []));
}

using Holdfast.Model.Rules;

namespace Holdfast.Model.Core;

/// <summary>The rules of Pods.</summary>
internal sealed class PodRules : ResourceRules<Pod>
{
    public override bool HasStatus => true;

    public override Pod Default(Pod pod) => PodDefaults.Apply(pod);

    public override Pod PrepareForCreate(Pod pod)
    {
        var status = PodStatus.Empty with { Phase = "Pending", QosClass = PodQualityOfService.ClassOf(pod.Spec) };
        return pod with { Status = pod.Spec.SchedulingGates.IsEmpty ? status : status with { Conditions = [Gated] } };
    }

    public override Pod PrepareForUpdate(Pod updated, Pod old) => updated with { Status = old.Status };

    public override Pod PrepareForStatusUpdate(Pod updated, Pod old) => updated with
    {
        Spec = old.Spec,
        Metadata = updated.Metadata with { OwnerReferences = old.Metadata.OwnerReferences },
        Status = updated.Status with { QosClass = updated.Status.QosClass.Or(old.Status.QosClass) },
    };

    public override bool RaisesGeneration(Pod updated, Pod old) => updated.Spec != old.Spec;

    private static PodCondition Gated { get; } = PodCondition.Empty with
    {
        Type = "PodScheduled",
        Status = "False",
        Reason = "SchedulingGated",
        Message = "Scheduling is blocked due to non-empty scheduling gates",
    };
}

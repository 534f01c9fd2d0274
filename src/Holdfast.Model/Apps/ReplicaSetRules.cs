using System.Collections.Immutable;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Rules;

namespace Holdfast.Model.Apps;

/// <summary>The rules of ReplicaSets.</summary>
internal sealed class ReplicaSetRules : ResourceRules<ReplicaSet>
{
    public override bool HasStatus => true;

    public override ReplicaSet Default(ReplicaSet set) => set with
    {
        Spec = set.Spec with { Replicas = set.Spec.Replicas ?? 1, Template = PodDefaults.Template(set.Spec.Template) },
    };

    public override ReplicaSet PrepareForCreate(ReplicaSet set) => set with { Status = ReplicaSetStatus.Empty };

    public override ReplicaSet PrepareForUpdate(ReplicaSet updated, ReplicaSet old) => updated with { Status = old.Status };

    public override ReplicaSet PrepareForStatusUpdate(ReplicaSet updated, ReplicaSet old) => updated with { Spec = old.Spec };

    public override bool RaisesGeneration(ReplicaSet updated, ReplicaSet old) => updated.Spec != old.Spec;

    public override ImmutableArray<string> Warnings(ReplicaSet set, ReplicaSet? old)
    {
        var warnings = new List<string>();
        PodWarnings.AddForTemplate(set.Spec.Template, old?.Spec.Template, warnings);
        return [.. warnings];
    }

    protected override void Check(ReplicaSet set, FieldErrors errors)
    {
        errors.RequireNotNegative(SpecPath, "replicas", set.Spec.Replicas ?? 0);
        errors.RequireNotNegative(SpecPath, "minReadySeconds", set.Spec.MinReadySeconds);
        WorkloadValidation.CheckReplicated(set.Spec.Selector, set.Spec.Template, SpecPath, errors);
    }

    protected override void CheckStatusUpdate(ReplicaSet updated, ReplicaSet old, FieldErrors errors)
    {
        var status = updated.Status;
        errors.RequireNotNegative(StatusPath, "observedGeneration", status.ObservedGeneration);
        errors.RequireNotNegative(StatusPath, "terminatingReplicas", status.TerminatingReplicas ?? 0);
        ReplicaCounts.Check(status.Replicas, StatusPath, errors,
            ("fullyLabeledReplicas", status.FullyLabeledReplicas), ("readyReplicas", status.ReadyReplicas), ("availableReplicas", status.AvailableReplicas));
        ReplicaCounts.CheckAvailable(status.AvailableReplicas, status.ReadyReplicas, StatusPath, errors);
    }

    protected override void CheckUpdate(ReplicaSet updated, ReplicaSet old, FieldErrors errors)
    {
        Check(updated, errors);
        errors.RequireUnchanged(SpecPath.Child("selector"), updated.Spec.Selector, old.Spec.Selector, ShownValue.Record<LabelSelector>);
    }
}

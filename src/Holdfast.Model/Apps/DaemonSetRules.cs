using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Rules;

namespace Holdfast.Model.Apps;

/// <summary>The rules of DaemonSets.</summary>
internal sealed class DaemonSetRules : ResourceRules<DaemonSet>
{
    public override bool HasStatus => true;

    public override DaemonSet Default(DaemonSet set) => set with
    {
        Spec = set.Spec with
        {
            UpdateStrategy = Strategy(set.Spec.UpdateStrategy),
            RevisionHistoryLimit = set.Spec.RevisionHistoryLimit ?? 10,
            Template = PodDefaults.Template(set.Spec.Template),
        },
    };

    public override DaemonSet PrepareForCreate(DaemonSet set) => set with { Status = DaemonSetStatus.Empty };

    public override DaemonSet PrepareForUpdate(DaemonSet updated, DaemonSet old) => updated with { Status = old.Status };

    public override DaemonSet PrepareForStatusUpdate(DaemonSet updated, DaemonSet old) => updated with { Spec = old.Spec };

    public override bool RaisesGeneration(DaemonSet updated, DaemonSet old) => updated.Spec != old.Spec;

    protected override void Check(DaemonSet set, FieldErrors errors)
    {
        WorkloadValidation.CheckDaemons(set.Spec.Selector, set.Spec.Template, SpecPath, errors);
        errors.RequireNotNegative(SpecPath, "minReadySeconds", set.Spec.MinReadySeconds);
        errors.RequireNotNegative(SpecPath, "revisionHistoryLimit", set.Spec.RevisionHistoryLimit ?? 0);
    }

    protected override void CheckUpdate(DaemonSet updated, DaemonSet old, FieldErrors errors)
    {
        Check(updated, errors);
        errors.RequireUnchanged(SpecPath.Child("selector"), updated.Spec.Selector, old.Spec.Selector, ShownValue.Record<LabelSelector>);
    }

    private static DaemonSetUpdateStrategy Strategy(DaemonSetUpdateStrategy strategy)
    {
        strategy = strategy with { Type = strategy.Type.Or("RollingUpdate") };
        if (strategy.Type != "RollingUpdate")
        {
            return strategy;
        }
        var rolling = strategy.RollingUpdate ?? RollingUpdateDaemonSet.Empty;
        return strategy with { RollingUpdate = rolling with { MaxUnavailable = rolling.MaxUnavailable ?? 1, MaxSurge = rolling.MaxSurge ?? 0 } };
    }
}

using System.Collections.Immutable;
using Holdfast.Model.Core;
using Holdfast.Model.Rules;

namespace Holdfast.Model.Apps;

/// <summary>The rules of StatefulSets.</summary>
internal sealed class StatefulSetRules : ResourceRules<StatefulSet>
{
    public override bool HasStatus => true;

    protected override TextFormat NameFormat => TextFormats.Dns1123Label;

    public override StatefulSet Default(StatefulSet set) => StatefulSetDefaults.Apply(set);

    public override StatefulSet PrepareForCreate(StatefulSet set) => set with { Status = StatefulSetStatus.Empty };

    public override StatefulSet PrepareForUpdate(StatefulSet updated, StatefulSet old) => updated with { Status = old.Status };

    public override StatefulSet PrepareForStatusUpdate(StatefulSet updated, StatefulSet old) => updated with { Spec = old.Spec };

    public override bool RaisesGeneration(StatefulSet updated, StatefulSet old) => updated.Spec != old.Spec;

    public override ImmutableArray<string> Warnings(StatefulSet set, StatefulSet? old)
    {
        var warnings = new List<string>();
        if (set.Spec.RevisionHistoryLimit < 0)
        {
            warnings.Add("spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended");
        }
        PodWarnings.AddForTemplate(set.Spec.Template, old?.Spec.Template, warnings);
        return [.. warnings];
    }

    protected override void Check(StatefulSet set, FieldErrors errors) => StatefulSetValidation.CheckSpec(set.Spec, SpecPath, errors);

    protected override void CheckUpdate(StatefulSet updated, StatefulSet old, FieldErrors errors)
    {
        Check(updated, errors);
        StatefulSetValidation.CheckChange(updated.Spec, old.Spec, SpecPath, errors);
    }

    protected override void CheckStatusUpdate(StatefulSet updated, StatefulSet old, FieldErrors errors) =>
        StatefulSetValidation.CheckStatus(updated.Status, old.Status, StatusPath, errors);
}

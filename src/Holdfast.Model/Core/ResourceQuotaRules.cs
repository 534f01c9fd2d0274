using Holdfast.Model.Rules;

namespace Holdfast.Model.Core;

/// <summary>The rules of ResourceQuotas.</summary>
internal sealed class ResourceQuotaRules : ResourceRules<ResourceQuota>
{
    public override bool HasStatus => true;

    public override bool HasGeneration => false;

    public override ResourceQuota PrepareForCreate(ResourceQuota quota) => quota with { Status = ResourceQuotaStatus.Empty };

    public override ResourceQuota PrepareForUpdate(ResourceQuota updated, ResourceQuota old) => updated with { Status = old.Status };

    public override ResourceQuota PrepareForStatusUpdate(ResourceQuota updated, ResourceQuota old) => updated with { Spec = old.Spec };

    protected override void Check(ResourceQuota quota, FieldErrors errors)
    {
        foreach (var (name, amount) in quota.Spec.Hard)
        {
            errors.RequireFormat(SpecPath.Child("hard").Key(name), name, TextFormats.QualifiedName);
            ResourceAmounts.CheckAmount(name, amount, SpecPath, "hard", errors);
        }
    }

    protected override void CheckUpdate(ResourceQuota updated, ResourceQuota old, FieldErrors errors)
    {
        Check(updated, errors);
        if (!updated.Spec.Scopes.ToHashSet().SetEquals(old.Spec.Scopes))
        {
            errors.Add(FieldError.InvalidJson(SpecPath.Child("scopes"), ShownValue.Texts(updated.Spec.Scopes), "field is immutable"));
        }
    }
}

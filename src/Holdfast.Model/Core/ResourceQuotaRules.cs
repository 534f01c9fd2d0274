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
}

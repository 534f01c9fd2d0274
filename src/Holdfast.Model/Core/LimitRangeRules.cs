using Holdfast.Model.Rules;

namespace Holdfast.Model.Core;

/// <summary>The rules of LimitRanges.</summary>
internal sealed class LimitRangeRules : ResourceRules<LimitRange>
{
    public override bool AllowsCreateOnUpdate => true;

    public override LimitRange Default(LimitRange resource) => resource with
    {
        Spec = resource.Spec with { Limits = resource.Spec.Limits.Rewrite(item => item.Type == "Container" ? WithDefaults(item) : item) },
    };

    private static LimitRangeItem WithDefaults(LimitRangeItem item)
    {
        var limits = item.Max.SetItems(item.Default);
        var requests = item.Min.SetItems(limits).SetItems(item.DefaultRequest);
        return item with { Default = limits, DefaultRequest = requests };
    }
}

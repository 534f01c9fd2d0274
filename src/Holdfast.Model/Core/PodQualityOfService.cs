using Holdfast.Model.Values;

namespace Holdfast.Model.Core;

/// <summary>How firmly a pod's resources are promised, from what its containers request and may use at most.</summary>
public static class PodQualityOfService
{
    private static readonly string[] Counted = ["cpu", "memory"];

    /// <summary>The pod's class: <c>Guaranteed</c>, <c>Burstable</c> or <c>BestEffort</c>.</summary>
    /// <param name="spec">The pod's spec, with defaults.</param>
    public static string ClassOf(PodSpec spec)
    {
        if (spec.Resources is { } whole && (AnyCounted(whole.Requests) || AnyCounted(whole.Limits)))
        {
            return Counted.All(name => IsFirm(whole, name)) ? "Guaranteed" : "Burstable";
        }
        var (isAnything, isFirm) = (false, true);
        foreach (var container in spec.Containers)
        {
            Count(container.Resources);
        }
        foreach (var container in spec.InitContainers)
        {
            Count(container.Resources);
        }
        return !isAnything ? "BestEffort" : isFirm ? "Guaranteed" : "Burstable";

        void Count(ResourceRequirements resources)
        {
            isAnything |= AnyCounted(resources.Requests) || AnyCounted(resources.Limits);
            isFirm &= Counted.All(name => IsFirm(resources, name));
        }
    }

    private static bool AnyCounted(ValueMap<Quantity> amounts) =>
        Counted.Any(name => amounts.TryGetValue(name, out var amount) && amount.Sign > 0);

    private static bool IsFirm(ResourceRequirements resources, string name) =>
        resources.Limits.TryGetValue(name, out var limit) && limit.Sign > 0
        && (!resources.Requests.TryGetValue(name, out var request) || request == limit);
}

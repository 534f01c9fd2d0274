using Holdfast.Model.Values;

namespace Holdfast.Node.Planning;

/// <summary>The quality-of-service class of a pod, by Kubernetes' rules over cpu and memory.</summary>
internal static class QualityOfService
{
    public static string Of(Core.Pod pod)
    {
        if (pod.Status.QosClass.Length > 0)
            return pod.Status.QosClass;
        var containers = PodContainer.Of(pod).Select(container => container.Spec.Resources).ToArray();
        if (containers.All(resources => !Has(resources.Requests) && !Has(resources.Limits)))
            return "BestEffort";
        return containers.All(IsGuaranteed) ? "Guaranteed" : "Burstable";
    }

    private static bool Has(ValueMap<Quantity> amounts) => Amount(amounts, "cpu") is not null || Amount(amounts, "memory") is not null;

    private static bool IsGuaranteed(Core.ResourceRequirements resources)
    {
        foreach (var name in new[] { "cpu", "memory" })
        {
            if (Amount(resources.Limits, name) is not { } limit || (Amount(resources.Requests, name) is { } request && request != limit))
                return false;
        }
        return true;
    }

    private static Quantity? Amount(ValueMap<Quantity> amounts, string name) =>
        amounts.TryGetValue(name, out var amount) && !amount.IsZero ? amount : null;
}

using Holdfast.Controllers.NodeLifecycle;
using Holdfast.Controllers.Pods;
using Holdfast.Model.Core;

namespace Holdfast.Controllers.PodGarbageCollection;

/// <summary>What is known of a pod that may be left over.</summary>
/// <param name="Pod">The pod.</param>
/// <param name="Node">Its node; null when it has none or the node does not exist.</param>
/// <param name="NodeGoneFor">How long it has been there without its node existing, by this process's clock; null when it exists or the pod has none.</param>
/// <param name="IsBeyondLimit">Whether it has ended and more pods that ended after it are kept than may be.</param>
public sealed record PodGarbageObservation(Pod Pod, Node? Node, TimeSpan? NodeGoneFor, bool IsBeyondLimit);

/// <summary>What becomes of a pod.</summary>
/// <param name="MustGo">Whether it is removed at once, without waiting for an agent.</param>
/// <param name="IsForNode">Whether it goes because its node does not exist, which has to be confirmed by the server.</param>
/// <param name="Message">What the pod is told to go for; empty when nobody disrupts it.</param>
/// <param name="RequeueAfter">When to look again; null for never.</param>
/// <param name="Reason">Why.</param>
public sealed record PodGarbagePlan(bool MustGo, bool IsForNode, string Message, TimeSpan? RequeueAfter, string Reason);

/// <summary>
/// Decides which pods nobody will end any more. A pure function. A pod is removed without its agent only where there is none: it was never placed,
/// its node object has been deleted, or a person has tainted the node as out of service.
/// </summary>
public static class PodGarbagePlanner
{
    /// <summary>How long a node must not have existed: one that is made anew under its name keeps its pods.</summary>
    public static readonly TimeSpan Quarantine = TimeSpan.FromSeconds(40);

    private static readonly PodGarbagePlan Keep = new(false, false, "", null, "its node's agent ends it");

    /// <summary>Plans for a pod.</summary>
    /// <param name="observation">The pod and its node.</param>
    public static PodGarbagePlan Plan(PodGarbageObservation observation)
    {
        var (pod, node) = (observation.Pod, observation.Node);
        if (observation.NodeGoneFor is { } gone)
        {
            return gone < Quarantine
                ? Keep with { RequeueAfter = Quarantine - gone, Reason = "its node may come back" }
                : new(true, true, "PodGC: node no longer exists", null, $"its node {pod.Spec.NodeName} has not existed for {gone.TotalSeconds:0} s");
        }
        if (pod.IsTerminating() && pod.Spec.NodeName.Length == 0)
        {
            return new(true, false, "", null, "it is to go and was never placed on a node");
        }
        if (pod.IsTerminating() && node is not null && !node.IsReady() && node.Spec.Taints.Any(taint => taint.Key == NodeNames.OutOfService))
        {
            return new(true, false, "PodGC: node is out of service", null, $"its node {pod.Spec.NodeName} is out of service");
        }
        return observation.IsBeyondLimit
            ? new(true, false, "", null, "it has ended, and enough pods that ended later are kept")
            : Keep;
    }
}

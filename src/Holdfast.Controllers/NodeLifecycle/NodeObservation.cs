using System.Collections.Immutable;
using Holdfast.Model.Core;

namespace Holdfast.Controllers.NodeLifecycle;

/// <summary>How much of the cluster is out at once.</summary>
public enum ClusterDisruption
{
    /// <summary>Few nodes or none.</summary>
    Normal,

    /// <summary>Most nodes, and more than two: the fault is likelier the network's than theirs, so no more pods are evicted.</summary>
    Partial,

    /// <summary>All nodes: there is nowhere to go, so nothing is evicted at all.</summary>
    Full,
}

/// <summary>How many nodes there are and how many of them are not ready.</summary>
/// <param name="All">All of them.</param>
/// <param name="NotReady">Those that are not ready.</param>
public readonly record struct NodeCensus(int All, int NotReady)
{
    /// <summary>How much of the cluster is out: by upstream's bounds, 55 percent and never by two nodes alone.</summary>
    public ClusterDisruption Disruption => All > 0 && NotReady == All ? ClusterDisruption.Full
        : NotReady > 2 && NotReady * 100 >= All * 55 ? ClusterDisruption.Partial
        : ClusterDisruption.Normal;

    /// <summary>The census of some nodes.</summary>
    /// <param name="nodes">The nodes.</param>
    public static NodeCensus Of(IEnumerable<Node> nodes) =>
        nodes.Aggregate(default(NodeCensus), (census, node) => census.With(node.IsReady()));

    /// <summary>The census with one node more.</summary>
    /// <param name="isReady">Whether it is ready.</param>
    public NodeCensus With(bool isReady) => new(All + 1, NotReady + (isReady ? 0 : 1));
}

/// <summary>What is known of a node.</summary>
/// <param name="Node">The node.</param>
/// <param name="SilentFor">How long it has given no sign of life, by this process's clock.</param>
/// <param name="Pods">The pods on it.</param>
/// <param name="Others">All other nodes.</param>
public sealed record NodeObservation(Node Node, TimeSpan SilentFor, ImmutableArray<Pod> Pods, NodeCensus Others);

/// <summary>One thing to do for a node, with its reason in words.</summary>
/// <param name="Reason">Why.</param>
public abstract record NodeEffect(string Reason);

/// <summary>Change a node's status.</summary>
/// <param name="Status">The new status.</param>
/// <param name="Reason">Why.</param>
public sealed record UpdateNodeStatus(NodeStatus Status, string Reason) : NodeEffect(Reason);

/// <summary>Change a node's taints.</summary>
/// <param name="Taints">All of them.</param>
/// <param name="Reason">Why.</param>
public sealed record UpdateTaints(Model.Values.ValueList<Taint> Taints, string Reason) : NodeEffect(Reason);

/// <summary>Change the status of a pod on the node.</summary>
/// <param name="Pod">The pod with its new status.</param>
/// <param name="Reason">Why.</param>
public sealed record MarkPodNotReady(Pod Pod, string Reason) : NodeEffect(Reason);

/// <summary>What becomes of a node.</summary>
/// <param name="Effects">What to do, in order.</param>
/// <param name="RequeueAfter">When its silence alone changes it; null for never.</param>
public sealed record NodePlan(ImmutableArray<NodeEffect> Effects, TimeSpan? RequeueAfter);

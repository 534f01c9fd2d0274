using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Client.Events;
using Holdfast.Controllers.Pods;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.Coordination;
using Holdfast.Model.Core;

namespace Holdfast.Controllers.NodeLifecycle;

/// <summary>Observes a node, its Lease and its pods in the caches, has what follows planned and executes the plan; the key names the node.</summary>
public sealed class NodeReconciler : IReconciler<ResourceKey>
{
    private readonly NodePlanner _planner;
    private readonly NodeSightings _sightings;
    private readonly ResourceCache<Node> _nodes;
    private readonly ResourceCache<Lease> _leases;
    private readonly ResourceCache<Pod> _pods;
    private readonly OwnWrites<ResourceKey> _writes;
    private readonly IEventRecorder _events;
    private readonly TimeProvider _time;

    private NodeReconciler(ControllerContext context, NodeLifecycleOptions options, OwnWrites<ResourceKey> writes, IEventRecorder events)
    {
        _planner = new NodePlanner(options);
        _nodes = context.Caches.Get<Node>();
        _leases = context.Caches.Get<Lease>();
        _pods = context.Caches.Get<Pod>(null, PodIndices.ByNode);
        (_writes, _events, _time) = (writes, events, context.Time);
        _sightings = new NodeSightings(context.Time);
    }

    /// <summary>Adds the node lifecycle controller and the taint eviction controller to a host.</summary>
    /// <param name="host">The host.</param>
    /// <param name="context">The world.</param>
    /// <param name="options">How long nodes may be silent; the usual spans when left out.</param>
    public static void AddTo(ControllerHost host, ControllerContext context, NodeLifecycleOptions? options = null)
    {
        var writes = context.Writes<ResourceKey>("node-lifecycle-controller");
        var events = context.Events("node-controller");
        var reconciler = new NodeReconciler(context, options ?? new NodeLifecycleOptions(), writes, events);
        host.Add(events).Add(new Controller<ResourceKey>("nodelifecycle", reconciler, context, writes)
            .WatchChanges(reconciler._nodes, reconciler.NodesOf)
            .Watch(reconciler._leases, lease => lease.Metadata.Namespace == NodeNames.LeaseNamespace ? [new ResourceKey("", lease.Metadata.Name)] : []));
        TaintEvictionReconciler.AddTo(host, context, events);
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        if (_nodes.Find(key) is not { } node)
        {
            _sightings.Forget(key.Name);
            return ReconcileResult.Done;
        }
        var now = _time.GetUtcNow();
        var silence = _sightings.SilenceOf(node, _leases.Find(NodeNames.LeaseNamespace, key.Name));
        var observation = new NodeObservation(
            node, silence, [.. _pods.Lookup(PodIndices.ByNode, key.Name)], NodeCensus.Of(_nodes.All.Where(other => other.Metadata.Name != key.Name)));
        var plan = _planner.Plan(observation, now);
        var client = _writes.ClientFor(key);
        foreach (var effect in plan.Effects)
        {
            node = await ApplyAsync(client, node, effect, cancellationToken);
        }
        return ReconcileResult.After(plan.RequeueAfter);
    }

    /// <summary>Applies an effect and gives the node as it is then.</summary>
    private async Task<Node> ApplyAsync(KubernetesClient client, Node node, NodeEffect effect, CancellationToken cancellationToken)
    {
        switch (effect)
        {
            case UpdateNodeStatus update:
                _events.Normal(node, "NodeNotReady", $"Node {node.Metadata.Name} status is now: NodeNotReady");
                return await client.UpdateStatusAsync(node with { Status = update.Status }, cancellationToken);
            case UpdateTaints update:
                return await client.UpdateAsync(node with { Spec = node.Spec with { Taints = update.Taints } }, cancellationToken);
            case MarkPodNotReady mark:
                await MarkAsync(client, mark.Pod, cancellationToken);
                return node;
            default:
                throw new InvalidOperationException($"a plan has an effect that cannot be executed: {effect}");
        }
    }

    private async Task MarkAsync(KubernetesClient client, Pod pod, CancellationToken cancellationToken)
    {
        try
        {
            await client.UpdateStatusAsync(pod, cancellationToken);
            _events.Warning(pod, "NodeNotReady", "Node is not ready");
        }
        catch (ApiException error) when (error.IsNotFound)
        {
            // Gone is not ready either.
        }
    }

    /// <summary>A node itself; and when one comes, goes or changes its readiness all of them, since it changes how much of the cluster is out.</summary>
    private IEnumerable<ResourceKey> NodesOf(CacheChange<Node> change) =>
        change.Old is null || change.New is null || change.Old.IsReady() != change.New.IsReady()
            ? _nodes.All.Select(node => ResourceKey.Of(node)).Append(ResourceKey.Of(change.Latest))
            : [ResourceKey.Of(change.Latest)];
}

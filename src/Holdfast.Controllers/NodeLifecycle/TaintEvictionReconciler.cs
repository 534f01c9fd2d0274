using System.Collections.Concurrent;
using System.Collections.Immutable;
using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Client.Events;
using Holdfast.Controllers.Pods;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.Core;

namespace Holdfast.Controllers.NodeLifecycle;

/// <summary>
/// Deletes pods from nodes whose NoExecute taints they do not tolerate, or no longer. It never forces: on a node that has fallen silent the
/// pod object stays, terminating, until its processes are known to have ended.
/// </summary>
internal sealed class TaintEvictionReconciler : IReconciler<ResourceKey>
{
    private readonly ConcurrentDictionary<(string NodeUid, string Taint), DateTimeOffset> _firstSeen = new();
    private readonly ResourceCache<Node> _nodes;
    private readonly ResourceCache<Pod> _pods;
    private readonly OwnWrites<ResourceKey> _writes;
    private readonly IEventRecorder _events;
    private readonly TimeProvider _time;

    private TaintEvictionReconciler(ControllerContext context, OwnWrites<ResourceKey> writes, IEventRecorder events)
    {
        _nodes = context.Caches.Get<Node>();
        _pods = context.Caches.Get<Pod>(null, PodIndices.ByNode);
        (_writes, _events, _time) = (writes, events, context.Time);
    }

    internal static void AddTo(ControllerHost host, ControllerContext context, IEventRecorder events)
    {
        var writes = context.Writes<ResourceKey>("taint-eviction-controller");
        var reconciler = new TaintEvictionReconciler(context, writes, events);
        host.Add(new Controller<ResourceKey>("tainteviction", reconciler, context, writes)
            .WatchChanges(reconciler._pods, reconciler.PodsOf)
            .WatchChanges(reconciler._nodes, reconciler.PodsOf));
    }

    public async Task<ReconcileResult> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        if (_pods.Find(key) is not { } pod || _nodes.Find("", pod.Spec.NodeName) is not { } node)
        {
            return ReconcileResult.Done;
        }
        var now = _time.GetUtcNow();
        var eviction = TaintEvictionPlanner.Plan(pod, Standing(node, now));
        if (eviction.At is not { } at)
        {
            return ReconcileResult.Done;
        }
        if (at > now)
        {
            return ReconcileResult.RequeueAfter(at - now);
        }
        await EvictAsync(_writes.ClientFor(key), pod, now, cancellationToken);
        return ReconcileResult.Done;
    }

    private async Task EvictAsync(KubernetesClient client, Pod pod, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            _events.Normal(pod, "TaintManagerEviction", $"Marking for deletion Pod {ResourceKey.Of(pod)}");
            var marked = PodDisruptionMark.On(pod, "DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint", now);
            if (marked != pod)
            {
                await client.UpdateStatusAsync(marked, cancellationToken);
            }
            await client.DeleteThisAsync(pod, cancellationToken);
        }
        catch (ApiException error) when (error.IsNotFound)
        {
            // It has left already.
        }
    }

    /// <summary>The node's NoExecute taints; those without a time count from when this process first saw them.</summary>
    private ImmutableArray<StandingTaint> Standing(Node node, DateTimeOffset now) =>
    [
        .. node.Spec.Taints.Where(taint => taint.Effect == "NoExecute")
            .Select(taint => new StandingTaint(taint, taint.TimeAdded ?? _firstSeen.GetOrAdd((node.Metadata.Uid, taint.Key), now))),
    ];

    private IEnumerable<ResourceKey> PodsOf(CacheChange<Node> change)
    {
        if (change is { Old: { } old, New: { } now } && old.Spec.Taints == now.Spec.Taints)
        {
            return [];
        }
        foreach (var taint in change.Old?.Spec.Taints ?? [])
        {
            if (change.New is null || !change.New.Spec.Taints.Any(other => other.Key == taint.Key && other.Effect == taint.Effect))
            {
                _firstSeen.TryRemove((change.Old!.Metadata.Uid, taint.Key), out _);
            }
        }
        return _pods.Lookup(PodIndices.ByNode, change.Latest.Metadata.Name).Select(pod => ResourceKey.Of(pod));
    }

    // Whatever taints a node gets later brings its pods up by itself.
    private IEnumerable<ResourceKey> PodsOf(CacheChange<Pod> change) =>
        change.New is { } pod && (change.Old is null || change.IsReplacement || IsOtherwiseBound(change.Old, pod))
        && pod.Spec.NodeName.Length > 0 && _nodes.Find("", pod.Spec.NodeName)?.Spec.Taints.Any(taint => taint.Effect == "NoExecute") == true
            ? [ResourceKey.Of(pod)]
            : [];

    private static bool IsOtherwiseBound(Pod old, Pod now) => old.Spec.NodeName != now.Spec.NodeName || old.Spec.Tolerations != now.Spec.Tolerations;
}

using System.Collections.Concurrent;
using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Controllers.NodeLifecycle;
using Holdfast.Controllers.Pods;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;

namespace Holdfast.Controllers.PodGarbageCollection;

/// <summary>Observes pods and their nodes in the caches, has left-over ones found and removes them.</summary>
public sealed class PodGarbageReconciler : IReconciler<ResourceKey>
{
    private static readonly CacheIndex<Pod> Finished = new("finished", pod => pod.IsFinished() ? [""] : []);

    // Since when nodes that pods are on have not existed; one without pods is forgotten.
    // By the monotonic clock: a jump of the wall clock must not shorten a quarantine.
    private readonly ConcurrentDictionary<string, long> _goneSince = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<ResourceKey, (string Uid, long At)> _withoutNodeSince = new();
    private readonly ResourceCache<Node> _nodes;
    private readonly ResourceCache<Pod> _pods;
    private readonly OwnWrites<ResourceKey> _writes;
    private readonly TimeProvider _time;
    private readonly int _finishedLimit;

    private PodGarbageReconciler(ControllerContext context, OwnWrites<ResourceKey> writes, int finishedLimit)
    {
        _nodes = context.Caches.Get<Node>();
        _pods = context.Caches.Get<Pod>(null, PodIndices.ByNode, Finished);
        (_writes, _time, _finishedLimit) = (writes, context.Time, finishedLimit);
    }

    /// <summary>Adds the pod garbage collector to a host.</summary>
    /// <param name="host">The host.</param>
    /// <param name="context">The world.</param>
    /// <param name="finishedLimit">How many pods that ended are kept; above it the oldest go.</param>
    public static void AddTo(ControllerHost host, ControllerContext context, int finishedLimit = 12500)
    {
        var writes = context.Writes<ResourceKey>("pod-garbage-collector");
        var reconciler = new PodGarbageReconciler(context, writes, finishedLimit);
        host.Add(new Controller<ResourceKey>("podgc", reconciler, context, writes)
            .WatchChanges(reconciler._pods, reconciler.PodsOf)
            .WatchChanges(reconciler._nodes, reconciler.PodsOf));
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        if (_pods.Find(key) is not { } pod)
        {
            _withoutNodeSince.TryRemove(key, out _);
            return ReconcileResult.Done;
        }
        var plan = PodGarbagePlanner.Plan(Observe(pod));
        var client = _writes.ClientFor(key);
        if (plan.MustGo && (!plan.IsForNode || await client.FindAsync<Node>("", pod.Spec.NodeName, cancellationToken) is null))
        {
            await RemoveAsync(client, pod, plan.Message, cancellationToken);
        }
        return ReconcileResult.After(plan.RequeueAfter);
    }

    private PodGarbageObservation Observe(Pod pod)
    {
        var name = pod.Spec.NodeName;
        var node = name.Length > 0 ? _nodes.Find("", name) : null;
        return new(pod, node, NodeGoneFor(pod, node), pod.IsFinished() && Oldest() is { } oldest && oldest.Metadata.Uid == pod.Metadata.Uid);
    }

    /// <summary>How long the pod's node has been gone; a pod that came later has the whole quarantine too, else what makes it anew would race with its removal for ever.</summary>
    private TimeSpan? NodeGoneFor(Pod pod, Node? node)
    {
        var (key, uid) = (ResourceKey.Of(pod), pod.Metadata.Uid);
        if (node is not null || pod.Spec.NodeName.Length == 0)
        {
            _withoutNodeSince.TryRemove(key, out _);
            return null;
        }
        var now = _time.GetTimestamp();
        var seen = _withoutNodeSince.AddOrUpdate(key, (uid, now), (_, before) => before.Uid == uid ? before : (uid, now));
        return _time.GetElapsedTime(Math.Max(_goneSince.GetOrAdd(pod.Spec.NodeName, now), seen.At), now);
    }

    /// <summary>The pod that ended and is to go next; null while there are not too many.</summary>
    private Pod? Oldest()
    {
        var finished = _pods.Lookup(Finished, "");
        return finished.Count > _finishedLimit
            ? finished.Where(pod => !pod.IsTerminating())
                .OrderBy(pod => pod.Metadata.CreationTimestamp).ThenBy(pod => ResourceKey.Of(pod)).FirstOrDefault()
            : null;
    }

    private async Task RemoveAsync(KubernetesClient client, Pod pod, string message, CancellationToken cancellationToken)
    {
        try
        {
            if (message.Length > 0 && !pod.IsFinished())
            {
                var failed = PodDisruptionMark.On(pod, "DeletionByPodGC", message, _time.GetUtcNow());
                await client.UpdateStatusAsync(failed with { Status = failed.Status with { Phase = "Failed" } }, cancellationToken);
            }
            await client.DeleteThisAsync(pod, cancellationToken, new DeleteOptions { GracePeriodSeconds = 0 });
        }
        catch (ApiException error) when (error.IsNotFound)
        {
            // Gone is what was wanted.
        }
    }

    private IEnumerable<ResourceKey> PodsOf(CacheChange<Pod> change)
    {
        var isOld = change is { Old: { } old, New: { } now } && old.Metadata.Uid == now.Metadata.Uid
            && old.Spec.NodeName == now.Spec.NodeName && old.IsTerminating() == now.IsTerminating() && old.IsFinished() == now.IsFinished();
        if (change.New is null && !_pods.Any(PodIndices.ByNode, change.Latest.Spec.NodeName))
        {
            // Nobody asks any more since when the node has been gone.
            _goneSince.TryRemove(change.Latest.Spec.NodeName, out _);
        }
        if (!isOld && change.New is { } pod && MayBeLeftOver(pod))
        {
            yield return ResourceKey.Of(pod);
        }
        if (Oldest() is { } oldest)
        {
            yield return ResourceKey.Of(oldest);
        }
    }

    // A pod whose node goes, or falls out of service, comes up with its node's change.
    private bool MayBeLeftOver(Pod pod) => pod.IsTerminating() || pod.IsFinished()
        || (pod.Spec.NodeName.Length > 0 && (_nodes.Find("", pod.Spec.NodeName) is null || _withoutNodeSince.ContainsKey(ResourceKey.Of(pod))));

    private IEnumerable<ResourceKey> PodsOf(CacheChange<Node> change)
    {
        if (change.New is not null)
        {
            _goneSince.TryRemove(change.New.Metadata.Name, out _);
        }
        else if (_pods.Any(PodIndices.ByNode, change.Latest.Metadata.Name))
        {
            _goneSince.TryAdd(change.Latest.Metadata.Name, _time.GetTimestamp());
        }
        return change is { Old: { } old, New: { } now } && old.Spec.Taints == now.Spec.Taints && old.IsReady() == now.IsReady()
            ? []
            : _pods.Lookup(PodIndices.ByNode, change.Latest.Metadata.Name).Select(pod => ResourceKey.Of(pod));
    }
}

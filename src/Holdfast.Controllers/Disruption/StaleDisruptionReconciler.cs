using Holdfast.Client.Caching;
using Holdfast.Controllers.Pods;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.Core;

namespace Holdfast.Controllers.Disruption;

/// <summary>Takes back the word that a pod is about to go, two minutes after it was given to a pod that has not begun to go.</summary>
internal sealed class StaleDisruptionReconciler : IReconciler<ResourceKey>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly ResourceCache<Pod> _pods;
    private readonly OwnWrites<ResourceKey> _writes;
    private readonly TimeProvider _time;

    private StaleDisruptionReconciler(ControllerContext context, OwnWrites<ResourceKey> writes)
    {
        _pods = context.Caches.Get<Pod>();
        (_writes, _time) = (writes, context.Time);
    }

    internal static void AddTo(ControllerHost host, ControllerContext context)
    {
        var writes = context.Writes<ResourceKey>("disruption-controller");
        var reconciler = new StaleDisruptionReconciler(context, writes);
        host.Add(new Controller<ResourceKey>("stale_pod_disruption", reconciler, context, writes)
            .WatchChanges(reconciler._pods, change => change.New is { } pod && PodDisruptionMark.StaleFrom(pod, Patience) is not null ? [ResourceKey.Of(pod)] : []));
    }

    public async Task<ReconcileResult> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        if (_pods.Find(key) is not { } pod || PodDisruptionMark.StaleFrom(pod, Patience) is not { } stale)
        {
            return ReconcileResult.Done;
        }
        var now = _time.GetUtcNow();
        if (stale > now)
        {
            return ReconcileResult.RequeueAfter(stale - now);
        }
        await _writes.ClientFor(key).UpdateStatusAsync(PodDisruptionMark.Off(pod, now), cancellationToken);
        return ReconcileResult.Done;
    }
}

using Holdfast.Client.Caching;
using Holdfast.Client.Events;
using Holdfast.Controllers.Ownership;
using Holdfast.Controllers.Pods;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;

namespace Holdfast.Controllers.ReplicaSets;

/// <summary>Observes a ReplicaSet in the caches, has it planned and executes the plan.</summary>
public sealed class ReplicaSetReconciler : IReconciler<ResourceKey>
{
    private const string Component = "replicaset-controller";

    private static readonly SelectorIndex<ReplicaSet> Selectors = new(set => set.Spec.Selector);

    private readonly ResourceCache<ReplicaSet> _sets;
    private readonly ResourceCache<Pod> _pods;
    private readonly OwnWrites<ResourceKey> _writes;
    private readonly IEventRecorder _events;
    private readonly TimeProvider _time;

    private ReplicaSetReconciler(ControllerContext context, OwnWrites<ResourceKey> writes, IEventRecorder events)
    {
        _sets = context.Caches.Get<ReplicaSet>(null, Selectors.Selecting);
        _pods = context.Caches.Get<Pod>(null, Orphans<Pod>.ByNamespace);
        (_writes, _events, _time) = (writes, events, context.Time);
    }

    /// <summary>Adds the ReplicaSet controller to a host.</summary>
    /// <param name="host">The host.</param>
    /// <param name="context">The world.</param>
    public static void AddTo(ControllerHost host, ControllerContext context)
    {
        var writes = context.Writes<ResourceKey>(Component);
        var events = context.Events(Component);
        var reconciler = new ReplicaSetReconciler(context, writes, events);
        host.Add(events).Add(new Controller<ResourceKey>("replicaset", reconciler, context, writes)
            .WatchOwn(reconciler._sets)
            .WatchOwned(reconciler._pods, ReplicaSet.ResourceType)
            .Watch(reconciler._pods, reconciler.SetsForOrphan)
            .Gather(key => reconciler._sets.Find(key)?.Spec.Replicas ?? 0));
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        if (_sets.Find(key) is not { } set)
        {
            return ReconcileResult.Done;
        }
        var now = _time.GetUtcNow();
        var plan = ReplicaSetPlanner.Plan(Observe(set), now);
        var failure = await new ReplicaSetExecutor(set, _writes.ClientFor(key), _events).ExecuteAsync(plan, now, cancellationToken);
        return failure ?? ReconcileResult.After(plan.RequeueAfter);
    }

    private ReplicaSetObservation Observe(ReplicaSet set)
    {
        var pods = Orphans<Pod>.AndOwned(_pods, set.Metadata, set.Spec.Selector);
        var related = set.Metadata.Controller() is not { } owner
            ? _pods.OwnedBy(set.Metadata.Uid)
            : _sets.OwnedBy(owner.Uid).SelectMany(sibling => _pods.OwnedBy(sibling.Metadata.Uid));
        return new(set, [.. pods], [.. related]);
    }

    private IEnumerable<ResourceKey> SetsForOrphan(Pod pod) => pod.Metadata.Controller() is not null
        ? []
        : Selectors.Of(_sets, pod.Metadata, pod.Metadata.Namespace).Select(set => ResourceKey.Of(set));
}

using System.Collections.Immutable;
using Holdfast.Client.Caching;
using Holdfast.Client.Events;
using Holdfast.Controllers.Ownership;
using Holdfast.Controllers.Pods;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;

namespace Holdfast.Controllers.Deployments;

/// <summary>Observes a Deployment in the caches, has it planned and executes the plan.</summary>
public sealed class DeploymentReconciler : IReconciler<ResourceKey>
{
    private const string Component = "deployment-controller";

    private static readonly SelectorIndex<Deployment> Selectors = new(deployment => deployment.Spec.Selector);

    private readonly ResourceCache<Deployment> _deployments;
    private readonly ResourceCache<ReplicaSet> _sets;
    private readonly ResourceCache<Pod> _pods;
    private readonly OwnWrites<ResourceKey> _writes;
    private readonly IEventRecorder _events;
    private readonly TimeProvider _time;

    private DeploymentReconciler(ControllerContext context, OwnWrites<ResourceKey> writes, IEventRecorder events)
    {
        _deployments = context.Caches.Get<Deployment>(null, Selectors.Selecting);
        _sets = context.Caches.Get<ReplicaSet>(null, Orphans<ReplicaSet>.ByNamespace);
        _pods = context.Caches.Get<Pod>();
        (_writes, _events, _time) = (writes, events, context.Time);
    }

    /// <summary>Adds the Deployment controller to a host.</summary>
    /// <param name="host">The host.</param>
    /// <param name="context">The world.</param>
    public static void AddTo(ControllerHost host, ControllerContext context)
    {
        var writes = context.Writes<ResourceKey>(Component);
        var events = context.Events(Component);
        var reconciler = new DeploymentReconciler(context, writes, events);
        host.Add(events).Add(new Controller<ResourceKey>("deployment", reconciler, context, writes)
            .WatchOwn(reconciler._deployments)
            .WatchOwned(reconciler._sets, Deployment.ResourceType)
            .Watch(reconciler._sets, reconciler.DeploymentsForOrphan)
            .WatchChanges(reconciler._pods, reconciler.DeploymentsOf));
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        if (_deployments.Find(key) is not { } deployment)
        {
            return ReconcileResult.Done;
        }
        var now = _time.GetUtcNow();
        var plan = DeploymentPlanner.Plan(Observe(deployment), now);
        var failure = await new DeploymentExecutor(deployment, _writes.ClientFor(key), _events).ExecuteAsync(plan, now, cancellationToken);
        return failure ?? ReconcileResult.After(plan.RequeueAfter);
    }

    private DeploymentObservation Observe(Deployment deployment)
    {
        var sets = Orphans<ReplicaSet>.AndOwned(_sets, deployment.Metadata, deployment.Spec.Selector).ToImmutableArray();
        return new(deployment, sets, [.. sets.SelectMany(set => _pods.OwnedBy(set.Metadata.Uid))]);
    }

    private IEnumerable<ResourceKey> DeploymentsForOrphan(ReplicaSet set) => set.Metadata.Controller() is not null
        ? []
        : Selectors.Of(_deployments, set.Metadata, set.Metadata.Namespace).Select(deployment => ResourceKey.Of(deployment));

    /// <summary>Only the end of a pod matters here, for <c>Recreate</c> waits for it; all else shows in the sets' status.</summary>
    private IEnumerable<ResourceKey> DeploymentsOf(CacheChange<Pod> change)
    {
        var isEnd = change.New is null || (change.New.IsFinished() && change.Old?.IsFinished() == false);
        return isEnd
            && ControllerSources.ControllerOf(change.Latest, ReplicaSet.ResourceType) is { } owner
            && _sets.Find(change.Latest.Metadata.Namespace, owner.Name) is { } set
            && ControllerSources.ControllerOf(set, Deployment.ResourceType) is { } above
            ? [new ResourceKey(set.Metadata.Namespace, above.Name)]
            : [];
    }
}

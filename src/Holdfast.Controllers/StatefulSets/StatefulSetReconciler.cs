using System.Collections.Immutable;
using Holdfast.Client.Caching;
using Holdfast.Client.Events;
using Holdfast.Controllers.Ownership;
using Holdfast.Controllers.Pods;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Selectors;

namespace Holdfast.Controllers.StatefulSets;

/// <summary>Observes a set in the caches, has it planned and executes the plan.</summary>
public sealed class StatefulSetReconciler : IReconciler<ResourceKey>
{
    private static readonly SelectorIndex<StatefulSet> Selectors = new(set => set.Spec.Selector);

    private readonly ResourceCache<StatefulSet> _sets;
    private readonly ResourceCache<Pod> _pods;
    private readonly ResourceCache<ControllerRevision> _revisions;
    private readonly ResourceCache<PersistentVolumeClaim> _claims;
    private readonly OwnWrites<ResourceKey> _writes;
    private readonly IEventRecorder _events;
    private readonly TimeProvider _time;
    private readonly Func<StatefulSetObservation, DateTimeOffset, StatefulSetPlan> _plan;

    private StatefulSetReconciler(
        ControllerContext context, OwnWrites<ResourceKey> writes, IEventRecorder events, Func<StatefulSetObservation, DateTimeOffset, StatefulSetPlan> plan)
    {
        _sets = context.Caches.Get<StatefulSet>(null, Selectors.Selecting);
        _pods = context.Caches.Get<Pod>(null, Orphans<Pod>.ByNamespace);
        _revisions = context.Caches.Get<ControllerRevision>(null, Orphans<ControllerRevision>.ByNamespace);
        _claims = context.Caches.Get<PersistentVolumeClaim>();
        (_writes, _events, _time, _plan) = (writes, events, context.Time, plan);
    }

    /// <summary>Adds the StatefulSet controller to a host.</summary>
    /// <param name="host">The host.</param>
    /// <param name="context">The world.</param>
    /// <param name="plan">Decides; <see cref="StatefulSetPlanner.Plan"/> when left out. The simulator puts known bugs here, to be found.</param>
    public static void AddTo(
        ControllerHost host, ControllerContext context, Func<StatefulSetObservation, DateTimeOffset, StatefulSetPlan>? plan = null)
    {
        var writes = context.Writes<ResourceKey>("statefulset-controller");
        var events = context.Events("statefulset-controller");
        var reconciler = new StatefulSetReconciler(context, writes, events, plan ?? StatefulSetPlanner.Plan);
        var controller = new Controller<ResourceKey>("statefulset", reconciler, context, writes)
            .WatchOwn(reconciler._sets)
            .WatchOwned(reconciler._pods, StatefulSet.ResourceType)
            .Watch(reconciler._pods, reconciler.SetsForOrphan)
            .WatchOwned(reconciler._revisions, StatefulSet.ResourceType)
            .Watch(reconciler._claims, reconciler.SetsForClaim)
            .Gather(key => reconciler._sets.Find(key)?.Spec.Replicas ?? 0);
        host.Add(events).Add(controller);
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        if (_sets.Find(key) is not { } set)
        {
            return ReconcileResult.Done;
        }
        var plan = _plan(Observe(set), _time.GetUtcNow());
        var executor = new StatefulSetExecutor(set, _writes.ClientFor(key), _events);
        var failure = await executor.ExecuteAsync(plan, cancellationToken);
        return failure ?? ReconcileResult.After(plan.RequeueAfter);
    }

    private StatefulSetObservation Observe(StatefulSet set)
    {
        var (uid, namespaceName) = (set.Metadata.Uid, set.Metadata.Namespace);
        var selector = LabelMatcher.From(set.Spec.Selector);
        var pods = _pods.OwnedBy(uid)
            .Concat(_pods.Lookup(Orphans<Pod>.ByNamespace, namespaceName).Where(pod => selector.Matches(pod.Metadata.Labels)))
            .ToImmutableArray();
        var revisions = _revisions.OwnedBy(uid)
            .Concat(_revisions.Lookup(Orphans<ControllerRevision>.ByNamespace, namespaceName))
            .ToImmutableArray();
        return new(set, pods, revisions, Claims(set, pods));
    }

    private ImmutableDictionary<string, PersistentVolumeClaim> Claims(StatefulSet set, ImmutableArray<Pod> pods)
    {
        var claims = ImmutableDictionary.CreateBuilder<string, PersistentVolumeClaim>(StringComparer.Ordinal);
        var start = StatefulSetIdentity.Start(set);
        var ordinals = Enumerable.Range(start, StatefulSetIdentity.Replicas(set))
            .Union(pods.Select(pod => StatefulSetIdentity.Ordinal(set, pod.Metadata.Name)).Where(ordinal => ordinal >= 0));
        foreach (var ordinal in set.Spec.VolumeClaimTemplates.IsEmpty ? [] : ordinals)
        {
            foreach (var template in set.Spec.VolumeClaimTemplates)
            {
                var name = StatefulSetIdentity.ClaimName(set, template, ordinal);
                if (_claims.Find(set.Metadata.Namespace, name) is { } claim)
                {
                    claims[name] = claim;
                }
            }
        }
        return claims.ToImmutable();
    }

    /// <summary>The sets that may adopt a pod which nobody controls.</summary>
    private IEnumerable<ResourceKey> SetsForOrphan(Pod pod) => pod.Metadata.Controller() is not null
        ? []
        : Selectors.Of(_sets, pod.Metadata, pod.Metadata.Namespace).Select(set => ResourceKey.Of(set));

    /// <summary>The sets by whose template a claim may have been made: every split of <c>template-set-ordinal</c> that names one.</summary>
    private IEnumerable<ResourceKey> SetsForClaim(PersistentVolumeClaim claim)
    {
        var name = claim.Metadata.Name;
        var end = name.LastIndexOf('-');
        for (var dash = name.IndexOf('-', StringComparison.Ordinal); dash >= 0 && dash < end; dash = name.IndexOf('-', dash + 1))
        {
            var key = new ResourceKey(claim.Metadata.Namespace, name[(dash + 1)..end]);
            if (_sets.Find(key) is not null)
            {
                yield return key;
            }
        }
    }
}

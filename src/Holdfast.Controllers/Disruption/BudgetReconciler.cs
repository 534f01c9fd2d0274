using Holdfast.Client.Caching;
using Holdfast.Client.Events;
using Holdfast.Controllers.Pods;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Policy;
using Holdfast.Model.Resources;
using Holdfast.Model.Selectors;

namespace Holdfast.Controllers.Disruption;

/// <summary>Observes a PodDisruptionBudget in the caches, has its status planned and writes it.</summary>
public sealed class BudgetReconciler : IReconciler<ResourceKey>
{
    private static readonly SelectorIndex<PodDisruptionBudget> Selectors = new(budget => budget.Spec.Selector);

    private readonly ResourceCache<PodDisruptionBudget> _budgets;
    private readonly ResourceCache<Pod> _pods;
    private readonly ResourceCache<StatefulSet> _statefulSets;
    private readonly ResourceCache<ReplicaSet> _replicaSets;
    private readonly ResourceCache<Deployment> _deployments;
    private readonly OwnWrites<ResourceKey> _writes;
    private readonly IEventRecorder _events;
    private readonly TimeProvider _time;

    private BudgetReconciler(ControllerContext context, OwnWrites<ResourceKey> writes, IEventRecorder events)
    {
        _budgets = context.Caches.Get<PodDisruptionBudget>(null, Selectors.Selecting);
        _pods = context.Caches.Get<Pod>(null, LabelIndex<Pod>.ByLabel);
        _statefulSets = context.Caches.Get<StatefulSet>();
        _replicaSets = context.Caches.Get<ReplicaSet>();
        _deployments = context.Caches.Get<Deployment>();
        (_writes, _events, _time) = (writes, events, context.Time);
    }

    /// <summary>Adds the disruption controller to a host.</summary>
    /// <param name="host">The host.</param>
    /// <param name="context">The world.</param>
    public static void AddTo(ControllerHost host, ControllerContext context)
    {
        var writes = context.Writes<ResourceKey>("disruption-controller");
        var events = context.Events("controllermanager");
        var reconciler = new BudgetReconciler(context, writes, events);
        host.Add(events).Add(new Controller<ResourceKey>("disruption", reconciler, context, writes)
            .WatchOwn(reconciler._budgets)
            .WatchChanges(reconciler._pods, reconciler.BudgetsOf)
            .Watch(reconciler._statefulSets, set => reconciler.BudgetsIn(set.Metadata.Namespace, set.Spec.Template.Metadata))
            .Watch(reconciler._replicaSets, set => reconciler.BudgetsIn(set.Metadata.Namespace, set.Spec.Template.Metadata))
            .Watch(reconciler._deployments, set => reconciler.BudgetsIn(set.Metadata.Namespace, set.Spec.Template.Metadata))
            .Gather(key => reconciler._budgets.Find(key) is { } budget
                ? LabelIndex<Pod>.CountAtMost(reconciler._pods, key.Namespace, LabelMatcher.From(budget.Spec.Selector))
                : 0));
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        if (_budgets.Find(key) is not { } budget || budget.Metadata.DeletionTimestamp is not null)
        {
            return ReconcileResult.Done;
        }
        var plan = BudgetPlanner.Plan(Observe(budget), _time.GetUtcNow());
        foreach (var note in plan.Notes)
        {
            IResource about = note.About is null ? budget : note.About;
            _events.Record(new EventNote(EventNote.ReferenceTo(about), note.Type, note.Reason, note.Message));
        }
        if (plan.Status is { } status)
        {
            await _writes.ClientFor(key).UpdateStatusAsync(budget with { Status = status }, cancellationToken);
        }
        return plan.RequeueAfter is { } delay ? ReconcileResult.RequeueAfter(delay) : ReconcileResult.Done;
    }

    private BudgetObservation Observe(PodDisruptionBudget budget)
    {
        var selector = LabelMatcher.From(budget.Spec.Selector);
        return new(budget,
        [
            .. LabelIndex<Pod>.Select(_pods, budget.Metadata.Namespace, selector)
                .Select(pod => new BudgetPod(pod, ScaleOf(pod))),
        ]);
    }

    /// <summary>The scale of what controls a pod; of a ReplicaSet that a Deployment controls, the Deployment's.</summary>
    private PodScale? ScaleOf(Pod pod)
    {
        if (pod.Metadata.Controller() is not { } owner)
        {
            return null;
        }
        var namespaceName = pod.Metadata.Namespace;
        if (IsOf(owner, StatefulSet.ResourceType))
        {
            return _statefulSets.Find(namespaceName, owner.Name) is { } set && set.Metadata.Uid == owner.Uid
                ? new PodScale(owner.Uid, set.Spec.Replicas ?? 1)
                : null;
        }
        if (!IsOf(owner, ReplicaSet.ResourceType) || _replicaSets.Find(namespaceName, owner.Name) is not { } replicas || replicas.Metadata.Uid != owner.Uid)
        {
            return null;
        }
        if (replicas.Metadata.Controller() is { } above && IsOf(above, Deployment.ResourceType))
        {
            return _deployments.Find(namespaceName, above.Name) is { } deployment && deployment.Metadata.Uid == above.Uid
                ? new PodScale(above.Uid, deployment.Spec.Replicas ?? 1)
                : null;
        }
        return new PodScale(owner.Uid, replicas.Spec.Replicas ?? 1);
    }

    private static bool IsOf(OwnerReference owner, ResourceType type) =>
        owner.Kind == type.Kind && owner.ApiVersion.StartsWith(type.Group + "/", StringComparison.Ordinal);

    private IEnumerable<ResourceKey> BudgetsOf(CacheChange<Pod> change)
    {
        if (change is { Old: { } old, New: { } now } && CountsAlike(old, now))
        {
            return [];
        }
        IEnumerable<Pod?> sights = [change.Old, change.New];
        return sights.OfType<Pod>().SelectMany(pod => BudgetsIn(pod.Metadata.Namespace, pod.Metadata));
    }

    private static bool CountsAlike(Pod one, Pod other) =>
        one.Metadata.Uid == other.Metadata.Uid
        && one.Metadata.Labels == other.Metadata.Labels
        && one.Metadata.OwnerReferences == other.Metadata.OwnerReferences
        && one.IsReady() == other.IsReady()
        && one.IsTerminating() == other.IsTerminating();

    private IEnumerable<ResourceKey> BudgetsIn(string namespaceName, ObjectMeta labelled) =>
        Selectors.Of(_budgets, labelled, namespaceName).Select(budget => ResourceKey.Of(budget));
}

using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Client.Events;
using Holdfast.Controllers.Pods;
using Holdfast.Controllers.Runtime;
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
    private readonly OwnerScales _scales;
    private readonly OwnWrites<ResourceKey> _writes;
    private readonly IEventRecorder _events;
    private readonly TimeProvider _time;

    private BudgetReconciler(ControllerContext context, OwnWrites<ResourceKey> writes, IEventRecorder events)
    {
        _budgets = context.Caches.Get<PodDisruptionBudget>(null, Selectors.Selecting);
        _pods = context.Caches.Get<Pod>(null, LabelIndex<Pod>.ByLabel);
        _scales = new OwnerScales(context);
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
        StaleDisruptionReconciler.AddTo(host, context);
        host.Add(events).Add(new Controller<ResourceKey>("disruption", reconciler, context, writes)
            .WatchOwn(reconciler._budgets)
            .WatchChanges(reconciler._pods, reconciler.BudgetsOf)
            .Watch(reconciler._scales.StatefulSets, set => reconciler.BudgetsIn(set.Metadata.Namespace, set.Spec.Template.Metadata))
            .Watch(reconciler._scales.ReplicaSets, set => reconciler.BudgetsIn(set.Metadata.Namespace, set.Spec.Template.Metadata))
            .Watch(reconciler._scales.Deployments, set => reconciler.BudgetsIn(set.Metadata.Namespace, set.Spec.Template.Metadata))
            .WatchChanges(reconciler._scales.Definitions, _ => reconciler.Uncounted())
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
        var client = _writes.ClientFor(key);
        var plan = BudgetPlanner.Plan(await ObserveAsync(client, budget, cancellationToken), _time.GetUtcNow());
        foreach (var note in plan.Notes)
        {
            IResource about = note.About is null ? budget : note.About;
            _events.Record(new EventNote(EventNote.ReferenceTo(about), note.Type, note.Reason, note.Message));
        }
        if (plan.Status is { } status)
        {
            await client.UpdateStatusAsync(budget with { Status = status }, cancellationToken);
        }
        return ReconcileResult.After(plan.RequeueAfter);
    }

    private async Task<BudgetObservation> ObserveAsync(KubernetesClient client, PodDisruptionBudget budget, CancellationToken cancellationToken)
    {
        var selector = LabelMatcher.From(budget.Spec.Selector);
        // All at once: the caches go on while the server is asked.
        var pods = LabelIndex<Pod>.Select(_pods, budget.Metadata.Namespace, selector).ToList();
        return new(budget, [.. BudgetPlanner.CountsOwners(budget) ? await _scales.OfAsync(client, pods, cancellationToken) : pods.Select(pod => new BudgetPod(pod, null))]);
    }

    private IEnumerable<ResourceKey> Uncounted() =>
        _budgets.All.Where(budget => budget.Status.Conditions.Any(condition => condition.Reason == BudgetPlanner.SyncFailed)).Select(budget => ResourceKey.Of(budget));

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

using System.Collections.Immutable;
using Holdfast.ApiServer.Admission;
using Holdfast.ApiServer.Errors;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Policy;
using Holdfast.Model.Selectors;
using Holdfast.Store;

namespace Holdfast.ApiServer.Registry;

/// <summary>
/// Evicts pods. Whether the budget allows it is counted from the pods themselves at one revision, and the deletion takes
/// place only if no pod of the budget, no budget of the pod and no scale that was counted have changed since (P1, P3). Grant and deletion are one
/// transaction, so a pod that was granted never counts as healthy again (P2).
/// </summary>
internal sealed class PodEviction(RegistryParts parts)
{
    private const string Refusal = "Cannot evict pod as it would violate the pod's disruption budget.";

    private readonly PodLabelIndex _pods = new(parts.Store);

    public async Task EvictAsync(
        ServedResource pods, string namespaceName, string name, Eviction eviction, WriteContext context, CancellationToken cancellationToken)
    {
        if (eviction.Metadata.Name.Length > 0 && eviction.Metadata.Name != name)
            throw ApiErrors.BadRequest("name in URL does not match name in Eviction object");
        // kubectl drain --dry-run=server says so here, and not in the query.
        if (eviction.DeleteOptions is { DryRun.IsEmpty: false })
            context = context.AsDryRun();
        for (var attempt = 1; ; attempt++)
        {
            if (await TryEvictAsync(pods, namespaceName, name, eviction, context, cancellationToken))
                return;
            if (attempt == RegistryParts.MaximumAttempts)
                throw ApiErrors.TooManyRequests("the pods of the budget change faster than the budget can be counted; try again", 1);
        }
    }

    private async Task<bool> TryEvictAsync(
        ServedResource pods, string namespaceName, string name, Eviction eviction, WriteContext context, CancellationToken cancellationToken)
    {
        var view = parts.View();
        var entry = view.FindEntry<Pod>(namespaceName, name) ?? throw ApiErrors.NotFound(Pod.ResourceType, name);
        var pod = ClusterView.Typed<Pod>(entry);
        var request = new AdmissionRequest(pods, AdmissionOperation.Create, entry.Key, view, context) { Subresource = "eviction", Old = pod };
        eviction = (Eviction)await parts.Admission.MutateAsync(request, eviction, cancellationToken);
        await parts.Admission.ValidateAsync(request, eviction, cancellationToken);
        var plan = DeletionPlanner.Plan(pods, pod, eviction.DeleteOptions ?? DeleteOptions.Empty, parts.Now());
        var grant = NeedsNoBudget(pod) ? Grant.Free : Decide(pod, view);
        if (plan is DeletionPlan.Nothing || context.IsDryRun)
            return true;
        var transaction = new Transaction(
            [new KeyAtRevision(entry.Key, entry.Revision), .. request.Conditions, .. grant.Conditions],
            [ObjectDeletion.OperationOf(plan, entry.Key, pods), .. grant.Operations]);
        return await parts.Store.CommitAsync(transaction, cancellationToken) is Committed;
    }

    private static bool NeedsNoBudget(Pod pod) =>
        pod.Status.Phase is "Succeeded" or "Failed" or "Pending" || pod.Metadata.DeletionTimestamp is not null;

    private Grant Decide(Pod pod, ClusterView view)
    {
        var space = pod.Metadata.Namespace;
        bool IsOfThePod(PodDisruptionBudget budget) => LabelMatcher.From(budget.Spec.Selector).Matches(pod.Metadata.Labels);
        var budgets = view.List<PodDisruptionBudget>(space).Where(IsOfThePod).ToList();
        if (budgets.Count > 1)
        {
            throw ApiErrors.Failure(500, "",
                "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.", null);
        }
        var sameBudgets = new CollectionUnchangedSince(PodDisruptionBudget.ResourceType.GroupResource, space, view.Revision)
        {
            Concerning = entry => IsOfThePod(ClusterView.Typed<PodDisruptionBudget>(entry)),
        };
        if (budgets.Count == 0)
            return new Grant([sameBudgets], []);
        var found = budgets[0];
        var selector = LabelMatcher.From(found.Spec.Selector);
        var health = BudgetHealth.Of(found, _pods.Selected(view, space, selector), view, parts.Served);
        var samePods = new CollectionUnchangedSince(Pod.ResourceType.GroupResource, space, view.Revision)
        {
            Concerning = entry => selector.Matches(ClusterView.Typed<Pod>(entry).Metadata.Labels),
        };
        ImmutableArray<Store.Condition> conditions = [sameBudgets, samePods, .. health.Conditions];
        if (!BudgetHealth.IsReady(pod) && MayGoUnready(found, health))
            return new Grant(conditions, []);
        return health.DisruptionsAllowed > 0
            ? new Grant(conditions, [Taken(found, health, pod)])
            : throw ApiErrors.TooManyRequests(Refusal, 0,
            [
                StatusCause.Empty with
                {
                    Reason = "DisruptionBudget",
                    Message = $"The disruption budget {found.Metadata.Name} needs {health.DesiredHealthy} healthy pods and has {health.CurrentHealthy} currently",
                },
            ]);
    }

    private static bool MayGoUnready(PodDisruptionBudget budget, BudgetHealth health) =>
        budget.Spec.UnhealthyPodEvictionPolicy == "AlwaysAllow"
        || (health.CurrentHealthy >= health.DesiredHealthy && health.DesiredHealthy > 0);

    private Put Taken(PodDisruptionBudget budget, BudgetHealth health, Pod pod)
    {
        var after = budget with
        {
            Status = budget.Status with
            {
                DisruptionsAllowed = health.DisruptionsAllowed - 1,
                DisruptedPods = budget.Status.DisruptedPods.SetItem(pod.Metadata.Name, parts.Now()),
            },
        };
        var key = new ResourceKey(PodDisruptionBudget.ResourceType.GroupResource, budget.Metadata.Namespace, budget.Metadata.Name);
        return new Put(key, new PendingObject(after));
    }

    private sealed record Grant(ImmutableArray<Store.Condition> Conditions, ImmutableArray<Operation> Operations)
    {
        public static Grant Free { get; } = new([], []);
    }
}

using Holdfast.Client;
using Holdfast.Controllers.Pods;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Policy;
using Holdfast.Model.Resources;
using Holdfast.Model.Selectors;
using Holdfast.Platform;
using Holdfast.Simulator.Options;

namespace Holdfast.Simulator.Mutants;

/// <summary>An API server whose evictions have a known bug: it decides and writes in steps that others can come between.</summary>
/// <param name="inner">The way to the server.</param>
/// <param name="mutant">The bug.</param>
/// <param name="time">The simulated time.</param>
internal sealed class MutantEviction(IApiTransport inner, Mutant mutant, TimeProvider time) : IApiTransport
{
    private readonly KubernetesClient _client = new(inner, "kube-apiserver");

    /// <summary>The transport of a mutant; the same one for those whose bug is elsewhere.</summary>
    public static IApiTransport Around(IApiTransport inner, Mutant mutant, TimeProvider time) =>
        mutant is Mutant.CountsGrantedAsHealthy or Mutant.EvictsByStaleStatus or Mutant.ReappliesBudgetAfterConflict ? new MutantEviction(inner, mutant, time) : inner;

    public async Task<ApiAnswer> CallAsync(ApiCall call, CancellationToken cancellationToken)
    {
        if (call is not { Subresource: "eviction", Body: Eviction { DeleteOptions: null } } || await BudgetAsync(call, cancellationToken) is not { } budget)
            return await inner.CallAsync(call, cancellationToken);
        if (await AllowedAsync(budget, cancellationToken) <= 0)
            throw new ApiException(Status.Empty with { Code = 429, Reason = "TooManyRequests", Message = "Cannot evict pod as it would violate the pod's disruption budget." });
        await time.DelayAsync(TimeSpan.FromMilliseconds(20), cancellationToken);
        await _client.DeleteAsync<Pod>(call.Namespace, call.Name, null, cancellationToken);
        return await GrantAsync(call, budget, budget.Status.DisruptionsAllowed - 1, cancellationToken);
    }

    public Task<ResourceList<T>> ListAsync<T>(ListQuery query, CancellationToken cancellationToken) where T : class, IResource<T> =>
        inner.ListAsync<T>(query, cancellationToken);

    public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ListQuery query, CancellationToken cancellationToken) where T : class, IResource<T> =>
        inner.WatchAsync<T>(query, cancellationToken);

    /// <summary>The pod's one budget; null when it has none, several, or is not there or not ready.</summary>
    private async Task<PodDisruptionBudget?> BudgetAsync(ApiCall call, CancellationToken cancellationToken)
    {
        if (await _client.FindAsync<Pod>(call.Namespace, call.Name, cancellationToken) is not { } pod || pod.IsTerminating() || !pod.IsReady())
            return null;
        var budgets = await _client.ListAsync<PodDisruptionBudget>(new ListQuery { Namespace = call.Namespace }, cancellationToken);
        var own = budgets.Items.Where(budget => LabelMatcher.From(budget.Spec.Selector).Matches(pod.Metadata.Labels)).ToList();
        return own.Count == 1 ? own[0] : null;
    }

    private async Task<int> AllowedAsync(PodDisruptionBudget budget, CancellationToken cancellationToken)
    {
        if (mutant == Mutant.EvictsByStaleStatus)
            return budget.Status.DisruptionsAllowed;
        var pods = await _client.ListAsync<Pod>(new ListQuery { Namespace = budget.Metadata.Namespace }, cancellationToken);
        var selector = LabelMatcher.From(budget.Spec.Selector);
        var countsGranted = mutant == Mutant.CountsGrantedAsHealthy;
        return pods.Items.Count(pod => selector.Matches(pod.Metadata.Labels) && pod.IsReady() && (countsGranted || !pod.IsTerminating())) - budget.Status.DesiredHealthy;
    }

    private async Task<ApiAnswer> GrantAsync(ApiCall call, PodDisruptionBudget budget, int allowed, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var status = budget.Status with
                {
                    DisruptionsAllowed = Math.Max(0, allowed),
                    DisruptedPods = budget.Status.DisruptedPods.SetItem(call.Name, time.GetUtcNow()),
                };
                return new ApiAnswer(await _client.UpdateStatusAsync(budget with { Status = status }, cancellationToken), null);
            }
            catch (ApiException error) when (error.IsConflict)
            {
                budget = await _client.GetAsync<PodDisruptionBudget>(budget.Metadata.Namespace, budget.Metadata.Name, cancellationToken);
                if (mutant != Mutant.ReappliesBudgetAfterConflict)
                    allowed = budget.Status.DisruptionsAllowed - 1;
            }
        }
    }
}

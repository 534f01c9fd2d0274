namespace Holdfast.Controllers.Runtime;

/// <summary>Brings one key nearer to what is wanted: observes, plans, executes. Never runs twice at once for one key.</summary>
/// <typeparam name="TKey">What it is asked for, mostly a <see cref="Client.Caching.ResourceKey"/>.</typeparam>
public interface IReconciler<in TKey>
{
    /// <summary>Reconciles a key. An <see cref="Client.ApiException"/> that leaves it counts as a failure.</summary>
    /// <param name="key">The key; its object may be gone.</param>
    /// <param name="cancellationToken">Cancelled only when the run or an orderly stop has taken too long.</param>
    Task<ReconcileResult> ReconcileAsync(TKey key, CancellationToken cancellationToken);
}

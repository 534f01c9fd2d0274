using Holdfast.Client;
using Holdfast.Client.Events;
using Holdfast.Controllers.Namespaces;
using Holdfast.Controllers.Ownership;
using Holdfast.Controllers.Pods;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.Apps;

namespace Holdfast.Controllers.ReplicaSets;

/// <summary>Carries a plan out: the only piece of the ReplicaSet controller that writes.</summary>
/// <param name="set">The set as it was observed.</param>
/// <param name="client">Writes that the next reconcile is sure to see.</param>
/// <param name="events">What people are told.</param>
internal sealed class ReplicaSetExecutor(ReplicaSet set, KubernetesClient client, IEventRecorder events)
{
    private readonly OwnedObjects<ReplicaSet> _owned = new(set, client);

    private OwnedPods<ReplicaSet> Pods => new(set, _owned, client, events);

    /// <summary>Executes the effects in order, then writes the status with what went wrong in it.</summary>
    /// <returns>The failure, or null.</returns>
    internal async Task<ReconcileResult?> ExecuteAsync(ReplicaSetPlan plan, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var status = plan.Status;
        foreach (var effect in plan.Effects)
        {
            try
            {
                await ApplyAsync(effect, cancellationToken);
            }
            catch (ApiException error) when (error.IsNamespaceEnding())
            {
                break;
            }
            catch (ApiException error)
            {
                var failure = OwnedObjects<ReplicaSet>.Failure($"{effect.GetType().Name} ({effect.Reason})", error);
                if (effect is ReplicaSetEffect.Adopt or ReplicaSetEffect.Release)
                {
                    return failure;
                }
                var reason = effect is ReplicaSetEffect.Create ? "FailedCreate" : "FailedDelete";
                return await WriteAsync(status.WithFailure(set, reason, error.Message, now), cancellationToken) ?? failure;
            }
        }
        return await WriteAsync(status, cancellationToken);
    }

    private Task ApplyAsync(ReplicaSetEffect effect, CancellationToken cancellationToken) => effect switch
    {
        ReplicaSetEffect.Adopt adopt => _owned.AdoptAsync(adopt.Pod, cancellationToken),
        ReplicaSetEffect.Release release => _owned.ReleaseAsync(release.Pod, cancellationToken),
        ReplicaSetEffect.Create create => SlowStart.RunAsync(create.Count, _ => Pods.CreateAsync(create.Pod, cancellationToken)),
        ReplicaSetEffect.Delete delete => Pods.DeleteAsync(delete.Pod, cancellationToken),
        _ => throw new InvalidOperationException($"a plan has an effect that cannot be executed: {effect}"),
    };

    private async Task<ReconcileResult?> WriteAsync(ReplicaSetStatus status, CancellationToken cancellationToken) =>
        status == set.Status ? null : await _owned.WriteStatusAsync(set with { Status = status }, cancellationToken);
}

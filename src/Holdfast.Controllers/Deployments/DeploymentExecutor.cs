using Holdfast.Client;
using Holdfast.Client.Events;
using Holdfast.Controllers.Namespaces;
using Holdfast.Controllers.Ownership;
using Holdfast.Controllers.Pods;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.Apps;

namespace Holdfast.Controllers.Deployments;

/// <summary>Carries a plan out: the only piece of the Deployment controller that writes.</summary>
/// <param name="deployment">The Deployment as it was observed.</param>
/// <param name="client">Writes that the next reconcile is sure to see.</param>
/// <param name="events">What people are told.</param>
internal sealed class DeploymentExecutor(Deployment deployment, KubernetesClient client, IEventRecorder events)
{
    private readonly OwnedObjects<Deployment> _owned = new(deployment, client);

    /// <summary>Executes the effects in order, then writes the Deployment; a failed effect ends both.</summary>
    /// <returns>The failure, or null.</returns>
    internal async Task<ReconcileResult?> ExecuteAsync(DeploymentPlan plan, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var effect in plan.Effects)
        {
            try
            {
                await ApplyAsync(effect, now, cancellationToken);
            }
            catch (ApiException error) when (error.IsNamespaceEnding())
            {
                return null;
            }
            catch (ApiException error)
            {
                return OwnedObjects<Deployment>.Failure($"{effect.GetType().Name} ({effect.Reason})", error);
            }
        }
        return plan.Updated is null ? null : await _owned.WriteStatusAsync(plan.Updated, cancellationToken);
    }

    private Task ApplyAsync(DeploymentEffect effect, DateTimeOffset now, CancellationToken cancellationToken) => effect switch
    {
        DeploymentEffect.Adopt adopt => _owned.AdoptAsync(adopt.Set, cancellationToken),
        DeploymentEffect.Release release => _owned.ReleaseAsync(release.Set, cancellationToken),
        DeploymentEffect.Create create => CreateAsync(create.Set, now, cancellationToken),
        DeploymentEffect.Update update => UpdateAsync(update, cancellationToken),
        DeploymentEffect.Delete delete => _owned.DeleteAsync(delete.Set, cancellationToken),
        _ => throw new InvalidOperationException($"a plan has an effect that cannot be executed: {effect}"),
    };

    private async Task CreateAsync(ReplicaSet set, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            await client.CreateAsync(set, cancellationToken);
            if (set.Spec.Replicas > 0)
            {
                Scaled("up", set, 0);
            }
        }
        catch (ApiException error) when (error.IsAlreadyExists)
        {
            await MeetAsync(set, cancellationToken);
        }
        catch (ApiException error) when (!error.IsNamespaceEnding() && error.Code != 0)
        {
            var message = $"Failed to create new replica set \"{set.Metadata.Name}\": {error.Message}";
            events.Warning(deployment, "ReplicaSetCreateError", message);
            if (Rollout.HasDeadline(deployment))
            {
                var status = deployment.Status.With(DeploymentConditions.Progressing, "False", "ReplicaSetCreateError", message, now);
                if (status != deployment.Status)
                {
                    await client.UpdateStatusAsync(deployment with { Status = status }, cancellationToken);
                }
            }
            throw;
        }
    }

    /// <summary>A set of that name is there: the Deployment's own from an earlier attempt, or another template's of the same hash.</summary>
    private async Task MeetAsync(ReplicaSet set, CancellationToken cancellationToken)
    {
        var there = await client.FindAsync<ReplicaSet>(set.Metadata.Namespace, set.Metadata.Name, cancellationToken);
        if (there is null || (there.Metadata.Controller()?.Uid == deployment.Metadata.Uid && SetDraft.IsOf(there, deployment.Spec.Template)))
        {
            return;
        }
        var status = deployment.Status with { CollisionCount = (deployment.Status.CollisionCount ?? 0) + 1 };
        await client.UpdateStatusAsync(deployment with { Status = status }, cancellationToken);
        throw new ApiException(new Model.Meta.Status
        {
            Code = 409,
            Reason = "Conflict",
            Message = $"replicasets.apps \"{set.Metadata.Name}\" holds another template; the next attempt uses another name",
        });
    }

    private async Task UpdateAsync(DeploymentEffect.Update update, CancellationToken cancellationToken)
    {
        await client.UpdateAsync(update.Set, cancellationToken);
        var size = update.Set.Spec.Replicas ?? 1;
        if (size != update.From)
        {
            Scaled(size > update.From ? "up" : "down", update.Set, update.From);
        }
    }

    private void Scaled(string direction, ReplicaSet set, int from) =>
        events.Normal(deployment, "ScalingReplicaSet", $"Scaled {direction} replica set {set.Metadata.Name} from {from} to {set.Spec.Replicas ?? 1}");
}

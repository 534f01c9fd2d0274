using Holdfast.Client;
using Holdfast.Client.Events;
using Holdfast.Controllers.Namespaces;
using Holdfast.Controllers.Ownership;
using Holdfast.Controllers.Pods;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;

namespace Holdfast.Controllers.StatefulSets;

/// <summary>Carries a plan out: the only piece of the StatefulSet controller that writes. Every write may be repeated.</summary>
/// <param name="set">The set as it was observed.</param>
/// <param name="client">Writes that the next reconcile is sure to see.</param>
/// <param name="events">What people are told.</param>
internal sealed class StatefulSetExecutor(StatefulSet set, KubernetesClient client, IEventRecorder events)
{
    // As upstream: a burst begins with one, so that a template that is refused is refused once and not for every replica.
    private const int MaximumBurst = 64;

    private readonly OwnedObjects<StatefulSet> _owned = new(set, client);

    /// <summary>Executes the effects in order, then the status; a failed effect ends the effects, and the status too when it would rest on one that failed.</summary>
    /// <returns>The failure, or null.</returns>
    internal async Task<ReconcileResult?> ExecuteAsync(StatefulSetPlan plan, CancellationToken cancellationToken)
    {
        ReconcileResult? failure = null;
        var steps = Steps(plan);
        var burst = 1;
        for (var done = 0; done < steps.Count && failure is null; burst = Math.Min(burst * 2, MaximumBurst))
        {
            var batch = steps.Skip(done).Take(set.Spec.PodManagementPolicy == "Parallel" ? burst : 1).ToList();
            done += batch.Count;
            var results = await Task.WhenAll(batch.Select(step => RunAsync(step, cancellationToken)));
            failure = Array.Find(results, result => result is not null);
        }
        foreach (var note in plan.Notes)
        {
            events.Warning(set, note.Reason, note.Message);
        }
        // A status may name only revisions and count only pods that are the set's own by now.
        var isFounded = failure is null || !plan.Effects.Any(IsFoundation);
        return (isFounded && plan.Status is { } status ? await _owned.WriteStatusAsync(set with { Status = status }, cancellationToken) : null) ?? failure;
    }

    private static bool IsFoundation(StatefulSetEffect effect) =>
        effect is AdoptPod or ReleasePod or AdoptRevision or CreateRevision or RenumberRevision;

    /// <summary>Effects that must follow one another together: a pod's claims before the pod.</summary>
    private static List<List<StatefulSetEffect>> Steps(StatefulSetPlan plan)
    {
        var steps = new List<List<StatefulSetEffect>>();
        string? claimsFor = null;
        foreach (var effect in plan.Effects)
        {
            var pod = effect switch
            {
                CreateClaim claim => claim.PodName,
                CreatePod create => create.Pod.Metadata.Name,
                _ => null,
            };
            if (pod is not null && pod == claimsFor)
            {
                steps[^1].Add(effect);
            }
            else
            {
                steps.Add([effect]);
            }
            claimsFor = effect is CreateClaim ? pod : null;
        }
        return steps;
    }

    private async Task<ReconcileResult?> RunAsync(List<StatefulSetEffect> step, CancellationToken cancellationToken)
    {
        foreach (var effect in step)
        {
            try
            {
                await ApplyAsync(effect, cancellationToken);
            }
            catch (ApiException error) when (error.IsNamespaceEnding())
            {
                // Nothing can be made here any more, and what is there goes with the namespace: nobody need be told.
                return ReconcileResult.Done;
            }
            catch (ApiException error)
            {
                Tell(effect, error);
                return OwnedObjects<StatefulSet>.Failure($"{effect.GetType().Name} ({effect.Reason})", error);
            }
        }
        return null;
    }

    private Task ApplyAsync(StatefulSetEffect effect, CancellationToken cancellationToken) => effect switch
    {
        AdoptPod adopt => _owned.AdoptAsync(adopt.Pod, cancellationToken),
        ReleasePod release => _owned.ReleaseAsync(release.Pod, cancellationToken),
        AdoptRevision adopt => _owned.AdoptAsync(adopt.Revision, cancellationToken),
        CreateRevision create => CreateRevisionAsync(create.Revision, cancellationToken),
        RenumberRevision renumber => client.UpdateAsync(renumber.Revision, cancellationToken),
        DeleteRevision delete => _owned.DeleteAsync(delete.Revision, cancellationToken),
        CreateClaim create => CreateClaimAsync(create, cancellationToken),
        UpdateClaim update => UpdateClaimAsync(update, cancellationToken),
        CreatePod create => CreatePodAsync(create.Pod, cancellationToken),
        UpdatePod update => UpdatePodAsync(update.Pod, cancellationToken),
        DeletePod delete => DeletePodAsync(delete.Pod, cancellationToken),
        _ => throw new InvalidOperationException($"a plan has an effect that cannot be executed: {effect}"),
    };

    private async Task CreatePodAsync(Pod pod, CancellationToken cancellationToken)
    {
        await client.CreateAsync(pod, cancellationToken);
        TellDone("Create", pod);
    }

    private async Task UpdatePodAsync(Pod pod, CancellationToken cancellationToken)
    {
        await client.UpdateAsync(pod, cancellationToken);
        TellDone("Update", pod);
    }

    private void TellDone(string verb, Pod pod)
    {
        var note = StatefulSetWords.Done(verb, set, pod.Metadata.Name);
        events.Normal(set, note.Reason, note.Message);
    }

    private async Task CreateClaimAsync(CreateClaim effect, CancellationToken cancellationToken)
    {
        await client.CreateAsync(effect.Claim, cancellationToken);
        events.Normal(set, "SuccessfulCreate", $"Create Claim {effect.Claim.Metadata.Name} Pod {effect.PodName} in StatefulSet {set.Metadata.Name} success");
    }

    /// <summary>
    /// Sets a claim's owners. A claim that is given to a pod goes with it, data and all, and that is not done on the word of a cache (V3): the set
    /// must still be the one that was planned for, and the pod that very pod. Kubernetes does not ask.
    /// </summary>
    private async Task UpdateClaimAsync(UpdateClaim effect, CancellationToken cancellationToken)
    {
        if (effect.GivenTo is { } heir && !await IsAsSeenAsync(heir, cancellationToken))
        {
            throw new ApiException(Status.Empty with
            {
                Code = 409,
                Reason = "Conflict",
                Message = $"claim {effect.Claim.Metadata.Name} is not given to pod {heir.Metadata.Name}: the set or the pod is not as it was seen, so it is planned anew",
            });
        }
        await client.UpdateAsync(effect.Claim, cancellationToken);
    }

    private async Task<bool> IsAsSeenAsync(Pod pod, CancellationToken cancellationToken)
    {
        var liveSet = await client.FindAsync<StatefulSet>(set.Metadata.Namespace, set.Metadata.Name, cancellationToken);
        var livePod = await client.FindAsync<Pod>(pod.Metadata.Namespace, pod.Metadata.Name, cancellationToken);
        return liveSet?.Metadata.Uid == set.Metadata.Uid && liveSet.Metadata.Generation == set.Metadata.Generation && livePod?.Metadata.Uid == pod.Metadata.Uid;
    }

    private async Task DeletePodAsync(Pod pod, CancellationToken cancellationToken)
    {
        if (await _owned.DeleteAsync(pod, cancellationToken))
        {
            TellDone("Delete", pod);
        }
    }

    private async Task CreateRevisionAsync(ControllerRevision revision, CancellationToken cancellationToken)
    {
        try
        {
            await client.CreateAsync(revision, cancellationToken);
        }
        catch (ApiException error) when (error.IsAlreadyExists)
        {
            var there = await client.GetAsync<ControllerRevision>(revision.Metadata.Namespace, revision.Metadata.Name, cancellationToken);
            var controller = there.Metadata.Controller();
            if (RevisionHistory.Template(there) == set.Spec.Template && (controller is null || controller.Uid == set.Metadata.Uid))
            {
                // An earlier attempt whose answer was lost, or one that lost its owner and its labels.
                await (controller is null ? _owned.AdoptAsync(there, cancellationToken) : Task.CompletedTask);
                return;
            }
            var status = set.Status with { CollisionCount = (set.Status.CollisionCount ?? 0) + 1 };
            await client.UpdateStatusAsync(set with { Status = status }, cancellationToken);
            throw;
        }
    }

    private void Tell(StatefulSetEffect effect, ApiException error)
    {
        // As upstream, only the log is told that somebody else holds a name, or was quicker.
        var note = effect switch
        {
            CreatePod or CreateClaim when error.IsAlreadyExists => null,
            UpdatePod when error.IsConflict => null,
            CreatePod create => StatefulSetWords.Failed("Create", set, create.Pod.Metadata.Name, error.Message),
            CreateClaim create => StatefulSetWords.Failed(set, create, error.Message),
            DeletePod delete => StatefulSetWords.Failed("Delete", set, delete.Pod.Metadata.Name, error.Message),
            UpdatePod update => StatefulSetWords.Failed("Update", set, update.Pod.Metadata.Name, error.Message),
            _ => null,
        };
        if (note is not null)
        {
            events.Warning(set, note.Reason, note.Message);
        }
    }
}

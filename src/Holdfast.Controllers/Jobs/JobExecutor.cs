using Holdfast.Client;
using Holdfast.Client.Events;
using Holdfast.Controllers.Namespaces;
using Holdfast.Controllers.Ownership;
using Holdfast.Controllers.Pods;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.Batch;
using Holdfast.Model.Core;

namespace Holdfast.Controllers.Jobs;

/// <summary>Carries a plan out: the only piece of the Job controller that writes.</summary>
/// <param name="job">The Job as it was observed.</param>
/// <param name="client">Writes that the next reconcile is sure to see.</param>
/// <param name="events">What people are told.</param>
internal sealed class JobExecutor(Job job, KubernetesClient client, IEventRecorder events)
{
    private readonly OwnedObjects<Job> _owned = new(job, client);
    private int _made;

    private OwnedPods<Job> Pods => new(job, _owned, client, events);

    /// <summary>Executes the effects, writes the status, then lets counted pods go; without the status none of them goes.</summary>
    /// <returns>The failure, or null.</returns>
    internal async Task<ReconcileResult?> ExecuteAsync(JobPlan plan, CancellationToken cancellationToken)
    {
        var failure = await ApplyAllAsync(plan.Effects, cancellationToken);
        if (plan.Status is not { } status)
        {
            return failure;
        }
        return await WriteAsync(status with { Active = status.Active + _made }, plan, cancellationToken)
            ?? await ApplyAllAsync(plan.Counted, cancellationToken)
            ?? failure;
    }

    /// <summary>Takes the tracking mark off a pod; that the pod is gone is as good.</summary>
    internal static async Task UntrackAsync(KubernetesClient client, Pod pod, CancellationToken cancellationToken)
    {
        try
        {
            await client.UpdateAsync(pod.Untracked(), cancellationToken);
        }
        catch (ApiException error) when (error.IsNotFound)
        {
            // Gone is what was wanted.
        }
    }

    private async Task<ReconcileResult?> ApplyAllAsync(IEnumerable<JobEffect> effects, CancellationToken cancellationToken)
    {
        foreach (var effect in effects)
        {
            try
            {
                await ApplyAsync(effect, cancellationToken);
            }
            catch (ApiException error) when (error.IsNamespaceEnding())
            {
                // Nothing can be made any more; what was made is still counted.
            }
            catch (ApiException error)
            {
                return OwnedObjects<Job>.Failure($"{effect.GetType().Name} ({effect.Reason})", error);
            }
        }
        return null;
    }

    private Task ApplyAsync(JobEffect effect, CancellationToken cancellationToken) => effect switch
    {
        JobEffect.Adopt adopt => _owned.AdoptAsync(adopt.Pod, cancellationToken),
        JobEffect.Release release => _owned.ReleaseAsync(release.Pod.Untracked(), cancellationToken),
        JobEffect.Create create => SlowStart.RunAsync(create.Pods.Length, number => CreateAsync(create.Pods[number], cancellationToken)),
        JobEffect.Delete delete => Pods.DeleteAsync(delete.Pod, cancellationToken),
        JobEffect.Untrack untrack => UntrackAsync(client, untrack.Pod, cancellationToken),
        JobEffect.Expire => _owned.DeleteAsync(job, cancellationToken, "Foreground"),
        _ => throw new InvalidOperationException($"a plan has an effect that cannot be executed: {effect}"),
    };

    private async Task CreateAsync(Pod pod, CancellationToken cancellationToken)
    {
        await Pods.CreateAsync(pod, cancellationToken);
        Interlocked.Increment(ref _made);
    }

    private async Task<ReconcileResult?> WriteAsync(JobStatus status, JobPlan plan, CancellationToken cancellationToken)
    {
        try
        {
            if (status != job.Status)
            {
                await client.UpdateStatusAsync(job with { Status = status }, cancellationToken);
            }
        }
        catch (ApiException error)
        {
            return OwnedObjects<Job>.Failure("the status could not be written", error);
        }
        foreach (var note in plan.Notes)
        {
            events.Record(new EventNote(EventNote.ReferenceTo(job), note.Type, note.Reason, note.Message));
        }
        return null;
    }
}

using Holdfast.Client;
using Holdfast.Client.Events;
using Holdfast.Controllers.Namespaces;
using Holdfast.Controllers.Ownership;
using Holdfast.Controllers.Pods;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.Batch;

namespace Holdfast.Controllers.CronJobs;

/// <summary>Carries a plan out: the only piece of the CronJob controller that writes.</summary>
/// <param name="cronJob">The CronJob as it was observed.</param>
/// <param name="client">Writes that the next reconcile is sure to see.</param>
/// <param name="events">What people are told.</param>
internal sealed class CronJobExecutor(CronJob cronJob, KubernetesClient client, IEventRecorder events)
{
    private readonly OwnedObjects<CronJob> _owned = new(cronJob, client);

    /// <summary>Executes the effects in order, then writes the status with the Job that was made in it.</summary>
    /// <returns>The failure, or null.</returns>
    internal async Task<ReconcileResult?> ExecuteAsync(CronJobPlan plan, CancellationToken cancellationToken)
    {
        foreach (var note in plan.Notes)
        {
            events.Record(new EventNote(EventNote.ReferenceTo(cronJob), note.Type, note.Reason, note.Message));
        }
        var status = plan.Status;
        ReconcileResult? failure = null;
        foreach (var effect in plan.Effects)
        {
            try
            {
                status = await ApplyAsync(effect, status, cancellationToken);
            }
            catch (ApiException error) when (error.IsNamespaceEnding())
            {
                return null;
            }
            catch (ApiException error)
            {
                failure = OwnedObjects<CronJob>.Failure($"{effect.GetType().Name} ({effect.Reason})", error);
                break;
            }
        }
        return await WriteAsync(status, cancellationToken) ?? failure;
    }

    private async Task<CronJobStatus> ApplyAsync(CronJobEffect effect, CronJobStatus status, CancellationToken cancellationToken)
    {
        if (effect is CronJobEffect.Create create)
        {
            var job = await MakeAsync(create.Job, cancellationToken);
            return status with { Active = status.Active.Add(EventNote.ReferenceTo(job)), LastScheduleTime = create.ScheduledAt };
        }
        if (effect is CronJobEffect.Delete delete && await _owned.DeleteAsync(delete.Job, cancellationToken, "Background"))
        {
            events.Normal(cronJob, "SuccessfulDelete", $"Deleted job {delete.Job.Metadata.Name}");
        }
        return status;
    }

    private async Task<Job> MakeAsync(Job job, CancellationToken cancellationToken)
    {
        try
        {
            var made = await client.CreateAsync(job, cancellationToken);
            events.Normal(cronJob, "SuccessfulCreate", $"Created job {made.Metadata.Name}");
            return made;
        }
        catch (ApiException error) when (error.IsAlreadyExists)
        {
            // An earlier attempt took effect and its answer was lost; anybody else's Job of that name stays in the way.
            var there = await client.GetAsync<Job>(job.Metadata.Namespace, job.Metadata.Name, cancellationToken);
            if (there.Metadata.Controller()?.Uid == cronJob.Metadata.Uid)
            {
                return there;
            }
            events.Warning(cronJob, "FailedCreate", $"Error creating job: {error.Message}");
            throw;
        }
        catch (ApiException error) when (!error.IsNamespaceEnding())
        {
            events.Warning(cronJob, "FailedCreate", $"Error creating job: {error.Message}");
            throw;
        }
    }

    private async Task<ReconcileResult?> WriteAsync(CronJobStatus status, CancellationToken cancellationToken) =>
        status == cronJob.Status ? null : await _owned.WriteStatusAsync(cronJob with { Status = status }, cancellationToken);
}

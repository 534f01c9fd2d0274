using System.Collections.Immutable;
using Holdfast.Client.Caching;
using Holdfast.Client.Events;
using Holdfast.Controllers.Pods;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.Batch;

namespace Holdfast.Controllers.CronJobs;

/// <summary>Observes a CronJob in the caches, has it planned and executes the plan.</summary>
public sealed class CronJobReconciler : IReconciler<ResourceKey>
{
    private const string Component = "cronjob-controller";

    private readonly ResourceCache<CronJob> _cronJobs;
    private readonly ResourceCache<Job> _jobs;
    private readonly OwnWrites<ResourceKey> _writes;
    private readonly IEventRecorder _events;
    private readonly TimeProvider _time;

    private CronJobReconciler(ControllerContext context, OwnWrites<ResourceKey> writes, IEventRecorder events)
    {
        _cronJobs = context.Caches.Get<CronJob>();
        _jobs = context.Caches.Get<Job>();
        (_writes, _events, _time) = (writes, events, context.Time);
    }

    /// <summary>Adds the CronJob controller to a host.</summary>
    /// <param name="host">The host.</param>
    /// <param name="context">The world.</param>
    public static void AddTo(ControllerHost host, ControllerContext context)
    {
        var writes = context.Writes<ResourceKey>(Component);
        var events = context.Events(Component);
        var reconciler = new CronJobReconciler(context, writes, events);
        host.Add(events).Add(new Controller<ResourceKey>("cronjob", reconciler, context, writes)
            .WatchOwn(reconciler._cronJobs)
            .WatchOwned(reconciler._jobs, CronJob.ResourceType));
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        if (_cronJobs.Find(key) is not { } cronJob)
        {
            return ReconcileResult.Done;
        }
        ImmutableArray<Job> jobs = [.. _jobs.OwnedBy(cronJob.Metadata.Uid).Where(job => job.Metadata.Controller()?.Uid == cronJob.Metadata.Uid)];
        var plan = CronJobPlanner.Plan(new(cronJob, jobs), _time.GetUtcNow());
        var failure = await new CronJobExecutor(cronJob, _writes.ClientFor(key), _events).ExecuteAsync(plan, cancellationToken);
        return failure ?? ReconcileResult.After(plan.RequeueAfter);
    }
}

using Holdfast.Client.Caching;
using Holdfast.Client.Events;
using Holdfast.Controllers.Ownership;
using Holdfast.Controllers.Pods;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.Batch;
using Holdfast.Model.Core;
using Holdfast.Model.Selectors;

namespace Holdfast.Controllers.Jobs;

/// <summary>Observes a Job in the caches, has it planned and executes the plan; lets pods go whose Job is gone.</summary>
public sealed class JobReconciler : IReconciler<ResourceKey>
{
    private const string Component = "job-controller";

    /// <summary>Pods that wait to be counted, by the key of the Job that made them.</summary>
    private static readonly CacheIndex<Pod> Tracked = new("Job that counts it", pod => JobOf(pod) is { } key ? [key.ToString()] : []);

    private static readonly SelectorIndex<Job> Selectors = new(job => job.Spec.Selector);

    private readonly ResourceCache<Job> _jobs;
    private readonly ResourceCache<Pod> _pods;
    private readonly OwnWrites<ResourceKey> _writes;
    private readonly IEventRecorder _events;
    private readonly TimeProvider _time;

    private JobReconciler(ControllerContext context, OwnWrites<ResourceKey> writes, IEventRecorder events)
    {
        _jobs = context.Caches.Get<Job>(null, Selectors.Selecting);
        _pods = context.Caches.Get<Pod>(null, Orphans<Pod>.ByNamespace, Tracked);
        (_writes, _events, _time) = (writes, events, context.Time);
    }

    /// <summary>Adds the Job controller to a host.</summary>
    /// <param name="host">The host.</param>
    /// <param name="context">The world.</param>
    public static void AddTo(ControllerHost host, ControllerContext context)
    {
        var writes = context.Writes<ResourceKey>(Component);
        var events = context.Events(Component);
        var reconciler = new JobReconciler(context, writes, events);
        host.Add(events).Add(new Controller<ResourceKey>("job", reconciler, context, writes)
            .WatchOwn(reconciler._jobs)
            .WatchOwned(reconciler._pods, Job.ResourceType)
            .Watch(reconciler._pods, reconciler.JobsForOrphan));
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        var job = _jobs.Find(key);
        var client = _writes.ClientFor(key);
        foreach (var pod in _pods.Lookup(Tracked, key.ToString()).Where(pod => IsNobodys(pod, job)))
        {
            await JobExecutor.UntrackAsync(client, pod, cancellationToken);
        }
        if (job is null)
        {
            return ReconcileResult.Done;
        }
        var plan = JobPlanner.Plan(Observe(job), _time.GetUtcNow());
        var failure = await new JobExecutor(job, client, _events).ExecuteAsync(plan, cancellationToken);
        return failure
            ?? (plan.RequeueAfter is { } delay ? ReconcileResult.RequeueAfter(delay) : ReconcileResult.Done);
    }

    private JobObservation Observe(Job job)
    {
        var selector = LabelMatcher.From(job.Spec.Selector);
        return new(job,
        [
            .. _pods.OwnedBy(job.Metadata.Uid)
                .Concat(_pods.Lookup(Orphans<Pod>.ByNamespace, job.Metadata.Namespace).Where(pod => selector.Matches(pod.Metadata.Labels)))
                .DistinctBy(pod => pod.Metadata.Uid),
        ]);
    }

    /// <summary>Whether no Job will ever count a pod: the one that made it is gone, or let go of it.</summary>
    private static bool IsNobodys(Pod pod, Job? job) => pod.Metadata.Controller() is { } owner
        ? owner.Uid != job?.Metadata.Uid
        : job is null || !LabelMatcher.From(job.Spec.Selector).Matches(pod.Metadata.Labels);

    private IEnumerable<ResourceKey> JobsForOrphan(Pod pod)
    {
        if (pod.Metadata.Controller() is not null)
        {
            return [];
        }
        var adopters = Selectors.Of(_jobs, pod.Metadata, pod.Metadata.Namespace).Select(job => ResourceKey.Of(job));
        return JobOf(pod) is { } maker ? adopters.Append(maker) : adopters;
    }

    private static ResourceKey? JobOf(Pod pod)
    {
        if (!pod.IsTracked())
        {
            return null;
        }
        var name = ControllerSources.ControllerOf(pod, Job.ResourceType)?.Name ?? pod.Metadata.Labels.GetValueOrDefault(JobLabels.JobName);
        return string.IsNullOrEmpty(name) ? null : new ResourceKey(pod.Metadata.Namespace, name);
    }
}

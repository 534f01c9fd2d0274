using System.Collections.Immutable;
using Holdfast.Client;
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
        await LetGoAsync([.. _pods.Lookup(Tracked, key.ToString()).Where(pod => IsNobodys(pod, job))], key, client, cancellationToken);
        if (job is null)
        {
            return ReconcileResult.Done;
        }
        var plan = await PlanAsync(Observe(job), client, cancellationToken);
        var failure = await new JobExecutor(job, client, _events).ExecuteAsync(plan, cancellationToken);
        return failure ?? ReconcileResult.After(plan.RequeueAfter);
    }

    /// <summary>Lets pods go that no Job will count; whether that is so is asked, since the cache may be older than the Job.</summary>
    private static async Task LetGoAsync(ImmutableArray<Pod> pods, ResourceKey key, KubernetesClient client, CancellationToken cancellationToken)
    {
        if (pods.IsEmpty)
        {
            return;
        }
        var live = await client.FindAsync<Job>(key.Namespace, key.Name, cancellationToken);
        foreach (var pod in pods.Where(pod => IsNobodys(pod, live)))
        {
            await JobExecutor.UntrackAsync(client, pod, cancellationToken);
        }
    }

    /// <summary>
    /// Plans on pods that the server was asked for where they are about to be counted. A cache may show a pod as it was before it was counted and let
    /// go, while the Job's status, from another cache, does not name it any more: by their word alone it would be counted again.
    /// </summary>
    private async Task<JobPlan> PlanAsync(JobObservation observation, KubernetesClient client, CancellationToken cancellationToken)
    {
        var asked = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            var plan = JobPlanner.Plan(observation, _time.GetUtcNow());
            var unsure = plan.NewlyCounted(observation.Job).Where(pod => asked.Add(pod.Metadata.Uid)).ToList();
            if (unsure.Count == 0)
            {
                return plan;
            }
            foreach (var pod in unsure)
            {
                var live = await client.FindAsync<Pod>(pod.Metadata.Namespace, pod.Metadata.Name, cancellationToken);
                observation = observation.With(pod, live);
            }
        }
    }

    private JobObservation Observe(Job job) => new(job, [.. Orphans<Pod>.AndOwned(_pods, job.Metadata, job.Spec.Selector)]);

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

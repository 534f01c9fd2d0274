using System.Collections.Immutable;
using Holdfast.Controllers.Ownership;
using Holdfast.Model.Batch;
using Holdfast.Model.Core;
using Holdfast.Model.Selectors;

namespace Holdfast.Controllers.Jobs;

/// <summary>
/// Decides what a Job needs now, as of Kubernetes 1.36: counts pods that ended, makes what is missing, takes away what is too much, says
/// whether it is over, and deletes it when it has been over for long enough. A pure function: the same observation and time give the same plan.
/// </summary>
public static class JobPlanner
{
    private const string OwnManager = "kubernetes.io/job-controller";

    /// <summary>Plans one round.</summary>
    /// <param name="observation">The Job and what may be its own.</param>
    /// <param name="now">The time.</param>
    public static JobPlan Plan(JobObservation observation, DateTimeOffset now)
    {
        var job = observation.Job;
        if (job.Spec.ManagedBy is { } manager && manager != OwnManager)
        {
            return JobPlan.Nothing;
        }
        var claims = Claims<Pod>.Of(job.Metadata, LabelMatcher.From(job.Spec.Selector), observation.Pods);
        var effects = ImmutableArray.CreateBuilder<JobEffect>();
        effects.AddRange(claims.Released.Select(pod => new JobEffect.Release(pod, $"pod {pod.Metadata.Name} no longer matches the selector")));
        effects.AddRange(claims.Adopted.Select(pod => new JobEffect.Adopt(pod, $"pod {pod.Metadata.Name} matches the selector and nobody controls it")));
        if (!claims.Adopted.IsEmpty)
        {
            // One write of a pod for each look at it: what is adopted now is counted in the next round.
            return JobPlan.Nothing with { Effects = effects.ToImmutable() };
        }
        if (JobEnd.IsOver(job.Status) || job.Metadata.DeletionTimestamp is not null)
        {
            return Afterwards(job, claims.Own, effects, now);
        }
        var round = new JobRound(job, new JobTally(job, claims.Own), now);
        round.Run();
        effects.AddRange(round.Effects);
        return new(effects.ToImmutable(), round.Status, round.Counted(), [.. round.Notes], round.RequeueAfter);
    }

    /// <summary>A Job that is over, or going, holds no pod back.</summary>
    private static JobPlan Afterwards(Job job, ImmutableArray<Pod> pods, ImmutableArray<JobEffect>.Builder effects, DateTimeOffset now)
    {
        effects.AddRange(pods.Where(pod => pod.IsTracked()).Select(pod => new JobEffect.Untrack(pod, "the Job counts no more")));
        TimeSpan? wait = null;
        if (job.Metadata.DeletionTimestamp is null && job.Spec.TtlSecondsAfterFinished is { } seconds && OverSince(job) is { } since)
        {
            var left = since.AddSeconds(seconds) - now;
            if (left > TimeSpan.Zero)
            {
                wait = left;
            }
            else
            {
                effects.Add(new JobEffect.Expire($"it has been over for {seconds} s"));
            }
        }
        return JobPlan.Nothing with { Effects = effects.ToImmutable(), RequeueAfter = wait };
    }

    private static DateTimeOffset? OverSince(Job job) =>
        job.Status.Conditions.FirstOrDefault(condition => condition is { Type: JobEnd.Complete or JobEnd.Failed, Status: "True" })?.LastTransitionTime;
}

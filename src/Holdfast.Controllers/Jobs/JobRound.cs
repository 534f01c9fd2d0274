using System.Collections.Immutable;
using Holdfast.Controllers.Pods;
using Holdfast.Model.Batch;
using Holdfast.Model.Core;
using Holdfast.Model.Values;

namespace Holdfast.Controllers.Jobs;

/// <summary>One round of planning for a Job that is not over.</summary>
internal sealed class JobRound(Job job, JobTally tally, DateTimeOffset now)
{
    // One plan makes or deletes at most so many pods, as upstream.
    private const int MaximumBurst = 500;
    private const string Suspended = "Suspended";

    internal List<JobEffect> Effects { get; } = [];

    internal List<JobNote> Notes { get; } = [];

    internal JobStatus Status { get; private set; } = job.Status;

    internal TimeSpan? RequeueAfter { get; private set; }

    internal void Run()
    {
        if (job.Spec.Suspend != true)
        {
            Status = Status with { StartTime = Status.StartTime ?? now };
        }
        var end = JobEnd.Of(job, tally, now);
        if (end is not null)
        {
            Delete(tally.Active, end.Message);
        }
        else
        {
            Manage();
            end = JobEnd.OfCompletions(job, tally);
        }
        Count();
        if (end is not null)
        {
            Close(end);
        }
        else if (JobEnd.Deadline(job with { Status = Status }) is { } deadline)
        {
            LookAgain(deadline - now);
        }
    }

    internal ImmutableArray<JobEffect> Counted() =>
        [.. tally.Counted.Select(pod => new JobEffect.Untrack(pod, $"pod {pod.Metadata.Name} has ended as {pod.Status.Phase} and is counted"))];

    private void Manage()
    {
        if (job.Spec.Suspend == true)
        {
            Delete(tally.Active, "the Job is suspended");
            Mark(Suspended, "True", "JobSuspended", "Job suspended", Suspended);
            return;
        }
        if (JobEnd.Find(Status, Suspended) is { Status: "True" })
        {
            Mark(Suspended, "False", "JobResumed", "Job resumed", "Resumed");
            Status = Status with { StartTime = now };
        }
        var wanted = WantedActive();
        var surplus = tally.Active.Length - wanted;
        if (surplus > 0 || HasUnfitPods())
        {
            Delete(Surplus(surplus), $"{wanted} active pods are wanted and there are {tally.Active.Length}");
            return;
        }
        var missing = -surplus - (job.ReplacesOnlyFailed() ? tally.Terminating : 0);
        if (missing > 0)
        {
            Create(Math.Min(missing, MaximumBurst));
        }
    }

    private int WantedActive()
    {
        var parallelism = job.Spec.Parallelism ?? 1;
        if (job.Spec.Completions is { } completions)
        {
            return Math.Max(0, Math.Min(parallelism, completions - tally.Succeeded - tally.FailedIndexes.Count));
        }
        // Once a pod of a work queue has succeeded no more are made, and those that run may end.
        return tally.Succeeded > 0 ? Math.Min(parallelism, tally.Active.Length) : parallelism;
    }

    private bool HasUnfitPods() => job.IsIndexed() && Unfit().Any();

    /// <summary>Pods without a use: their index does not exist, is done, or is another pod's.</summary>
    private IEnumerable<Pod> Unfit() => PodDeletionRanking.Sorted(tally.Active, [], now).Reverse()
        .GroupBy(pod => pod.Index())
        .SelectMany(group => group.Key < 0 || group.Key >= (job.Spec.Completions ?? 0) || tally.FailedIndexes.Contains(group.Key) ? group : group.Skip(1));

    private IEnumerable<Pod> Surplus(int count)
    {
        var ranked = PodDeletionRanking.Sorted(tally.Active, [], now);
        var unfit = job.IsIndexed() ? Unfit().ToList() : [];
        return unfit.Concat(ranked.Except(unfit).Take(Math.Max(0, count - unfit.Count)));
    }

    private void Delete(IEnumerable<Pod> pods, string reason) =>
        Effects.AddRange(pods.Take(MaximumBurst).Select(pod => new JobEffect.Delete(pod, reason)));

    private void Create(int count)
    {
        if (job.Spec.BackoffLimitPerIndex is null && JobBackoff.Remaining(job, tally, now) is var wait && wait > TimeSpan.Zero)
        {
            LookAgain(wait);
            return;
        }
        ImmutableArray<Pod> pods = job.IsIndexed() ? NewIndexed(count) : [.. Enumerable.Repeat(JobPods.New(job), count)];
        if (!pods.IsEmpty)
        {
            Effects.Add(new JobEffect.Create(pods, $"{count} more pods are wanted"));
        }
    }

    private ImmutableArray<Pod> NewIndexed(int count)
    {
        var taken = tally.Active.Concat(job.ReplacesOnlyFailed() ? tally.Pods.Where(pod => pod.IsTerminating() && !pod.IsFinished()) : [])
            .Select(pod => pod.Index()).ToHashSet();
        var pods = ImmutableArray.CreateBuilder<Pod>();
        for (var index = 0; index < (job.Spec.Completions ?? 0) && pods.Count < count; index++)
        {
            if (taken.Contains(index) || tally.SucceededIndexes.Contains(index) || tally.FailedIndexes.Contains(index))
            {
                continue;
            }
            var failed = job.Spec.BackoffLimitPerIndex is null ? null : tally.LastFailed(index);
            if (JobBackoff.Remaining(failed, now) is var wait && wait > TimeSpan.Zero)
            {
                LookAgain(wait);
                continue;
            }
            pods.Add(JobPods.New(job, index, failed));
        }
        return pods.ToImmutable();
    }

    private void Count()
    {
        var deleted = Effects.OfType<JobEffect.Delete>().Count();
        Status = Status with
        {
            Active = tally.Active.Length - deleted,
            Ready = deleted > 0 ? Math.Min(tally.Active.Length - deleted, tally.Active.Count(pod => pod.IsReady())) : tally.Active.Count(pod => pod.IsReady()),
            Terminating = tally.Terminating,
            Succeeded = job.IsIndexed() ? tally.SucceededIndexes.Count : tally.CountedSucceeded,
            Failed = tally.CountedFailed,
            CompletedIndexes = job.IsIndexed() ? tally.SucceededIndexes.ToString() : "",
            FailedIndexes = job.Spec.BackoffLimitPerIndex is null ? null : tally.FailedIndexes.ToString(),
            UncountedTerminatedPods = tally.Uncounted,
        };
    }

    /// <summary>Says how the Job ends; that it has ended only when no pod of it is left to run or to be counted.</summary>
    private void Close(JobEnd end)
    {
        Put(end.IsSuccess ? JobEnd.SuccessCriteriaMet : JobEnd.FailureTarget, "True", end.Reason, end.Message);
        if (!tally.IsSettled || !tally.Active.IsEmpty || tally.Terminating > 0 || tally.Pods.Any(pod => pod.IsTracked() && pod.IsFinished()))
        {
            return;
        }
        Put(end.IsSuccess ? JobEnd.Complete : JobEnd.Failed, "True", end.Reason, end.Message);
        Status = Status with { StartTime = Status.StartTime ?? now, CompletionTime = end.IsSuccess ? now : null };
        Notes.Add(end.IsSuccess ? new JobNote("Normal", "Completed", "Job completed") : new JobNote("Warning", end.Reason, end.Message));
        RequeueAfter = null;
    }

    private void Mark(string type, string value, string reason, string message, string note)
    {
        if (JobEnd.Find(Status, type)?.Status != value)
        {
            Put(type, value, reason, message);
            Notes.Add(new JobNote("Normal", note, message));
        }
    }

    private void Put(string type, string value, string reason, string message)
    {
        var before = JobEnd.Find(Status, type);
        if (before?.Status == value)
        {
            return;
        }
        var condition = new JobCondition
        {
            Type = type,
            Status = value,
            Reason = reason,
            Message = message,
            LastProbeTime = now,
            LastTransitionTime = now,
        };
        Status = Status with { Conditions = Status.Conditions.Where(each => each.Type != type).Append(condition).ToValueList() };
    }

    private void LookAgain(TimeSpan delay)
    {
        var wait = delay > TimeSpan.Zero ? delay : TimeSpan.FromMilliseconds(1);
        RequeueAfter = RequeueAfter is { } sooner && sooner < wait ? sooner : wait;
    }
}

using Holdfast.Model.Batch;

namespace Holdfast.Controllers.Jobs;

/// <summary>Whether a Job is to end, and how, with Kubernetes' reasons and words. Pure functions.</summary>
/// <param name="IsSuccess">Whether it ends well.</param>
/// <param name="Reason">One word.</param>
/// <param name="Message">Why, in words.</param>
internal sealed record JobEnd(bool IsSuccess, string Reason, string Message)
{
    internal const string SuccessCriteriaMet = "SuccessCriteriaMet";
    internal const string FailureTarget = "FailureTarget";
    internal const string Complete = "Complete";
    internal const string Failed = "Failed";

    /// <summary>Whether a condition of a status holds.</summary>
    internal static bool Holds(JobStatus status, string type) => Find(status, type)?.Status == "True";

    /// <summary>A condition of a status, or null.</summary>
    internal static JobCondition? Find(JobStatus status, string type) => status.Conditions.FirstOrDefault(condition => condition.Type == type);

    /// <summary>Whether the Job has ended.</summary>
    internal static bool IsOver(JobStatus status) => Holds(status, Complete) || Holds(status, Failed);

    /// <summary>Whether it was decided how the Job ends.</summary>
    internal static bool IsDecided(JobStatus status) => Holds(status, SuccessCriteriaMet) || Holds(status, FailureTarget);

    /// <summary>How the Job is to end; null when it goes on.</summary>
    internal static JobEnd? Of(Job job, JobTally tally, DateTimeOffset now)
    {
        if (Find(job.Status, SuccessCriteriaMet) is { Status: "True" } success)
        {
            return new(true, success.Reason, success.Message);
        }
        if (Find(job.Status, FailureTarget) is { Status: "True" } failure)
        {
            return new(false, failure.Reason, failure.Message);
        }
        return OfFailure(job, tally, now) ?? (job.IsIndexed() ? OfFailedIndexes(job, tally) ?? OfSuccessPolicy(job, tally) : null);
    }

    /// <summary>That all wanted pods succeeded; null when they did not.</summary>
    internal static JobEnd? OfCompletions(Job job, JobTally tally)
    {
        var isMet = tally.Active.IsEmpty
            && (job.Spec.Completions is { } completions ? tally.Succeeded >= completions : tally.Succeeded > 0);
        return isMet ? new(true, "CompletionsReached", "Reached expected number of succeeded pods") : null;
    }

    /// <summary>When the Job's time is over; null when it has no limit or does not run.</summary>
    internal static DateTimeOffset? Deadline(Job job) =>
        job.Spec is { ActiveDeadlineSeconds: { } seconds, Suspend: not true } ? job.Status.StartTime?.AddSeconds(Math.Min(seconds, int.MaxValue)) : null;

    private static JobEnd? OfFailure(Job job, JobTally tally, DateTimeOffset now)
    {
        foreach (var pod in job.Spec.PodFailurePolicy is null ? [] : tally.Pods.Where(pod => pod.HasFailed(job)))
        {
            if (JobFailurePolicy.Of(job, pod).FailsJob is { } message)
            {
                return new(false, "PodFailurePolicy", message);
            }
        }
        if (tally.Failed > (job.Spec.BackoffLimit ?? 6) || HasRestartedTooOften(job, tally))
        {
            return new(false, "BackoffLimitExceeded", "Job has reached the specified backoff limit");
        }
        return Deadline(job) <= now ? new(false, "DeadlineExceeded", "Job was active longer than specified deadline") : null;
    }

    private static bool HasRestartedTooOften(Job job, JobTally tally)
    {
        if (job.Spec.Template.Spec.RestartPolicy != "OnFailure")
        {
            return false;
        }
        var restarts = tally.Pods.Where(pod => pod.Status.Phase is "Running" or "Pending")
            .Sum(pod => pod.Status.InitContainerStatuses.Concat(pod.Status.ContainerStatuses).Sum(status => status.RestartCount));
        var limit = job.Spec.BackoffLimit ?? 6;
        return limit == 0 ? restarts > 0 : restarts >= limit;
    }

    private static JobEnd? OfFailedIndexes(Job job, JobTally tally)
    {
        var failed = tally.FailedIndexes.Count;
        if (job.Spec.MaxFailedIndexes is { } most && failed > most)
        {
            return new(false, "MaxFailedIndexesExceeded", "Job has exceeded the specified maximal number of failed indexes");
        }
        return failed > 0 && failed + tally.SucceededIndexes.Count >= (job.Spec.Completions ?? 0)
            ? new(false, "FailedIndexes", "Job has failed indexes")
            : null;
    }

    private static JobEnd? OfSuccessPolicy(Job job, JobTally tally)
    {
        var rules = job.Spec.SuccessPolicy?.Rules ?? default;
        for (var i = 0; i < rules.Count; i++)
        {
            var succeeded = tally.SucceededIndexes;
            var isMet = rules[i].SucceededIndexes is { } text
                ? CompletionIndexes.Of(text, job.Spec.Completions ?? 0) is var wanted
                    && wanted.All().Count(succeeded.Contains) >= (rules[i].SucceededCount ?? wanted.Count)
                : rules[i].SucceededCount is { } count && succeeded.Count >= count;
            if (isMet)
            {
                return new(true, "SuccessPolicy", $"Matched rules at index {i}");
            }
        }
        return null;
    }
}

using Holdfast.Model.Batch;
using Holdfast.Model.Core;

namespace Holdfast.Controllers.Jobs;

/// <summary>How long a Job waits after failures before it makes pods again: twice as long each time. Read off its pods, so that it outlives a restart. Pure functions.</summary>
internal static class JobBackoff
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <summary>How long the Job still waits; zero when it does not.</summary>
    internal static TimeSpan Remaining(Job job, JobTally tally, DateTimeOffset now)
    {
        var failures = 0;
        DateTimeOffset? last = null;
        foreach (var pod in tally.Pods.Where(pod => pod.Status.Phase == "Succeeded" || pod.HasFailed(job)).OrderBy(pod => pod.EndedAt()))
        {
            (failures, last) = pod.Status.Phase == "Succeeded" ? (0, null) : (failures + 1, pod.EndedAt());
        }
        return Left(failures, last, now);
    }

    /// <summary>How long an index still waits; zero when it does not.</summary>
    internal static TimeSpan Remaining(Pod? lastFailed, DateTimeOffset now) =>
        lastFailed is null ? TimeSpan.Zero : Left(lastFailed.FailuresBefore() + lastFailed.IgnoredBefore() + 1, lastFailed.EndedAt(), now);

    private static TimeSpan Left(int failures, DateTimeOffset? last, DateTimeOffset now)
    {
        if (failures == 0 || last is not { } since)
        {
            return TimeSpan.Zero;
        }
        var wait = TimeSpan.FromTicks(Math.Min(Longest.Ticks, First.Ticks << Math.Min(failures - 1, 10)));
        var left = since + wait - now;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}

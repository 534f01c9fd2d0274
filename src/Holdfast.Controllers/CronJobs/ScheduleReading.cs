using Holdfast.Model.Batch;

namespace Holdfast.Controllers.CronJobs;

/// <summary>Which times of a schedule have come. Pure functions.</summary>
internal static class ScheduleReading
{
    // So many times may have been missed before people are told of it; as upstream.
    private const int ManyMissed = 100;

    /// <summary>The newest time that has come since the last Job was made; null when none has.</summary>
    /// <param name="cronJob">The CronJob.</param>
    /// <param name="schedule">Its schedule.</param>
    /// <param name="zone">Whose clock it means.</param>
    /// <param name="now">The time.</param>
    /// <param name="hasMissedMany">Whether very many times have passed without a Job.</param>
    internal static DateTimeOffset? Newest(CronJob cronJob, CronSchedule schedule, TimeZoneInfo zone, DateTimeOffset now, out bool hasMissedMany)
    {
        hasMissedMany = false;
        var first = schedule.Next(Earliest(cronJob, now), zone);
        if (first is not { } time || time > now)
        {
            return null;
        }
        for (var missed = 1; schedule.Next(time, zone) is { } next && next <= now; missed++)
        {
            time = next;
            if (missed < ManyMissed)
            {
                continue;
            }
            hasMissedMany = true;
            // Times that are far back do not matter: the newest is sought in longer and longer spans before now.
            for (var back = TimeSpan.FromMinutes(2); now - back > time; back *= 4)
            {
                if (schedule.Next(now - back, zone) is { } recent && recent <= now)
                {
                    return Last(schedule, zone, recent, now);
                }
            }
        }
        return time;
    }

    private static DateTimeOffset Last(CronSchedule schedule, TimeZoneInfo zone, DateTimeOffset time, DateTimeOffset now)
    {
        while (schedule.Next(time, zone) is { } next && next <= now)
        {
            time = next;
        }
        return time;
    }

    private static DateTimeOffset Earliest(CronJob cronJob, DateTimeOffset now)
    {
        var earliest = cronJob.Status.LastScheduleTime ?? cronJob.Metadata.CreationTimestamp ?? now;
        return cronJob.Spec.StartingDeadlineSeconds is { } seconds && now.AddSeconds(-Math.Min(seconds, int.MaxValue)) is var limit && limit > earliest
            ? limit
            : earliest;
    }
}

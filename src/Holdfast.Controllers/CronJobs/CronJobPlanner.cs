using System.Globalization;
using Holdfast.Controllers.Ownership;
using Holdfast.Model.Batch;
using Holdfast.Model.Meta;
using Holdfast.Model.Values;

namespace Holdfast.Controllers.CronJobs;

/// <summary>
/// Decides what a CronJob needs now, as of Kubernetes 1.36: which of its Jobs are over, which to forget, whether a time has come, and what
/// its policy says to do while an earlier Job runs. A pure function: the same observation and time give the same plan.
/// </summary>
public static class CronJobPlanner
{
    // A timer that fires a little early would find that the time has not come.
    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(100);

    /// <summary>Plans one round.</summary>
    /// <param name="observation">The CronJob and its Jobs.</param>
    /// <param name="now">The time.</param>
    public static CronJobPlan Plan(CronJobObservation observation, DateTimeOffset now)
    {
        var round = new Round(observation, now);
        round.LookAtJobs();
        round.Forget();
        if (observation.CronJob is { Metadata.DeletionTimestamp: null, Spec.Suspend: not true })
        {
            round.MakeJob();
        }
        return new([.. round.Effects], round.Status, [.. round.Notes], round.RequeueAfter);
    }

    /// <summary>The name of the Job of a time.</summary>
    /// <param name="cronJob">The CronJob.</param>
    /// <param name="time">The time.</param>
    public static string JobName(CronJob cronJob, DateTimeOffset time) =>
        string.Create(CultureInfo.InvariantCulture, $"{cronJob.Metadata.Name}-{time.ToUnixTimeSeconds() / 60}");

    private static string? EndOf(Job job) =>
        job.Status.Conditions.FirstOrDefault(condition => condition is { Type: "Complete" or "Failed", Status: "True" })?.Type;

    private static Job New(CronJob cronJob, DateTimeOffset time)
    {
        var template = cronJob.Spec.JobTemplate;
        var annotations = template.Metadata.Annotations.SetItem(
            JobLabels.ScheduledTimestamp, time.ToString(time.Offset == TimeSpan.Zero ? "yyyy-MM-ddTHH:mm:ssZ" : "yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture));
        return new Job
        {
            Metadata = new ObjectMeta
            {
                Name = JobName(cronJob, time),
                Namespace = cronJob.Metadata.Namespace,
                Labels = template.Metadata.Labels,
                Annotations = annotations,
                OwnerReferences = new[] { OwnedObjects<CronJob>.ReferenceTo(cronJob) }.ToValueList(),
            },
            Spec = template.Spec,
        };
    }

    private sealed class Round(CronJobObservation observation, DateTimeOffset now)
    {
        private readonly CronJob _cronJob = observation.CronJob;

        internal List<CronJobEffect> Effects { get; } = [];

        internal List<CronJobNote> Notes { get; } = [];

        internal CronJobStatus Status { get; private set; } = observation.CronJob.Status;

        internal TimeSpan? RequeueAfter { get; private set; }

        internal void LookAtJobs()
        {
            foreach (var job in observation.Jobs)
            {
                var isActive = Status.Active.Any(reference => reference.Uid == job.Metadata.Uid);
                if (EndOf(job) is not { } end)
                {
                    if (!isActive && job.Metadata.DeletionTimestamp is null)
                    {
                        Note("Warning", "UnexpectedJob", $"Saw a job that the controller did not create or forgot: {job.Metadata.Name}");
                    }
                    continue;
                }
                if (isActive)
                {
                    Drop(job.Metadata.Uid);
                    Note("Normal", "SawCompletedJob", $"Saw completed job: {job.Metadata.Name}, condition: {end}");
                }
                if (end == "Complete" && job.Status.CompletionTime is { } time && !(Status.LastSuccessfulTime >= time))
                {
                    Status = Status with { LastSuccessfulTime = time };
                }
            }
            foreach (var reference in Status.Active.Where(reference => !observation.Jobs.Any(job => job.Metadata.Uid == reference.Uid)))
            {
                Drop(reference.Uid);
                Note("Normal", "MissingJob", $"Active job went missing: {reference.Name}");
            }
        }

        internal void Forget()
        {
            Forget("Complete", _cronJob.Spec.SuccessfulJobsHistoryLimit);
            Forget("Failed", _cronJob.Spec.FailedJobsHistoryLimit);
        }

        internal void MakeJob()
        {
            if (!CronSchedule.TryParse(_cronJob.Spec.Schedule, out var schedule, out var problem))
            {
                Note("Warning", "UnparseableSchedule", $"unparseable schedule: \"{_cronJob.Spec.Schedule}\" : {problem}");
                return;
            }
            if (CronSchedule.ZoneOf(_cronJob.Spec.TimeZone) is not { } zone)
            {
                Note("Warning", "UnknownTimeZone", $"invalid timeZone: \"{_cronJob.Spec.TimeZone}\": unknown time zone {_cronJob.Spec.TimeZone}");
                return;
            }
            RequeueAfter = schedule.Next(now, zone) - now + Margin;
            if (ScheduleReading.Newest(_cronJob, schedule, zone, now, out var hasMissedMany) is { } time && MayMake(time))
            {
                Effects.Add(new CronJobEffect.Create(New(_cronJob, time), time, $"{time:O} has come"));
            }
            if (hasMissedMany)
            {
                Note("Warning", "TooManyMissedTimes", "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew");
            }
        }

        private bool MayMake(DateTimeOffset time)
        {
            if (_cronJob.Spec.StartingDeadlineSeconds is { } seconds && time.AddSeconds(Math.Min(seconds, int.MaxValue)) < now)
            {
                Note("Warning", "MissSchedule", $"Missed scheduled time to start a job: {time.ToString("ddd, dd MMM yyyy HH:mm:ss zzz", CultureInfo.InvariantCulture)}");
                return false;
            }
            if (Status.Active.Any(reference => reference.Name == JobName(_cronJob, time)) || Status.LastScheduleTime == time)
            {
                return false;
            }
            if (Status.Active.IsEmpty || _cronJob.Spec.ConcurrencyPolicy == "Allow")
            {
                return true;
            }
            if (_cronJob.Spec.ConcurrencyPolicy == "Forbid")
            {
                Note("Normal", "JobAlreadyActive", "Not starting job because prior execution is running and concurrency policy is Forbid");
                return false;
            }
            foreach (var job in observation.Jobs.Where(job => Status.Active.Any(reference => reference.Uid == job.Metadata.Uid)))
            {
                Effects.Add(new CronJobEffect.Delete(job, "a newer Job replaces it"));
                Drop(job.Metadata.Uid);
            }
            return true;
        }

        private void Forget(string end, int? limit)
        {
            if (limit is not { } most)
            {
                return;
            }
            var over = observation.Jobs.Where(job => job.Metadata.DeletionTimestamp is null && EndOf(job) == end)
                .OrderBy(job => job.Status.StartTime ?? DateTimeOffset.MaxValue).ThenBy(job => job.Metadata.Name, StringComparer.Ordinal).ToList();
            foreach (var job in over.Take(Math.Max(0, over.Count - most)))
            {
                Effects.Add(new CronJobEffect.Delete(job, $"more than {most} Jobs that ended as {end} are kept"));
            }
        }

        private void Drop(string uid) => Status = Status with { Active = Status.Active.Where(reference => reference.Uid != uid).ToValueList() };

        private void Note(string type, string reason, string message) => Notes.Add(new CronJobNote(type, reason, message));
    }
}

using System.Collections.Immutable;
using Holdfast.Model.Batch;

namespace Holdfast.Controllers.CronJobs;

/// <summary>What the planner is shown: one CronJob and the Jobs that it controls, as the caches have them.</summary>
/// <param name="CronJob">The CronJob.</param>
/// <param name="Jobs">Its Jobs.</param>
public sealed record CronJobObservation(CronJob CronJob, ImmutableArray<Job> Jobs);

/// <summary>One thing that the plan does, with its reason in words.</summary>
/// <param name="Reason">Why.</param>
public abstract record CronJobEffect(string Reason)
{
    /// <summary>Make the Job of a time.</summary>
    /// <param name="Job">The Job.</param>
    /// <param name="ScheduledAt">The time.</param>
    /// <param name="Reason">Why.</param>
    public sealed record Create(Job Job, DateTimeOffset ScheduledAt, string Reason) : CronJobEffect(Reason);

    /// <summary>Delete a Job and its pods; the uid is a precondition, so that only this very Job goes.</summary>
    /// <param name="Job">The Job.</param>
    /// <param name="Reason">Why.</param>
    public sealed record Delete(Job Job, string Reason) : CronJobEffect(Reason);
}

/// <summary>Something people are to be told of a CronJob.</summary>
/// <param name="Type"><c>Normal</c> or <c>Warning</c>.</param>
/// <param name="Reason">One word.</param>
/// <param name="Message">What happened.</param>
public sealed record CronJobNote(string Type, string Reason, string Message);

/// <summary>What is to be done for a CronJob now.</summary>
/// <param name="Effects">The effects, in order; when one fails the rest wait for the next plan.</param>
/// <param name="Status">The status without the Job that the plan makes.</param>
/// <param name="Notes">What people are told.</param>
/// <param name="RequeueAfter">When its next time comes, or null.</param>
public sealed record CronJobPlan(ImmutableArray<CronJobEffect> Effects, CronJobStatus Status, ImmutableArray<CronJobNote> Notes, TimeSpan? RequeueAfter);

using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Holdfast.Model.Core;
using Holdfast.Model.Rules;

namespace Holdfast.Model.Batch;

/// <summary>The rules of CronJobs, whose names leave room for the times that their Jobs' names end with.</summary>
internal sealed partial class CronJobRules : ResourceRules<CronJob>
{
    private const int MaxNameLength = 52;

    public override bool HasStatus => true;

    public override CronJob Default(CronJob job) => JobDefaults.Apply(job);

    public override CronJob PrepareForCreate(CronJob job) => job with { Status = CronJobStatus.Empty };

    public override CronJob PrepareForUpdate(CronJob updated, CronJob old) => updated with { Status = old.Status };

    public override CronJob PrepareForStatusUpdate(CronJob updated, CronJob old) => updated with { Spec = old.Spec };

    public override bool RaisesGeneration(CronJob updated, CronJob old) => updated.Spec != old.Spec;

    public override ImmutableArray<string> Warnings(CronJob job, CronJob? old)
    {
        var warnings = new List<string>();
        PodWarnings.AddForTemplate(job.Spec.JobTemplate.Spec.Template, old?.Spec.JobTemplate.Spec.Template, warnings);
        return [.. warnings];
    }

    protected override void Check(CronJob job, FieldErrors errors)
    {
        CheckSpec(job.Spec, null, errors);
        // Kept to creation, as upstream: a longer name that is there may still be updated.
        if (job.Metadata.Name.Length > MaxNameLength)
        {
            errors.Add(FieldError.Invalid(MetadataPath.Child("name"), job.Metadata.Name, $"must be no more than {MaxNameLength} characters"));
        }
    }

    protected override void CheckUpdate(CronJob updated, CronJob old, FieldErrors errors) => CheckSpec(updated.Spec, old.Spec, errors);

    private static void CheckSpec(CronJobSpec spec, CronJobSpec? old, FieldErrors errors)
    {
        if (errors.Require(SpecPath, "schedule", spec.Schedule))
        {
            CheckSchedule(spec, old, errors);
        }
        errors.RequireNotNegative(SpecPath, "startingDeadlineSeconds", spec.StartingDeadlineSeconds ?? 0);
        if (spec.TimeZone is { } zone && (old is null || old.TimeZone != zone))
        {
            CheckZone(zone, SpecPath.Child("timeZone"), errors);
        }
        if (errors.Require(SpecPath, "concurrencyPolicy", spec.ConcurrencyPolicy))
        {
            errors.RequireOneOf(SpecPath, "concurrencyPolicy", spec.ConcurrencyPolicy, ["Allow", "Forbid", "Replace"]);
        }
        var path = SpecPath.Child("jobTemplate").Child("spec");
        JobValidation.CheckSpec(spec.JobTemplate.Spec, path, errors);
        if (spec.JobTemplate.Spec.Selector is { } selector)
        {
            errors.Add(FieldError.InvalidJson(path.Child("selector"), ShownValue.Record(selector), "`selector` will be auto-generated"));
        }
        if (spec.JobTemplate.Spec.ManualSelector == true)
        {
            errors.Add(new(FieldErrorType.FieldValueNotSupported, path.Child("manualSelector").ToString(), "Unsupported value: true: supported values: \"nil\", \"false\""));
        }
        errors.RequireNotNegative(SpecPath, "successfulJobsHistoryLimit", spec.SuccessfulJobsHistoryLimit ?? 0);
        errors.RequireNotNegative(SpecPath, "failedJobsHistoryLimit", spec.FailedJobsHistoryLimit ?? 0);
    }

    private static void CheckSchedule(CronJobSpec spec, CronJobSpec? old, FieldErrors errors)
    {
        var path = SpecPath.Child("schedule");
        if (!CronSchedule.TryParse(spec.Schedule, out _, out var problem))
        {
            errors.Add(FieldError.Invalid(path, spec.Schedule, problem));
        }
        if (!spec.Schedule.Contains("TZ", StringComparison.Ordinal))
        {
            return;
        }
        if (old?.Schedule.Contains("TZ", StringComparison.Ordinal) != true)
        {
            errors.Add(FieldError.Invalid(path, spec.Schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"));
        }
        else if (spec.TimeZone is not null)
        {
            errors.Add(FieldError.Invalid(path, spec.Schedule, "cannot use both timeZone field and TZ or CRON_TZ in schedule"));
        }
    }

    private static void CheckZone(string zone, FieldPath path, FieldErrors errors)
    {
        if (zone.Length == 0)
        {
            errors.Add(FieldError.Invalid(path, zone, "timeZone must be nil or non-empty string"));
            return;
        }
        if (zone.Split('/').Any(part => part is "." or ".." || part.StartsWith('-') || !ZonePart().IsMatch(part)))
        {
            errors.Add(FieldError.Invalid(path, zone, $"unknown time zone {zone}"));
            return;
        }
        if (zone.Equals("Local", StringComparison.OrdinalIgnoreCase))
        {
            errors.Add(FieldError.Invalid(path, zone, "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones"));
        }
        else if (CronSchedule.ZoneOf(zone) is null)
        {
            errors.Add(FieldError.Invalid(path, zone, $"unknown time zone {zone}"));
        }
    }

    [GeneratedRegex(@"^[A-Za-z._0-9+\-]{1,14}\z")]
    private static partial Regex ZonePart();
}

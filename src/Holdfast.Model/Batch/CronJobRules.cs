using Holdfast.Model.Rules;

namespace Holdfast.Model.Batch;

/// <summary>The rules of CronJobs, whose names leave room for the times that their Jobs' names end with.</summary>
internal sealed class CronJobRules : ResourceRules<CronJob>
{
    private const int MaxNameLength = 52;

    public override bool HasStatus => true;

    public override CronJob Default(CronJob job) => JobDefaults.Apply(job);

    public override CronJob PrepareForCreate(CronJob job) => job with { Status = CronJobStatus.Empty };

    public override CronJob PrepareForUpdate(CronJob updated, CronJob old) => updated with { Status = old.Status };

    public override CronJob PrepareForStatusUpdate(CronJob updated, CronJob old) => updated with { Spec = old.Spec };

    public override bool RaisesGeneration(CronJob updated, CronJob old) => updated.Spec != old.Spec;

    protected override void Check(CronJob job, FieldErrors errors)
    {
        var spec = job.Spec;
        errors.Require(SpecPath, "schedule", spec.Schedule);
        errors.RequireNotNegative(SpecPath, "startingDeadlineSeconds", spec.StartingDeadlineSeconds ?? 0);
        if (errors.Require(SpecPath, "concurrencyPolicy", spec.ConcurrencyPolicy))
        {
            errors.RequireOneOf(SpecPath, "concurrencyPolicy", spec.ConcurrencyPolicy, ["Allow", "Forbid", "Replace"]);
        }
        JobValidation.CheckTemplate(spec.JobTemplate.Spec, SpecPath.Child("jobTemplate").Child("spec").Child("template"), errors);
        errors.RequireNotNegative(SpecPath, "successfulJobsHistoryLimit", spec.SuccessfulJobsHistoryLimit ?? 0);
        errors.RequireNotNegative(SpecPath, "failedJobsHistoryLimit", spec.FailedJobsHistoryLimit ?? 0);
        if (job.Metadata.Name.Length > MaxNameLength)
        {
            errors.Add(FieldError.Invalid(MetadataPath.Child("name"), job.Metadata.Name, $"must be no more than {MaxNameLength} characters"));
        }
    }
}

using Holdfast.Model.Rules;

namespace Holdfast.Model.Batch;

/// <summary>The rules of Jobs. The selector that holds a Job's own uid is made by the server.</summary>
internal sealed class JobRules : ResourceRules<Job>
{
    public override bool HasStatus => true;

    public override Job Default(Job job) => JobDefaults.Apply(job);

    public override Job PrepareForCreate(Job job) => job with { Status = JobStatus.Empty };

    public override Job PrepareForUpdate(Job updated, Job old) => updated with { Status = old.Status };

    public override Job PrepareForStatusUpdate(Job updated, Job old) => updated with { Spec = old.Spec };

    public override bool RaisesGeneration(Job updated, Job old) => updated.Spec != old.Spec;

    protected override void Check(Job job, FieldErrors errors)
    {
        var spec = job.Spec;
        errors.RequireNotNegative(SpecPath, "parallelism", spec.Parallelism ?? 0);
        errors.RequireNotNegative(SpecPath, "completions", spec.Completions ?? 0);
        errors.RequireNotNegative(SpecPath, "activeDeadlineSeconds", spec.ActiveDeadlineSeconds ?? 0);
        errors.RequireNotNegative(SpecPath, "backoffLimit", spec.BackoffLimit ?? 0);
        errors.RequireNotNegative(SpecPath, "ttlSecondsAfterFinished", spec.TtlSecondsAfterFinished ?? 0);
        JobValidation.CheckTemplate(spec, SpecPath.Child("template"), errors);
    }

    protected override void CheckUpdate(Job updated, Job old, FieldErrors errors)
    {
        Check(updated, errors);
        if (updated.Spec.CompletionMode != "Indexed")
        {
            errors.RequireUnchanged(SpecPath.Child("completions"), updated.Spec.Completions, old.Spec.Completions, ShownValue.Number);
        }
        errors.RequireUnchanged(SpecPath.Child("selector"), updated.Spec.Selector, old.Spec.Selector, ShownValue.Record);
        errors.RequireUnchanged(SpecPath.Child("completionMode"), updated.Spec.CompletionMode, old.Spec.CompletionMode);
        if (updated.Spec.Template != old.Spec.Template && old.Spec.Suspend != true)
        {
            errors.Add(FieldError.InvalidJson(SpecPath.Child("template"), ShownValue.Record(updated.Spec.Template), "field is immutable"));
        }
    }
}

using Holdfast.Model.Core;
using Holdfast.Model.Rules;

namespace Holdfast.Model.Batch;

/// <summary>What a Job has when its author does not say.</summary>
internal static class JobDefaults
{
    public static Job Apply(Job job)
    {
        var spec = Spec(job.Spec);
        if (spec.Completions is null && spec.Parallelism is null)
        {
            spec = spec with { Completions = 1, Parallelism = 1 };
        }
        spec = spec with
        {
            Parallelism = spec.Parallelism ?? 1,
            BackoffLimit = spec.BackoffLimit ?? (spec.BackoffLimitPerIndex is null ? 6 : int.MaxValue),
            CompletionMode = spec.CompletionMode ?? "NonIndexed",
            Suspend = spec.Suspend ?? false,
            PodReplacementPolicy = spec.PodReplacementPolicy ?? (spec.PodFailurePolicy is null ? "TerminatingOrFailed" : "Failed"),
            ManualSelector = spec.ManualSelector ?? false,
        };
        var meta = job.Metadata;
        return job with { Spec = spec, Metadata = meta.Labels.IsEmpty ? meta with { Labels = spec.Template.Metadata.Labels } : meta };
    }

    public static CronJob Apply(CronJob job)
    {
        var spec = job.Spec;
        return job with
        {
            Spec = spec with
            {
                ConcurrencyPolicy = spec.ConcurrencyPolicy.Or("Allow"),
                Suspend = spec.Suspend ?? false,
                SuccessfulJobsHistoryLimit = spec.SuccessfulJobsHistoryLimit ?? 3,
                FailedJobsHistoryLimit = spec.FailedJobsHistoryLimit ?? 1,
                JobTemplate = spec.JobTemplate with { Spec = Spec(spec.JobTemplate.Spec) },
            },
        };
    }

    private static JobSpec Spec(JobSpec spec) => spec with { Template = PodDefaults.Template(spec.Template) };
}

using System.Collections.Immutable;
using Holdfast.Model.Core;
using Holdfast.Model.Rules;

namespace Holdfast.Model.Batch;

/// <summary>The rules of Jobs. The selector that holds a Job's own uid is made when the Job is.</summary>
internal sealed class JobRules : ResourceRules<Job>
{
    public override bool HasStatus => true;

    public override Job Default(Job job) => JobDefaults.Apply(job);

    public override Job PrepareForCreate(Job job) => JobLabels.WithSelector(job with { Status = JobStatus.Empty });

    public override Job PrepareForUpdate(Job updated, Job old) => updated with { Status = old.Status };

    public override Job PrepareForStatusUpdate(Job updated, Job old) => updated with { Spec = old.Spec };

    public override bool RaisesGeneration(Job updated, Job old) => updated.Spec != old.Spec;

    public override ImmutableArray<string> Warnings(Job job, Job? old)
    {
        var warnings = new List<string>();
        var spec = job.Spec;
        if (spec is { CompletionMode: "Indexed", Completions: > JobValidation.HighCompletions } && (spec.Parallelism ?? 0) > JobValidation.HighParallelism)
        {
            warnings.Add($"spec.parallelism: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail");
        }
        PodWarnings.AddForTemplate(spec.Template, old?.Spec.Template, warnings);
        return [.. warnings];
    }

    protected override void Check(Job job, FieldErrors errors)
    {
        CheckGeneratedSelector(job, errors);
        JobValidation.CheckWithSelector(job.Spec, SpecPath, errors);
        if (job.Spec is { CompletionMode: "Indexed", Completions: > 0 and var completions })
        {
            var last = $"{job.Metadata.Name}-{ShownValue.Number(completions - 1)}";
            if (TextFormats.Dns1123Label(last).Length > 0)
            {
                errors.Add(FieldError.Invalid(MetadataPath.Child("name"), job.Metadata.Name, $"will not able to create pod with invalid DNS label: {last}"));
            }
        }
    }

    protected override void CheckUpdate(Job updated, Job old, FieldErrors errors)
    {
        var (spec, before) = (updated.Spec, old.Spec);
        JobValidation.CheckWithSelector(spec, SpecPath, errors);
        JobValidation.CheckCompletionsChange(spec, before, SpecPath.Child("completions"), errors);
        errors.RequireUnchanged(SpecPath.Child("selector"), spec.Selector, before.Selector, ShownValue.Record);
        // Where a Job that is suspended and never began will run may still be said.
        var isOpen = before.Suspend == true && old.Status.StartTime is null;
        var template = isOpen ? JobValidation.WithPlacementOf(before.Template, spec.Template) : before.Template;
        errors.RequireUnchanged(SpecPath.Child("template"), spec.Template, template, ShownValue.Record);
        errors.RequireUnchanged(SpecPath.Child("completionMode"), spec.CompletionMode, before.CompletionMode);
        errors.RequireUnchanged(SpecPath.Child("podFailurePolicy"), spec.PodFailurePolicy, before.PodFailurePolicy, ShownValue.Record);
        errors.RequireUnchanged(SpecPath.Child("backoffLimitPerIndex"), spec.BackoffLimitPerIndex, before.BackoffLimitPerIndex, ShownValue.Number);
        errors.RequireUnchanged(SpecPath.Child("managedBy"), spec.ManagedBy, before.ManagedBy);
        errors.RequireUnchanged(SpecPath.Child("successPolicy"), spec.SuccessPolicy, before.SuccessPolicy, ShownValue.Record);
    }

    protected override void CheckStatusUpdate(Job updated, Job old, FieldErrors errors) => JobStatusValidation.Check(updated, old, StatusPath, errors);

    /// <summary>What the server makes must be what it would make: else the Job would select pods of others.</summary>
    private static void CheckGeneratedSelector(Job job, FieldErrors errors)
    {
        if (job.Spec.ManualSelector == true || job.Spec.Selector is not { } selector)
        {
            return;
        }
        var path = SpecPath.Child("template").Child("metadata");
        var labels = job.Spec.Template.Metadata.Labels;
        var (uid, name) = (job.Metadata.Uid, job.Metadata.Name);
        foreach (var (key, expected) in new[]
        {
            (JobLabels.LegacyControllerUid, uid), (JobLabels.LegacyJobName, name), (JobLabels.ControllerUid, uid), (JobLabels.JobName, name),
        })
        {
            if (!labels.TryGetValue(key, out var actual))
            {
                errors.Add(FieldError.Required(path.Child("labels").Key(key), $"must be '{expected}'"));
            }
            else if (actual != expected)
            {
                errors.Add(FieldError.InvalidJson(path.Child("labels").Key(key), ShownValue.Map(labels), $"must be '{expected}'"));
            }
        }
        var generated = Values.ValueMap.Of(
            (JobLabels.LegacyControllerUid, uid), (JobLabels.LegacyJobName, name), (JobLabels.ControllerUid, uid), (JobLabels.JobName, name));
        if (Selectors.LabelMatcher.TryFrom(selector, out var matcher, out _) && !matcher.Matches(generated))
        {
            errors.Add(FieldError.InvalidJson(SpecPath.Child("selector"), ShownValue.Record(selector), "`selector` not auto-generated"));
        }
    }
}

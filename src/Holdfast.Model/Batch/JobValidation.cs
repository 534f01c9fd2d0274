using System.Collections.Immutable;
using Holdfast.Model.Core;
using Holdfast.Model.Rules;
using Holdfast.Model.Selectors;

namespace Holdfast.Model.Batch;

/// <summary>What holds for the specs of Jobs, in Kubernetes' order and words. Policies are checked beside.</summary>
internal static class JobValidation
{
    public const int HighCompletions = 100_000;
    public const int HighParallelism = 10_000;
    private const int MaxIndexedParallelism = 100_000;
    private const int MaxManagedByBytes = 63;
    private const string Indexed = "Indexed";

    private static readonly ImmutableArray<string> ReplacementPolicies = ["Failed", "TerminatingOrFailed"];

    /// <summary>Checks the spec of a Job, which has a selector.</summary>
    public static void CheckWithSelector(JobSpec spec, FieldPath path, FieldErrors errors)
    {
        CheckSpec(spec, path, errors);
        if (spec.Selector is null)
        {
            errors.Add(FieldError.Required(path.Child("selector")));
        }
        else
        {
            Rules.LabelSelectorValidation.Check(spec.Selector, path.Child("selector"), errors);
        }
        if (LabelMatcher.TryFrom(spec.Selector, out var matcher, out _) && !matcher.Matches(spec.Template.Metadata.Labels))
        {
            errors.Add(FieldError.InvalidJson(
                path.Child("template").Child("metadata").Child("labels"), ShownValue.Map(spec.Template.Metadata.Labels), "`selector` does not match template `labels`"));
        }
    }

    /// <summary>Checks the spec of a Job, or of the Jobs of a CronJob.</summary>
    public static void CheckSpec(JobSpec spec, FieldPath path, FieldErrors errors)
    {
        errors.RequireNotNegative(path, "parallelism", spec.Parallelism ?? 0);
        errors.RequireNotNegative(path, "completions", spec.Completions ?? 0);
        errors.RequireNotNegative(path, "activeDeadlineSeconds", spec.ActiveDeadlineSeconds ?? 0);
        errors.RequireNotNegative(path, "backoffLimit", spec.BackoffLimit ?? 0);
        errors.RequireNotNegative(path, "ttlSecondsAfterFinished", spec.TtlSecondsAfterFinished ?? 0);
        errors.RequireNotNegative(path, "backoffLimitPerIndex", spec.BackoffLimitPerIndex ?? 0);
        errors.RequireNotNegative(path, "maxFailedIndexes", spec.MaxFailedIndexes ?? 0);
        if (spec is { MaxFailedIndexes: not null, BackoffLimitPerIndex: null })
        {
            errors.Add(FieldError.Required(path.Child("backoffLimitPerIndex"), "when maxFailedIndexes is specified"));
        }
        CheckManager(spec, path, errors);
        CheckMode(spec, path, errors);
        if (spec.PodFailurePolicy is { } failure)
        {
            JobPolicyValidation.CheckFailure(spec, failure, path.Child("podFailurePolicy").Child("rules"), errors);
        }
        if (spec.SuccessPolicy is { } success)
        {
            CheckSuccess(spec, success, path.Child("successPolicy"), errors);
        }
        if (spec.PodReplacementPolicy is { } replacement)
        {
            var supported = spec.PodFailurePolicy is null ? ReplacementPolicies : ["Failed"];
            errors.RequireOneOf(path, "podReplacementPolicy", replacement, supported);
        }
        CheckTemplate(spec, path.Child("template"), errors);
    }

    /// <summary>Completions stay as they are, but for an indexed Job whose parallelism follows them.</summary>
    public static void CheckCompletionsChange(JobSpec spec, JobSpec old, FieldPath path, FieldErrors errors)
    {
        if (spec.CompletionMode != Indexed)
        {
            errors.RequireUnchanged(path, spec.Completions, old.Completions, ShownValue.Number);
        }
        else if (spec.Completions != old.Completions && spec.Completions is { } completions && completions != spec.Parallelism)
        {
            errors.Add(FieldError.Invalid(path, (long)completions, "can only be modified in tandem with spec.parallelism"));
        }
    }

    /// <summary>A template with what another says of where its pods run.</summary>
    public static PodTemplateSpec WithPlacementOf(PodTemplateSpec template, PodTemplateSpec other)
    {
        var affinity = other.Spec.Affinity?.NodeAffinity is var wanted && (template.Spec.Affinity is not null || other.Spec.Affinity is not null)
            ? (template.Spec.Affinity ?? Affinity.Empty) with { NodeAffinity = wanted }
            : null;
        if (affinity == Affinity.Empty && other.Spec.Affinity is null)
        {
            affinity = null;
        }
        return template with
        {
            Metadata = template.Metadata with { Labels = other.Metadata.Labels, Annotations = other.Metadata.Annotations },
            Spec = template.Spec with
            {
                Affinity = affinity,
                NodeSelector = other.Spec.NodeSelector,
                Tolerations = other.Spec.Tolerations,
                SchedulingGates = other.Spec.SchedulingGates,
            },
        };
    }

    private static void CheckManager(JobSpec spec, FieldPath path, FieldErrors errors)
    {
        if (spec.ManagedBy is not { } manager)
        {
            return;
        }
        var at = path.Child("managedBy");
        if (manager.Length == 0)
        {
            errors.Add(FieldError.Required(at));
        }
        else if (manager.IndexOf('/', StringComparison.Ordinal) is var slash && (slash <= 0 || slash == manager.Length - 1))
        {
            errors.Add(FieldError.Invalid(at, manager, "must be a domain-prefixed path (such as \"acme.io/foo\")"));
        }
        if (manager.Length > MaxManagedByBytes)
        {
            errors.Add(FieldError.TooLong(at, MaxManagedByBytes));
        }
    }

    private static void CheckMode(JobSpec spec, FieldPath path, FieldErrors errors)
    {
        if (spec.CompletionMode is not null and not ("NonIndexed" or Indexed))
        {
            errors.Add(FieldError.NotSupported(path.Child("completionMode"), spec.CompletionMode, "NonIndexed", Indexed));
        }
        if (spec.CompletionMode == Indexed)
        {
            CheckIndexed(spec, path, errors);
        }
        else if (spec.CompletionMode is null or "NonIndexed")
        {
            RequireAbsent("backoffLimitPerIndex", spec.BackoffLimitPerIndex);
            RequireAbsent("maxFailedIndexes", spec.MaxFailedIndexes);
        }

        void RequireAbsent(string field, int? value)
        {
            if (value is { } given)
            {
                errors.Add(FieldError.Invalid(path.Child(field), (long)given, "requires indexed completion mode"));
            }
        }
    }

    private static void CheckIndexed(JobSpec spec, FieldPath path, FieldErrors errors)
    {
        if (spec.Completions is null)
        {
            errors.Add(FieldError.Required(path.Child("completions"), "when completion mode is Indexed"));
        }
        RequireAtMost("parallelism", spec.Parallelism, MaxIndexedParallelism, $"must be less than or equal to {MaxIndexedParallelism} when completion mode is Indexed");
        RequireAtMost("maxFailedIndexes", spec.MaxFailedIndexes, spec.Completions ?? int.MaxValue, "must be less than or equal to completions");
        RequireAtMost("maxFailedIndexes", spec.MaxFailedIndexes, HighCompletions, $"must be less than or equal to {HighCompletions}");
        if (spec is { Completions: > HighCompletions, BackoffLimitPerIndex: not null })
        {
            var words = $"must be less than or equal to {HighParallelism} when completions are above {HighCompletions} and used with backoff limit per index";
            if (spec.MaxFailedIndexes is null)
            {
                errors.Add(FieldError.Required(path.Child("maxFailedIndexes"), $"must be specified when completions is above {HighCompletions}"));
            }
            RequireAtMost("parallelism", spec.Parallelism, HighParallelism, words);
            RequireAtMost("maxFailedIndexes", spec.MaxFailedIndexes, HighParallelism, words);
        }

        void RequireAtMost(string field, int? value, int most, string words)
        {
            if (value > most)
            {
                errors.Add(FieldError.Invalid(path.Child(field), (long)value, words));
            }
        }
    }

    private static void CheckSuccess(JobSpec spec, SuccessPolicy policy, FieldPath path, FieldErrors errors)
    {
        if (spec.CompletionMode == Indexed)
        {
            JobPolicyValidation.CheckSuccess(policy, spec.Completions ?? 0, path.Child("rules"), errors);
        }
        else
        {
            errors.Add(FieldError.InvalidJson(path, ShownValue.Record(policy), "requires indexed completion mode"));
        }
    }

    private static void CheckTemplate(JobSpec spec, FieldPath path, FieldErrors errors)
    {
        PodTemplateValidation.Check(spec.Template, path, errors, []);
        var policy = spec.Template.Spec.RestartPolicy;
        var at = path.Child("spec").Child("restartPolicy");
        if (policy is "Always" or "")
        {
            errors.Add(FieldError.Required(at, "valid values: \"OnFailure\", \"Never\""));
        }
        else if (policy is not ("OnFailure" or "Never"))
        {
            errors.Add(FieldError.NotSupported(at, policy, "OnFailure", "Never"));
        }
        else if (spec.PodFailurePolicy is not null && policy != "Never")
        {
            errors.Add(FieldError.Invalid(at, policy, "only \"Never\" is supported when podFailurePolicy is specified"));
        }
    }
}

using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.Batch;

/// <summary>What holds for the policies by which Jobs fail and succeed, in Kubernetes' order and words.</summary>
internal static class JobPolicyValidation
{
    private const int MaxRules = 20;
    private const int MaxExitCodes = 255;
    private const int MaxIndexesBytes = 64 * 1024;

    private static readonly ImmutableArray<string> Actions = ["Count", "FailIndex", "FailJob", "Ignore"];
    private static readonly ImmutableArray<string> Operators = ["In", "NotIn"];
    private static readonly ImmutableArray<string> Statuses = ["False", "True", "Unknown"];

    public static void CheckFailure(JobSpec spec, PodFailurePolicy policy, FieldPath path, FieldErrors errors)
    {
        if (policy.Rules.Count > MaxRules)
        {
            errors.Add(FieldError.TooMany(path, policy.Rules.Count, MaxRules));
        }
        var names = spec.Template.Spec.Containers.Concat(spec.Template.Spec.InitContainers).Select(container => container.Name).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < policy.Rules.Count; i++)
        {
            CheckRule(spec, policy.Rules[i], names, path.Index(i), errors);
        }
    }

    public static void CheckSuccess(SuccessPolicy policy, int completions, FieldPath path, FieldErrors errors)
    {
        if (policy.Rules.IsEmpty)
        {
            errors.Add(FieldError.Required(path, "at least one rules must be specified when the successPolicy is specified"));
        }
        if (policy.Rules.Count > MaxRules)
        {
            errors.Add(FieldError.TooMany(path, policy.Rules.Count, MaxRules));
        }
        for (var i = 0; i < policy.Rules.Count; i++)
        {
            CheckSuccessRule(policy.Rules[i], completions, path.Index(i), errors);
        }
    }

    private static void CheckRule(JobSpec spec, PodFailurePolicyRule rule, HashSet<string> names, FieldPath path, FieldErrors errors)
    {
        if (rule.Action.Length == 0)
        {
            errors.Add(FieldError.Required(path.Child("action"), Valid(Actions)));
        }
        else if (rule.Action == "FailIndex" && spec.BackoffLimitPerIndex is null)
        {
            errors.Add(FieldError.Invalid(path.Child("action"), rule.Action, "requires the backoffLimitPerIndex to be set"));
        }
        else
        {
            errors.RequireOneOf(path, "action", rule.Action, Actions);
        }
        if (rule.OnExitCodes is { } codes)
        {
            CheckExitCodes(codes, names, path.Child("onExitCodes"), errors);
        }
        CheckConditions(rule.OnPodConditions, path.Child("onPodConditions"), errors);
        var problem = (rule.OnExitCodes is not null, !rule.OnPodConditions.IsEmpty) switch
        {
            (true, true) => "specifying both OnExitCodes and OnPodConditions is not supported",
            (false, false) => "specifying one of OnExitCodes and OnPodConditions is required",
            _ => "",
        };
        if (problem.Length > 0)
        {
            errors.Add(new(FieldErrorType.FieldValueInvalid, path.ToString(), $"Invalid value: {problem}"));
        }
    }

    private static void CheckConditions(ValueList<PodFailurePolicyOnPodConditionsPattern> patterns, FieldPath path, FieldErrors errors)
    {
        if (patterns.Count > MaxRules)
        {
            errors.Add(FieldError.TooMany(path, patterns.Count, MaxRules));
        }
        for (var i = 0; i < patterns.Count; i++)
        {
            errors.RequireFormat(path.Index(i), "type", patterns[i].Type, TextFormats.QualifiedName);
            if (errors.Require(path.Index(i), "status", patterns[i].Status, Valid(Statuses)))
            {
                errors.RequireOneOf(path.Index(i), "status", patterns[i].Status, Statuses);
            }
        }
    }

    private static void CheckExitCodes(PodFailurePolicyOnExitCodesRequirement codes, HashSet<string> names, FieldPath path, FieldErrors errors)
    {
        if (errors.Require(path, "operator", codes.Operator, Valid(Operators)))
        {
            errors.RequireOneOf(path, "operator", codes.Operator, Operators);
        }
        if (codes.ContainerName is { } name && !names.Contains(name))
        {
            errors.Add(FieldError.Invalid(path.Child("containerName"), name, "must be one of the container or initContainer names in the pod template"));
        }
        var at = path.Child("values");
        if (codes.Values.IsEmpty)
        {
            errors.Add(FieldError.InvalidJson(at, "null", "at least one value is required"));
        }
        else if (codes.Values.Count > MaxExitCodes)
        {
            errors.Add(FieldError.TooMany(at, codes.Values.Count, MaxExitCodes));
        }
        var seen = new HashSet<int>();
        for (var i = 0; i < codes.Values.Count; i++)
        {
            if (codes is { Operator: "In" } && codes.Values[i] == 0)
            {
                errors.Add(FieldError.Invalid(at.Index(i), 0L, "must not be 0 for the In operator"));
            }
            if (!seen.Add(codes.Values[i]))
            {
                errors.Add(FieldError.DuplicateJson(at.Index(i), ShownValue.Number(codes.Values[i])));
            }
        }
        if (!codes.Values.SequenceEqual(codes.Values.Order()))
        {
            errors.Add(FieldError.InvalidJson(at, $"[{string.Join(',', codes.Values.Select(value => value.ToString(CultureInfo.InvariantCulture)))}]", "must be ordered"));
        }
    }

    private static void CheckSuccessRule(SuccessPolicyRule rule, int completions, FieldPath path, FieldErrors errors)
    {
        if (rule is { SucceededCount: null, SucceededIndexes: null })
        {
            errors.Add(FieldError.Required(path, "at least one of succeededCount or succeededIndexes must be specified"));
        }
        var named = 0;
        if (rule.SucceededIndexes is { } indexes)
        {
            if (indexes.Length > MaxIndexesBytes)
            {
                errors.Add(FieldError.TooLong(path.Child("succeededIndexes"), MaxIndexesBytes));
            }
            if (CompletionIndexes.Problem(indexes, completions, out named) is { } problem)
            {
                errors.Add(FieldError.Invalid(path.Child("succeededIndexes"), indexes, $"error parsing succeededIndexes: {problem}"));
            }
        }
        if (rule.SucceededCount is { } count)
        {
            errors.RequireNotNegative(path, "succeededCount", count);
            if (count > completions)
            {
                errors.Add(FieldError.Invalid(path.Child("succeededCount"), (long)count, $"must be less than or equal to {completions} (the number of specified completions)"));
            }
            if (rule.SucceededIndexes is not null && count > named)
            {
                errors.Add(FieldError.Invalid(
                    path.Child("succeededCount"), (long)count, $"must be less than or equal to {named} (the number of indexes in the specified succeededIndexes field)"));
            }
        }
    }

    private static string Valid(ImmutableArray<string> values) => $"valid values: [{string.Join(' ', values.Select(value => $"\"{value}\""))}]";
}

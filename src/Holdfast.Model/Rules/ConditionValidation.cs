using System.Collections.Immutable;
using Holdfast.Model.Meta;
using Holdfast.Model.Values;

namespace Holdfast.Model.Rules;

/// <summary>What holds for the conditions of a status.</summary>
public static class ConditionValidation
{
    private const int MaxReasonBytes = 1024;
    private const int MaxMessageBytes = 32 * 1024;

    private static readonly ImmutableArray<string> Statuses = ["False", "True", "Unknown"];

    /// <summary>Checks conditions.</summary>
    /// <param name="conditions">The conditions.</param>
    /// <param name="path">Where they are.</param>
    /// <param name="errors">Where problems go.</param>
    public static void Check(ValueList<Condition> conditions, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < conditions.Count; i++)
        {
            if (conditions.Take(i).Any(other => other.Type == conditions[i].Type))
            {
                errors.Add(FieldError.Duplicate(path.Index(i).Child("type"), conditions[i].Type));
            }
            CheckOne(conditions[i], path.Index(i), errors);
        }
    }

    private static void CheckOne(Condition condition, FieldPath path, FieldErrors errors)
    {
        errors.RequireFormat(path, "type", condition.Type, TextFormats.QualifiedName);
        errors.RequireOneOf(path, "status", condition.Status, Statuses);
        if (condition.ObservedGeneration < 0)
        {
            errors.Add(FieldError.Invalid(path.Child("observedGeneration"), condition.ObservedGeneration, "must be greater than or equal to zero"));
        }
        if (condition.LastTransitionTime is null)
        {
            errors.Add(FieldError.Required(path.Child("lastTransitionTime"), "must be set"));
        }
        if (errors.Require(path, "reason", condition.Reason, "must be set"))
        {
            errors.RequireFormat(path, "reason", condition.Reason, TextFormats.ConditionReason);
            if (condition.Reason.Length > MaxReasonBytes)
            {
                errors.Add(FieldError.TooLong(path.Child("reason"), MaxReasonBytes));
            }
        }
        if (condition.Message.Length > MaxMessageBytes)
        {
            errors.Add(FieldError.TooLong(path.Child("message"), MaxMessageBytes));
        }
    }
}

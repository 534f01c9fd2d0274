using System.Collections.Immutable;
using System.Buffers;
using Holdfast.Model.Rules;

namespace Holdfast.Model.ApiExtensions;

/// <summary>What holds for rules (<c>x-kubernetes-validations</c>) before their expressions are looked at.</summary>
internal static class ExpressionFieldValidation
{
    private static readonly ImmutableArray<string> Reasons = ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];
    private static readonly SearchValues<char> LineBreaks = SearchValues.Create("\n\r");

    public static void Check(JSONSchemaProps schema, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < schema.XKubernetesValidations.Count; i++)
        {
            var (rule, at) = (schema.XKubernetesValidations[i], path.Index(i));
            CheckMessage(rule, at, errors);
            if (rule.MessageExpression.Length > 0 && rule.MessageExpression.Trim().Length == 0)
            {
                errors.Add(FieldError.Required(at.Child("messageExpression"), "messageExpression must be non-empty if specified"));
            }
            if (rule.Reason is { } reason)
            {
                errors.RequireOneOf(at, "reason", reason, Reasons);
            }
            CheckFieldPath(schema, rule.FieldPath, at.Child("fieldPath"), errors);
        }
    }

    private static void CheckMessage(ValidationRule rule, FieldPath path, FieldErrors errors)
    {
        var (text, message) = (rule.Rule.Trim(), rule.Message.Trim());
        if (text.Length == 0)
        {
            errors.Add(FieldError.Required(path.Child("rule"), "rule is not specified"));
        }
        else if (rule.Message.Length > 0 && message.Length == 0)
        {
            errors.Add(FieldError.Invalid(path.Child("message"), rule.Message, "message must be non-empty if specified"));
        }
        else if (HasLineBreaks(message))
        {
            errors.Add(FieldError.Invalid(path.Child("message"), rule.Message, "message must not contain line breaks"));
        }
        else if (HasLineBreaks(text) && message.Length == 0)
        {
            errors.Add(FieldError.Required(path.Child("message"), "message must be specified if rule contains line breaks"));
        }
    }

    private static void CheckFieldPath(JSONSchemaProps schema, string text, FieldPath path, FieldErrors errors)
    {
        if (text.Length == 0)
        {
            return;
        }
        if (text.Trim().Length == 0)
        {
            errors.Add(FieldError.Invalid(path, text, "fieldPath must be non-empty if specified"));
        }
        if (HasLineBreaks(text))
        {
            errors.Add(FieldError.Invalid(path, text, "fieldPath must not contain line breaks"));
        }
        if (SchemaFieldPath.Find(schema, text, out _) is null)
        {
            errors.Add(FieldError.Invalid(path, text, "fieldPath must be a valid path"));
        }
    }

    private static bool HasLineBreaks(string text) => text.AsSpan().ContainsAny(LineBreaks);
}

using System.Text.Json;
using Holdfast.Cel;
using Holdfast.Model.CustomResources;
using Holdfast.Model.Rules;

namespace Holdfast.ApiServer.CustomResources.Expressions;

/// <summary>Evaluates the rules of a schema for one object, within one budget.</summary>
/// <param name="errors">Where problems go.</param>
/// <param name="budget">What all evaluations together may cost.</param>
internal sealed class ExpressionCheck(FieldErrors errors, CelCost budget)
{
    /// <summary>Checks a value and everything below it.</summary>
    /// <param name="node">Its rules.</param>
    /// <param name="value">The value.</param>
    /// <param name="old">The same value before; undefined when there was none.</param>
    /// <param name="path">Where it is; null for the object itself.</param>
    public void Run(SchemaExpressions.Node node, JsonElement value, JsonElement old, FieldPath? path)
    {
        if (value.ValueKind == JsonValueKind.Null || budget.IsExceeded)
            return;
        CheckRules(node, value, old, path);
        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in value.EnumerateObject())
            {
                if ((node.Properties.GetValueOrDefault(member.Name) ?? node.Values) is { } below)
                    Run(below, member.Value, Member(old, member.Name), path?.Child(member.Name) ?? FieldPath.Root(member.Name));
            }
        }
        else if (value.ValueKind == JsonValueKind.Array && node.Items is { } items)
        {
            var correlation = new ListCorrelation(old, node.Schema);
            var index = 0;
            foreach (var item in value.EnumerateArray())
                Run(items, item, correlation.Find(item), (path ?? FieldPath.Root("<nil>")).Index(index++));
        }
    }

    private static JsonElement Member(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var member) ? member : default;

    private void CheckRules(SchemaExpressions.Node node, JsonElement value, JsonElement old, FieldPath? path)
    {
        if (node.Rules.IsEmpty)
            return;
        var hasOld = old.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);
        var isUnchanged = hasOld && JsonElement.DeepEquals(value, old);
        var (now, before) = (CelValue.FromJson(value, node.Type), hasOld ? CelValue.FromJson(old, node.Type) : null);
        foreach (var rule in node.Rules)
        {
            if (rule.IsTransition ? hasOld || rule.HasOptionalOld : !isUnchanged)
                CheckRule(rule, rule.Activation(now, before), node.Schema.Type, path);
            if (budget.IsExceeded)
                return;
        }
    }

    private void CheckRule(SchemaRule rule, CelActivation activation, string type, FieldPath? path)
    {
        var at = path ?? FieldPath.Root("<nil>");
        switch (rule.Program.Evaluate(activation, budget))
        {
            case CelBool { Value: true }:
                break;
            case CelError { Kind: CelErrorKind.CostExceeded } failure:
                errors.Add(FieldError.Invalid(at, type, $"'{failure.Message}': no further validation rules will be run due to call cost exceeds limit for rule: {rule.Words}"));
                break;
            case CelError failure when failure.Message.StartsWith("no such overload", StringComparison.Ordinal):
                errors.Add(FieldError.Invalid(at, type, $"'{failure.Message}': call arguments did not match a supported operator, function or macro signature for rule: {rule.Words}"));
                break;
            case CelError failure:
                errors.Add(FieldError.Invalid(at, type, $"{failure.Message} evaluating rule: {rule.Words}"));
                break;
            default:
                errors.Add(Refusal(rule, MessageOf(rule, activation), type, path));
                break;
        }
    }

    // A message that cannot be made, or is none, leaves the rule's own words.
    private string MessageOf(SchemaRule rule, CelActivation activation) =>
        rule.Message?.Evaluate(activation, budget) is CelString text && text.Value.Trim() is { Length: > 0 } made && !made.AsSpan().ContainsAny('\n', '\r')
            ? made
            : rule.Refusal;

    private static FieldError Refusal(SchemaRule rule, string message, string type, FieldPath? path)
    {
        foreach (var name in rule.FieldPath)
            path = path?.Child(name) ?? FieldPath.Root(name);
        var at = path ?? FieldPath.Root("<nil>");
        return rule.Source.Reason switch
        {
            "FieldValueRequired" => FieldError.Required(at, message),
            "FieldValueForbidden" => FieldError.Forbidden(at, message),
            "FieldValueDuplicate" => FieldError.Duplicate(at, type),
            _ => FieldError.Invalid(at, type, message),
        };
    }
}

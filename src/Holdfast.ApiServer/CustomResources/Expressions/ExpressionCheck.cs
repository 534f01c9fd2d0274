using System.Text;
using System.Text.Json;
using Holdfast.Cel;
using Holdfast.Model.CustomResources;
using Holdfast.Model.Rules;

namespace Holdfast.ApiServer.CustomResources.Expressions;

/// <summary>Evaluates the rules of a schema for one object, each within its own budget and all within one.</summary>
/// <param name="errors">Where problems go.</param>
/// <param name="skipsUnchanged">Whether what did not change is only checked by rules that compare it with what it was.</param>
internal sealed class ExpressionCheck(FieldErrors errors, bool skipsUnchanged)
{
    // As Kubernetes bounds them.
    private const long AllRules = 10_000_000;
    private const int LongestMessage = 5 * 1024;
    private const string Exhausted = "validation failed due to running out of cost budget, no further validation rules will be run";

    private long _budget = AllRules;
    private bool _isStopped;

    /// <summary>Checks a value and everything below it.</summary>
    /// <param name="node">Its rules.</param>
    /// <param name="value">The value.</param>
    /// <param name="old">The same value before; undefined when there was none, or when it cannot be known which it was.</param>
    /// <param name="path">Where it is; null for the object itself.</param>
    public void Run(SchemaExpressions.Node node, JsonElement value, JsonElement old, FieldPath? path) => Run(node, value, old, path, isPartOfUnchanged: false);

    private void Run(SchemaExpressions.Node node, JsonElement value, JsonElement old, FieldPath? path, bool isPartOfUnchanged)
    {
        if (value.ValueKind == JsonValueKind.Null || _isStopped)
            return;
        var hasOld = old.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);
        var isUnchanged = isPartOfUnchanged || (skipsUnchanged && hasOld && JsonElement.DeepEquals(value, old));
        CheckRules(node, value, old, path, isUnchanged);
        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in value.EnumerateObject())
            {
                if (node.Properties.GetValueOrDefault(member.Name) is { } property)
                    Run(property, member.Value, Member(old, member.Name), path?.Child(member.Name) ?? FieldPath.Root(member.Name), isUnchanged);
                else if (node.Values is { } values)
                    Run(values, member.Value, Member(old, member.Name), (path ?? FieldPath.Root("<nil>")).Key(member.Name), isUnchanged);
            }
        }
        else if (value.ValueKind == JsonValueKind.Array && node.Items is { } items)
        {
            var correlation = new ListCorrelation(old, node.Schema);
            var index = 0;
            foreach (var item in value.EnumerateArray())
                Run(items, item, correlation.Find(item), (path ?? FieldPath.Root("<nil>")).Index(index++), isUnchanged);
        }
    }

    private static JsonElement Member(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var member) ? member : default;

    private void CheckRules(SchemaExpressions.Node node, JsonElement value, JsonElement old, FieldPath? path, bool isUnchanged)
    {
        if (node.Rules.IsEmpty)
            return;
        var hasOld = old.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);
        var (now, before) = (CelValue.FromJson(value, node.Type), hasOld ? CelValue.FromJson(old, node.Type) : null);
        foreach (var rule in node.Rules)
        {
            if (rule.IsTransition ? hasOld || rule.HasOptionalOld : !isUnchanged)
                CheckRule(rule, rule.Activation(now, before), value, node.Schema.Type, path);
            if (_isStopped)
                return;
        }
    }

    private void CheckRule(SchemaRule rule, CelActivation activation, JsonElement value, string type, FieldPath? path)
    {
        var at = path ?? FieldPath.Root("<nil>");
        switch (Evaluate(rule.Program, activation))
        {
            case CelBool { Value: true }:
                break;
            case null:
                errors.Add(FieldError.Invalid(at, type, Exhausted));
                break;
            case CelError { Kind: CelErrorKind.CostExceeded } failure:
                _isStopped = true;
                errors.Add(FieldError.Invalid(at, type, $"'{failure.Message}': no further validation rules will be run due to call cost exceeds limit for rule: {rule.Words}"));
                break;
            case CelError failure when failure.Message.StartsWith("no such overload", StringComparison.Ordinal):
                errors.Add(FieldError.Invalid(at, type, $"'{failure.Message}': call arguments did not match a supported operator, function or macro signature for rule: {rule.Words}"));
                break;
            case CelError failure:
                errors.Add(FieldError.Invalid(at, type, $"{failure.Message} evaluating rule: {rule.Words}"));
                break;
            default:
                Refuse(rule, activation, value, type, path);
                break;
        }
    }

    // Null when it costs more than is left.
    private CelValue? Evaluate(CelProgram program, CelActivation activation)
    {
        if (_budget > 0)
        {
            var cost = new CelCost();
            var result = program.Evaluate(activation, cost);
            if (cost.IsExceeded)
                return result;
            _budget -= cost.Spent;
            if (_budget >= 0)
                return result;
        }
        _isStopped = true;
        return null;
    }

    private void Refuse(SchemaRule rule, CelActivation activation, JsonElement value, string type, FieldPath? path)
    {
        foreach (var step in rule.FieldPath)
            path = step.IsKey ? (path ?? FieldPath.Root("<nil>")).Key(step.Name) : path?.Child(step.Name) ?? FieldPath.Root(step.Name);
        var at = path ?? FieldPath.Root("<nil>");
        var message = rule.Message is null ? rule.Refusal : MessageOf(rule, rule.Message, activation, out var failure) ?? failure;
        if (_isStopped)
        {
            errors.Add(FieldError.Invalid(at, type, message));
            return;
        }
        errors.Add(rule.Source.Reason switch
        {
            "FieldValueRequired" => FieldError.Required(at, message),
            "FieldValueForbidden" => FieldError.Forbidden(at, message),
            "FieldValueDuplicate" => new(FieldErrorType.FieldValueDuplicate, at.ToString(), Shown("Duplicate value", value)),
            _ => new(FieldErrorType.FieldValueInvalid, at.ToString(), $"{Shown("Invalid value", value)}: {message}"),
        });
    }

    // Objects and lists are not shown: they may be large, and say little.
    private static string Shown(string words, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object or JsonValueKind.Array => words,
        JsonValueKind.String => $"{words}: {QuotedText.Quote(value.GetString()!)}",
        _ => $"{words}: {value.GetRawText()}",
    };

    // A message that cannot be made, or is none, leaves the rule's own words; one that costs too much ends the check.
    private string? MessageOf(SchemaRule rule, CelProgram expression, CelActivation activation, out string failure)
    {
        failure = rule.Refusal;
        switch (Evaluate(expression, activation))
        {
            case CelString text when text.Value.Trim() is { Length: > 0 } made && !made.Contains('\n', StringComparison.Ordinal) && Encoding.UTF8.GetByteCount(made) <= LongestMessage:
                return made;
            case CelError { Kind: CelErrorKind.CostExceeded }:
                _isStopped = true;
                failure = $"no further validation rules will be run due to call cost exceeds limit for messageExpression: {QuotedText.Quote(expression.Text)}";
                return null;
            case null:
                failure = "messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run";
                return null;
            default:
                return null;
        }
    }
}

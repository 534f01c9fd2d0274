using System.Collections.Immutable;
using Holdfast.Model.Meta;
using Holdfast.Model.Rules;

namespace Holdfast.Model.Selectors;

/// <summary>Finds every problem of a label selector inside an object.</summary>
public static class LabelSelectorValidation
{
    /// <summary>All problems of a selector; none for an absent one.</summary>
    /// <param name="selector">The selector, or null.</param>
    /// <param name="path">Its field's path, such as <c>spec.selector</c>.</param>
    public static ImmutableArray<FieldError> Validate(LabelSelector? selector, string path)
    {
        if (selector is null)
        {
            return [];
        }
        var errors = ImmutableArray.CreateBuilder<FieldError>();
        foreach (var (key, value) in selector.MatchLabels)
        {
            AddInvalid(errors, $"{path}.matchLabels", key, LabelSyntax.KeyProblems(key));
            AddInvalid(errors, $"{path}.matchLabels", value, LabelSyntax.ValueProblems(value));
        }
        for (var i = 0; i < selector.MatchExpressions.Count; i++)
        {
            AddExpression(errors, selector.MatchExpressions[i], $"{path}.matchExpressions[{i}]");
        }
        return errors.DrainToImmutable();
    }

    /// <summary>The operator that an expression names, or null.</summary>
    /// <param name="name">The name, such as <c>NotIn</c>.</param>
    internal static SelectorOperator? OperatorOf(string name) => name switch
    {
        "In" => SelectorOperator.In,
        "NotIn" => SelectorOperator.NotIn,
        "Exists" => SelectorOperator.Exists,
        "DoesNotExist" => SelectorOperator.DoesNotExist,
        _ => null,
    };

    private static void AddExpression(ImmutableArray<FieldError>.Builder errors, LabelSelectorRequirement expression, string path)
    {
        switch (OperatorOf(expression.Operator))
        {
            case SelectorOperator.In or SelectorOperator.NotIn when expression.Values.IsEmpty:
                errors.Add(new(FieldErrorType.FieldValueRequired, $"{path}.values", "Required value: must be specified when `operator` is 'In' or 'NotIn'"));
                break;
            case SelectorOperator.Exists or SelectorOperator.DoesNotExist when !expression.Values.IsEmpty:
                errors.Add(new(FieldErrorType.FieldValueForbidden, $"{path}.values", "Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
                break;
            case null:
                AddInvalid(errors, $"{path}.operator", expression.Operator, ["not a valid selector operator"]);
                break;
            default:
                break;
        }
        AddInvalid(errors, $"{path}.key", expression.Key, LabelSyntax.KeyProblems(expression.Key));
        for (var i = 0; i < expression.Values.Count; i++)
        {
            AddInvalid(errors, $"{path}.values[{i}]", expression.Values[i], LabelSyntax.ValueProblems(expression.Values[i]));
        }
    }

    private static void AddInvalid(ImmutableArray<FieldError>.Builder errors, string path, string value, ImmutableArray<string> problems)
    {
        foreach (var problem in problems)
        {
            errors.Add(new(FieldErrorType.FieldValueInvalid, path, $"Invalid value: {RequirementSyntax.Quote(value)}: {problem}"));
        }
    }
}

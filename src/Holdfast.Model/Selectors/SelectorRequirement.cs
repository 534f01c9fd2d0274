using System.Globalization;
using Holdfast.Model.Values;

namespace Holdfast.Model.Selectors;

/// <summary>How a requirement relates a label to its values.</summary>
public enum SelectorOperator
{
    /// <summary>The label is there: <c>a</c>.</summary>
    Exists,

    /// <summary>The label is not there: <c>!a</c>.</summary>
    DoesNotExist,

    /// <summary>The label has one of the values: <c>a in (x,y)</c>.</summary>
    In,

    /// <summary>The label is not there or has none of the values: <c>a notin (x,y)</c>.</summary>
    NotIn,

    /// <summary>The label has the value: <c>a=x</c>.</summary>
    Equals,

    /// <summary>The label has the value, written <c>a==x</c>.</summary>
    DoubleEquals,

    /// <summary>The label is not there or has another value: <c>a!=x</c>.</summary>
    NotEquals,

    /// <summary>The label is a whole number above the value: <c>a&gt;1</c>.</summary>
    GreaterThan,

    /// <summary>The label is a whole number below the value: <c>a&lt;1</c>.</summary>
    LessThan,
}

/// <summary>One condition that labels must meet.</summary>
/// <param name="Key">The label's name.</param>
/// <param name="Operator">How it relates to the values.</param>
/// <param name="Values">The values; none, one or several as the operator wants.</param>
public sealed record SelectorRequirement(string Key, SelectorOperator Operator, ValueList<string> Values)
{
    /// <summary>Whether labels meet the condition; allocates nothing.</summary>
    /// <param name="labels">The labels.</param>
    public bool Matches(in ValueMap<string> labels)
    {
        var isThere = labels.TryGetValue(Key, out var value);
        return Operator switch
        {
            SelectorOperator.Exists => isThere,
            SelectorOperator.DoesNotExist => !isThere,
            SelectorOperator.In or SelectorOperator.Equals or SelectorOperator.DoubleEquals => isThere && HasValue(value!),
            SelectorOperator.NotIn or SelectorOperator.NotEquals => !isThere || !HasValue(value!),
            SelectorOperator.GreaterThan => isThere && TryCompare(value!, out var order) && order > 0,
            SelectorOperator.LessThan => isThere && TryCompare(value!, out var order) && order < 0,
            _ => false,
        };
    }

    /// <summary>The condition as it stands in a selector's text, with its values in order.</summary>
    public override string ToString() => Operator switch
    {
        SelectorOperator.Exists => Key,
        SelectorOperator.DoesNotExist => "!" + Key,
        SelectorOperator.In => $"{Key} in ({Sorted()})",
        SelectorOperator.NotIn => $"{Key} notin ({Sorted()})",
        SelectorOperator.Equals => $"{Key}={Values[0]}",
        SelectorOperator.DoubleEquals => $"{Key}=={Values[0]}",
        SelectorOperator.NotEquals => $"{Key}!={Values[0]}",
        SelectorOperator.GreaterThan => $"{Key}>{Values[0]}",
        _ => $"{Key}<{Values[0]}",
    };

    internal static bool TryParseBound(string text, out long number) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);

    private bool HasValue(string value)
    {
        foreach (var candidate in Values)
        {
            if (candidate == value)
            {
                return true;
            }
        }
        return false;
    }

    private bool TryCompare(string value, out int order)
    {
        var isNumber = TryParseBound(value, out var number) & TryParseBound(Values[0], out var bound);
        order = number.CompareTo(bound);
        return isNumber;
    }

    private string Sorted() => string.Join(',', Values.Order(StringComparer.Ordinal));
}

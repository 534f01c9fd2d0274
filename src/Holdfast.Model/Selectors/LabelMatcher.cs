using System.Collections.Immutable;
using Holdfast.Model.Meta;
using Holdfast.Model.Values;

namespace Holdfast.Model.Selectors;

/// <summary>
/// A label selector made ready for matching: all its requirements must hold. It is made from a
/// <see cref="LabelSelector"/> or from text such as <c>a=b,c!=d,e in (x,y),f notin (z),g,!h</c>. Matching allocates nothing.
/// </summary>
public sealed class LabelMatcher : IEquatable<LabelMatcher>
{
    private readonly SelectorRequirement[] _requirements;

    private LabelMatcher(IEnumerable<SelectorRequirement> requirements, bool selectsNothing = false)
    {
        // A stable order of keys makes the text of equal selectors equal.
        _requirements = [.. requirements.OrderBy(requirement => requirement.Key, StringComparer.Ordinal)];
        SelectsNothing = selectsNothing;
    }

    /// <summary>Selects every object.</summary>
    public static LabelMatcher Everything { get; } = new([]);

    /// <summary>Selects no object; what an absent <see cref="LabelSelector"/> means.</summary>
    public static LabelMatcher Nothing { get; } = new([], selectsNothing: true);

    /// <summary>The requirements in the order of their keys.</summary>
    public ImmutableArray<SelectorRequirement> Requirements => [.. _requirements];

    /// <summary>Whether every object is selected.</summary>
    public bool SelectsEverything => !SelectsNothing && _requirements.Length == 0;

    /// <summary>Whether no object can be selected.</summary>
    public bool SelectsNothing { get; }

    /// <summary>Selects what has all these labels; no label selects everything.</summary>
    /// <param name="labels">The labels, such as the selector of a Service.</param>
    public static LabelMatcher FromLabels(ValueMap<string> labels) =>
        new(labels.Select(label => new SelectorRequirement(label.Key, SelectorOperator.Equals, [label.Value])));

    /// <summary>Makes a selector ready; null selects nothing, an empty one everything.</summary>
    /// <param name="selector">The selector.</param>
    /// <exception cref="FormatException">It is not valid; check with <see cref="LabelSelectorValidation"/> before.</exception>
    public static LabelMatcher From(LabelSelector? selector) =>
        TryFrom(selector, out var matcher, out var error) ? matcher : throw new FormatException(error);

    /// <summary>Makes a selector ready or says why it is not valid.</summary>
    /// <param name="selector">The selector; null selects nothing, an empty one everything.</param>
    /// <param name="matcher">The matcher; one that selects nothing when this fails.</param>
    /// <param name="error">What is wrong, worded as Kubernetes does, or null.</param>
    public static bool TryFrom(LabelSelector? selector, out LabelMatcher matcher, out string? error)
    {
        (matcher, error) = (Nothing, null);
        if (selector is null)
        {
            return true;
        }
        var requirements = new List<SelectorRequirement>();
        foreach (var (key, value) in selector.MatchLabels)
        {
            requirements.Add(new(key, SelectorOperator.Equals, [value]));
        }
        foreach (var expression in selector.MatchExpressions)
        {
            if (LabelSelectorValidation.OperatorOf(expression.Operator) is not { } op)
            {
                error = $"\"{expression.Operator}\" is not a valid label selector operator";
                return false;
            }
            requirements.Add(new(expression.Key, op, expression.Values));
        }
        error = requirements.Select(RequirementSyntax.Problem).FirstOrDefault(problem => problem is not null);
        if (error is null)
        {
            matcher = new(requirements);
        }
        return error is null;
    }

    /// <summary>Reads a selector's text.</summary>
    /// <param name="text">The text; empty selects everything.</param>
    /// <exception cref="FormatException">It is not a selector.</exception>
    public static LabelMatcher Parse(string text) =>
        TryParse(text, out var matcher, out var error) ? matcher : throw new FormatException(error);

    /// <summary>Reads a selector's text or says what is wrong with it.</summary>
    /// <param name="text">The text; empty selects everything.</param>
    /// <param name="matcher">The matcher; one that selects nothing when this fails.</param>
    /// <param name="error">What is wrong, worded as Kubernetes does, or null.</param>
    public static bool TryParse(string text, out LabelMatcher matcher, out string? error)
    {
        error = new LabelSelectorParser(text).Parse(out var requirements);
        matcher = error is null ? new(requirements) : Nothing;
        return error is null;
    }

    /// <summary>Whether labels meet all requirements; allocates nothing.</summary>
    /// <param name="labels">The labels.</param>
    public bool Matches(in ValueMap<string> labels)
    {
        if (SelectsNothing)
        {
            return false;
        }
        foreach (var requirement in _requirements)
        {
            if (!requirement.Matches(labels))
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>The one value that the selector wants a label to have, or null when it leaves a choice.</summary>
    /// <param name="key">The label's name.</param>
    public string? RequiredValue(string key)
    {
        var first = Array.Find(_requirements, requirement => requirement.Key == key);
        return first is { Operator: SelectorOperator.Equals or SelectorOperator.DoubleEquals or SelectorOperator.In, Values.Count: 1 }
            ? first.Values[0]
            : null;
    }

    /// <summary>A matcher that wants both this one's requirements and the others'.</summary>
    /// <param name="other">The other matcher.</param>
    public LabelMatcher And(LabelMatcher other) =>
        SelectsNothing || other.SelectsNothing ? Nothing : new(_requirements.Concat(other._requirements));

    /// <inheritdoc/>
    public bool Equals(LabelMatcher? other) =>
        other is not null && SelectsNothing == other.SelectsNothing && _requirements.AsSpan().SequenceEqual(other._requirements);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as LabelMatcher);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>The selector's text; empty when it selects everything or nothing.</summary>
    public override string ToString() => string.Join(',', (IEnumerable<SelectorRequirement>)_requirements);
}

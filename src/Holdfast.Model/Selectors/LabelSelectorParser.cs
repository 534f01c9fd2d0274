using Holdfast.Model.Values;

namespace Holdfast.Model.Selectors;

/// <summary>Reads the text of label selectors; what is wrong is worded as Kubernetes words it.</summary>
internal sealed class LabelSelectorParser
{
    private const string Operators = "in, notin, =, ==, !=, gt, lt";

    private readonly List<(SelectorToken Token, string Text)> _words = [];
    private int _position;

    internal LabelSelectorParser(string text)
    {
        var scanner = new LabelSelectorScanner(text);
        do
        {
            _words.Add(scanner.Next());
        }
        while (_words[^1].Token != SelectorToken.End);
    }

    /// <summary>Reads all requirements; returns what is wrong, or null.</summary>
    /// <param name="requirements">The requirements.</param>
    internal string? Parse(out List<SelectorRequirement> requirements)
    {
        requirements = [];
        while (true)
        {
            var (token, text) = Peek();
            if (token == SelectorToken.End)
            {
                return null;
            }
            if (token is not (SelectorToken.Identifier or SelectorToken.Not))
            {
                return $"found '{text}', expected: !, identifier, or 'end of string'";
            }
            if (Requirement(out var requirement) is { } problem)
            {
                return "unable to parse requirement: " + problem;
            }
            requirements.Add(requirement!);
            (token, text) = Take();
            if (token == SelectorToken.End)
            {
                return null;
            }
            if (token != SelectorToken.Comma)
            {
                return $"found '{text}', expected: ',' or 'end of string'";
            }
            if (Peek() is { Token: not (SelectorToken.Identifier or SelectorToken.Not) } next)
            {
                return $"found '{next.Text}', expected: identifier after ','";
            }
        }
    }

    private string? Requirement(out SelectorRequirement? requirement)
    {
        requirement = null;
        var (token, key) = Take();
        var isNegated = token == SelectorToken.Not;
        if (isNegated)
        {
            (token, key) = Take();
        }
        if (token != SelectorToken.Identifier)
        {
            return $"found '{key}', expected: identifier";
        }
        if (LabelSyntax.KeyProblems(key) is { IsEmpty: false } problems)
        {
            return $"<nil>: Invalid value: {RequirementSyntax.Quote(key)}: {string.Join("; ", problems)}";
        }
        if (isNegated || Peek().Token is SelectorToken.End or SelectorToken.Comma)
        {
            requirement = new(key, isNegated ? SelectorOperator.DoesNotExist : SelectorOperator.Exists, []);
            return null;
        }
        return Relation(key, out requirement);
    }

    private string? Relation(string key, out SelectorRequirement? requirement)
    {
        requirement = null;
        var (token, text) = _words[_position++];
        if (OperatorOf(token) is not { } op)
        {
            return $"found '{text}', expected: {Operators}";
        }
        var problem = op is SelectorOperator.In or SelectorOperator.NotIn ? Values(out var values) : ExactValue(out values);
        if (problem is not null)
        {
            return problem;
        }
        requirement = new(key, op, values.ToValueList());
        return RequirementSyntax.Problem(requirement);
    }

    private static SelectorOperator? OperatorOf(SelectorToken token) => token switch
    {
        SelectorToken.In => SelectorOperator.In,
        SelectorToken.NotIn => SelectorOperator.NotIn,
        SelectorToken.Equals => SelectorOperator.Equals,
        SelectorToken.DoubleEquals => SelectorOperator.DoubleEquals,
        SelectorToken.NotEquals => SelectorOperator.NotEquals,
        SelectorToken.GreaterThan => SelectorOperator.GreaterThan,
        SelectorToken.LessThan => SelectorOperator.LessThan,
        _ => null,
    };

    private string? ExactValue(out SortedSet<string> values)
    {
        values = new(StringComparer.Ordinal);
        if (Peek().Token is SelectorToken.End or SelectorToken.Comma)
        {
            values.Add("");
            return null;
        }
        var (token, text) = Take();
        values.Add(text);
        return token == SelectorToken.Identifier ? null : $"found '{text}', expected: identifier";
    }

    private string? Values(out SortedSet<string> values)
    {
        values = new(StringComparer.Ordinal);
        var (token, text) = Take();
        if (token != SelectorToken.OpenParenthesis)
        {
            return $"found '{text}' expected: '('";
        }
        (token, text) = Peek();
        if (token is not (SelectorToken.Identifier or SelectorToken.Comma or SelectorToken.CloseParenthesis))
        {
            return $"found '{text}', expected: ',', ')' or identifier";
        }
        // Between commas, and between a comma and a parenthesis, stands the empty value.
        var isValueDue = true;
        while (true)
        {
            (token, text) = Take();
            switch (token)
            {
                case SelectorToken.Identifier when isValueDue:
                    values.Add(text);
                    isValueDue = false;
                    break;
                case SelectorToken.Identifier:
                    return $"found '{text}', expected: ',' or ')'";
                case SelectorToken.Comma or SelectorToken.CloseParenthesis:
                    if (isValueDue)
                    {
                        values.Add("");
                    }
                    if (token == SelectorToken.CloseParenthesis)
                    {
                        return null;
                    }
                    isValueDue = true;
                    break;
                default:
                    return isValueDue ? $"found '{text}', expected: ',', or identifier" : $"found '{text}', expected: ',' or ')'";
            }
        }
    }

    private (SelectorToken Token, string Text) Take()
    {
        var word = Peek();
        // The last word ends the text and is never passed.
        _position = Math.Min(_position + 1, _words.Count - 1);
        return word;
    }

    // Where a key or a value may stand, "in" and "notin" are plain words.
    private (SelectorToken Token, string Text) Peek()
    {
        var (token, text) = _words[_position];
        return (token is SelectorToken.In or SelectorToken.NotIn ? SelectorToken.Identifier : token, text);
    }
}

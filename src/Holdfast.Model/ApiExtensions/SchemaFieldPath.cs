using System.Collections.Immutable;
using System.Text;

namespace Holdfast.Model.ApiExtensions;

/// <summary>One step of a path through a schema.</summary>
/// <param name="Name">The name of the member.</param>
/// <param name="IsKey">Whether it is a key of a map, and no property that the schema names.</param>
public sealed record SchemaStep(string Name, bool IsKey);

/// <summary>A path by which a rule names the field it is about: <c>.spec.size</c>, <c>['a.b'].c</c>.</summary>
public static class SchemaFieldPath
{
    private const string Missing = "does not refer to a valid field";
    private const string Unfinished = "unexpected end of JSON path";

    /// <summary>The steps of a path; null when it is no path, or leads to nothing that the schema has.</summary>
    /// <param name="schema">The schema from which the path leads.</param>
    /// <param name="text">The path.</param>
    /// <param name="problem">What is wrong, in Kubernetes' words; empty when nothing is.</param>
    public static ImmutableArray<SchemaStep>? Find(JSONSchemaProps schema, string text, out string problem) => Find(schema, text, true, out _, out problem);

    /// <summary>The steps of a path, and the schema at its end.</summary>
    /// <param name="schema">The schema from which the path leads.</param>
    /// <param name="text">The path.</param>
    /// <param name="allowsBrackets">Whether a name may stand in brackets and quotes.</param>
    /// <param name="end">The schema at the end.</param>
    /// <param name="problem">What is wrong, in Kubernetes' words; empty when nothing is.</param>
    public static ImmutableArray<SchemaStep>? Find(JSONSchemaProps schema, string text, bool allowsBrackets, out JSONSchemaProps? end, out string problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        end = schema;
        var steps = ImmutableArray.CreateBuilder<SchemaStep>();
        for (var at = 0; at < text.Length;)
        {
            var name = NextName(text, allowsBrackets, ref at, out problem);
            if (name is null || Next(ref end, name, out problem) is not { } step)
            {
                return null;
            }
            steps.Add(step);
        }
        problem = "";
        return steps.Count > 0 ? steps.ToImmutable() : null;
    }

    private static SchemaStep? Next(ref JSONSchemaProps? at, string name, out string problem)
    {
        var isKey = at is { Properties.IsEmpty: true, AdditionalProperties: not null };
        at = isKey ? at!.AdditionalProperties!.Schema : at?.Properties.GetValueOrDefault(name);
        problem = at is null ? Missing : "";
        return at is null ? null : new(name, isKey);
    }

    private static string? NextName(string text, bool allowsBrackets, ref int at, out string problem)
    {
        problem = "";
        if (text[at] == '.')
        {
            return Token(text, at + 1, out at) is { Length: > 0 } name ? name : Failed(Unfinished, out problem);
        }
        if (text[at] != '[')
        {
            return Failed($"expected [ or . but got: {Token(text, at, out at)}", out problem);
        }
        if (!allowsBrackets)
        {
            return Failed("array notation is not allowed", out problem);
        }
        var quoted = Token(text, at + 1, out at);
        if (quoted.Length == 0)
        {
            return Failed(Unfinished, out problem);
        }
        if (quoted.Length < 2 || quoted[0] != '\'' || quoted[^1] != '\'')
        {
            return Failed($"expected single quoted string but got {quoted}", out problem);
        }
        if (Unescaped(quoted[1..^1]) is not { } unescaped)
        {
            return Failed("invalid string literal: invalid escape char", out problem);
        }
        var close = Token(text, at, out at);
        return close == "]" ? unescaped : Failed(close.Length == 0 ? Unfinished : $"expected ] but got {close}", out problem);
    }

    // A delimiter, a text in single quotes, or what stands before the next delimiter.
    private static string Token(string text, int start, out int end)
    {
        end = start;
        if (start >= text.Length)
        {
            end = text.Length;
            return "";
        }
        if (text[start] is '.' or '[' or ']')
        {
            end = start + 1;
        }
        else if (text[start] == '\'')
        {
            end = start + 1;
            while (end < text.Length && (text[end] != '\'' || text[end - 1] == '\\'))
            {
                end++;
            }
            end = Math.Min(end + 1, text.Length);
        }
        else
        {
            var next = text.AsSpan(start).IndexOfAny('.', '[', ']');
            end = next < 0 ? text.Length : start + next;
        }
        return text[start..end];
    }

    private static string? Unescaped(string text)
    {
        var unescaped = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                unescaped.Append(text[i]);
                continue;
            }
            if (++i >= text.Length || "abfnrtv'\\".IndexOf(text[i], StringComparison.Ordinal) is not (>= 0 and var found))
            {
                return null;
            }
            unescaped.Append("\a\b\f\n\r\t\v'\\"[found]);
        }
        return unescaped.ToString();
    }

    private static string? Failed(string words, out string problem)
    {
        problem = words;
        return null;
    }
}

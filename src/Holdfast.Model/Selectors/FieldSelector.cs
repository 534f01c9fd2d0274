using System.Collections.Immutable;
using System.Text;

namespace Holdfast.Model.Selectors;

/// <summary>One condition on a field.</summary>
/// <param name="Field">The field's name, such as <c>metadata.name</c>.</param>
/// <param name="IsEqual">Whether the field must have the value, or must not.</param>
/// <param name="Value">The value.</param>
public sealed record FieldRequirement(string Field, bool IsEqual, string Value)
{
    /// <summary>The condition as it stands in a selector's text.</summary>
    public override string ToString() => $"{Field}{(IsEqual ? "=" : "!=")}{FieldSelector.Escape(Value)}";
}

/// <summary>
/// A field selector, such as <c>metadata.name=x,status.phase!=Running</c>: all its requirements must hold. In values a
/// backslash, a comma and an equals sign are written with a backslash before them. Which fields a kind has is for the kind to say.
/// </summary>
/// <param name="Requirements">The requirements, in the order of their text.</param>
public sealed record FieldSelector(ImmutableArray<FieldRequirement> Requirements)
{
    /// <summary>Selects every object.</summary>
    public static FieldSelector Everything { get; } = new([]);

    /// <summary>Whether every object is selected.</summary>
    public bool SelectsEverything => Requirements.IsEmpty;

    /// <summary>Reads a selector's text.</summary>
    /// <param name="text">The text; empty selects everything.</param>
    /// <exception cref="FormatException">It is not a selector.</exception>
    public static FieldSelector Parse(string text) =>
        TryParse(text, out var selector, out var error) ? selector : throw new FormatException(error);

    /// <summary>Reads a selector's text or says what is wrong with it.</summary>
    /// <param name="text">The text; empty selects everything.</param>
    /// <param name="selector">The selector; everything when this fails.</param>
    /// <param name="error">What is wrong, worded as Kubernetes does, or null.</param>
    public static bool TryParse(string text, out FieldSelector selector, out string? error)
    {
        (selector, error) = (Everything, null);
        var requirements = ImmutableArray.CreateBuilder<FieldRequirement>();
        foreach (var term in Terms(text).Where(term => term.Length > 0).Order(StringComparer.Ordinal))
        {
            if (SplitTerm(term) is not var (field, op, escaped))
            {
                error = $"invalid selector: '{text}'; can't understand '{term}'";
                return false;
            }
            if (!TryUnescape(escaped, out var value, out error))
            {
                return false;
            }
            requirements.Add(new(field, op != "!=", value));
        }
        selector = new(requirements.DrainToImmutable());
        return true;
    }

    /// <summary>Whether all requirements hold for an object.</summary>
    /// <typeparam name="T">The object's type.</typeparam>
    /// <param name="subject">The object.</param>
    /// <param name="valueOf">Gives the object's value of a field, "" for an absent one.</param>
    public bool Matches<T>(T subject, Func<T, string, string> valueOf)
    {
        foreach (var requirement in Requirements)
        {
            if (valueOf(subject, requirement.Field) == requirement.Value != requirement.IsEqual)
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>The one value that a field must have, or null when the selector leaves a choice.</summary>
    /// <param name="field">The field.</param>
    public string? RequiredValue(string field) =>
        Requirements.FirstOrDefault(requirement => requirement.Field == field && requirement.IsEqual)?.Value;

    /// <inheritdoc/>
    public bool Equals(FieldSelector? other) => other is not null && Requirements.SequenceEqual(other.Requirements);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>The selector's text.</summary>
    public override string ToString() => string.Join(',', Requirements);

    internal static string Escape(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace(",", "\\,", StringComparison.Ordinal)
        .Replace("=", "\\=", StringComparison.Ordinal);

    private static List<string> Terms(string text)
    {
        var terms = new List<string>();
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == ',')
            {
                terms.Add(text[start..i]);
                start = i + 1;
            }
        }
        terms.Add(text[start..]);
        return terms;
    }

    private static (string Field, string Operator, string Value)? SplitTerm(string term)
    {
        for (var i = 0; i < term.Length; i++)
        {
            var op = term.AsSpan(i) switch
            {
                ['\\', ..] => "\\",
                ['!', '=', ..] => "!=",
                ['=', '=', ..] => "==",
                ['=', ..] => "=",
                _ => "",
            };
            if (op == "\\")
            {
                i++;
            }
            else if (op.Length > 0)
            {
                return (term[..i], op, term[(i + op.Length)..]);
            }
        }
        return null;
    }

    private static bool TryUnescape(string text, out string value, out string? error)
    {
        var unescaped = new StringBuilder(text.Length);
        (value, error) = ("", null);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is ',' or '=')
            {
                error = $"invalid field selector: unescaped character in value: {(int)text[i]}";
                return false;
            }
            if (text[i] == '\\')
            {
                i++;
                if (i == text.Length || text[i] is not ('\\' or ',' or '='))
                {
                    error = $"invalid field selector: invalid escape sequence: {(i == text.Length ? "\\" : text[(i - 1)..(i + 1)])}";
                    return false;
                }
            }
            unescaped.Append(text[i]);
        }
        value = unescaped.ToString();
        return true;
    }
}

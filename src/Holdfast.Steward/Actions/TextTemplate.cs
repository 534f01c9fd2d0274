using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Holdfast.Cel;

namespace Holdfast.Steward.Actions;

/// <summary>How the value of an expression is written into the text around it.</summary>
public enum TemplateForm
{
    /// <summary>As it is: arguments of commands, headers, plain text.</summary>
    Plain,

    /// <summary>Escaped as a part of a URL's path or query.</summary>
    Url,

    /// <summary>Escaped as the inside of a JSON string; the template sets the quotes.</summary>
    Json,
}

/// <summary>
/// A text with expressions in it: <c>/members/$(member.id)</c>. <c>$$(</c> is a plain <c>$(</c>. Immutable; read once, filled in for
/// every request.
/// </summary>
public sealed class TextTemplate
{
    private const string Opening = "$(";

    private readonly ImmutableArray<Part> _parts;
    private readonly TemplateForm _form;

    private TextTemplate(string text, TemplateForm form, ImmutableArray<Part> parts) => (Text, _form, _parts) = (text, form, parts);

    /// <summary>The text as it was written.</summary>
    public string Text { get; }

    /// <summary>The variables that its expressions refer to.</summary>
    public IEnumerable<string> Variables => _parts.SelectMany(part => part.Program?.Variables ?? []).Distinct(StringComparer.Ordinal);

    /// <summary>Reads a template.</summary>
    /// <param name="text">The text.</param>
    /// <param name="form">How values are written into it.</param>
    /// <param name="environment">What its expressions may refer to.</param>
    /// <param name="template">The template, when nothing is wrong with it.</param>
    /// <param name="problem">What is wrong, with its position.</param>
    public static bool TryCompile(
        string text, TemplateForm form, CelEnvironment environment, [NotNullWhen(true)] out TextTemplate? template, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        template = null;
        var parts = ImmutableArray.CreateBuilder<Part>();
        var plain = new StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            if (text.AsSpan(at).StartsWith("$" + Opening, StringComparison.Ordinal))
            {
                plain.Append(Opening);
                at += Opening.Length + 1;
                continue;
            }
            if (!text.AsSpan(at).StartsWith(Opening, StringComparison.Ordinal))
            {
                plain.Append(text[at++]);
                continue;
            }
            if (EndOf(text, at + Opening.Length) is not { } end)
            {
                problem = $"the expression that begins at character {at + 1} has no end: close it with ')', or write $$( for a plain $(";
                return false;
            }
            if (!CelProgram.TryCompile(text[(at + Opening.Length)..end], environment, out var program, out var issues))
            {
                problem = $"the expression at character {at + Opening.Length + 1} cannot be read: {issues.Items[0].Message} (its character {issues.Items[0].Column})";
                return false;
            }
            Flush(parts, plain);
            parts.Add(new Part("", program));
            at = end + 1;
        }
        Flush(parts, plain);
        problem = null;
        template = new TextTemplate(text, form, parts.ToImmutable());
        return true;
    }

    /// <summary>Fills the template in.</summary>
    /// <param name="activation">The values of the variables.</param>
    /// <param name="cost">What the expressions may spend.</param>
    /// <param name="problem">Why it cannot be filled in.</param>
    /// <returns>The text, or null with a problem.</returns>
    public string? Fill(CelActivation activation, CelCost cost, out string? problem)
    {
        problem = null;
        var text = new StringBuilder();
        foreach (var part in _parts)
        {
            if (part.Program is null)
            {
                text.Append(part.Plain);
                continue;
            }
            var value = part.Program.Evaluate(activation, cost);
            if (ToText(value) is not { } written)
            {
                problem = value is CelError error
                    ? $"$({part.Program.Text}) has no value: {error.Message}"
                    : $"$({part.Program.Text}) is a {value.Type.Name}; a text, number or truth value can be written here";
                return null;
            }
            text.Append(Escape(written));
        }
        return text.ToString();
    }

    private static void Flush(ImmutableArray<Part>.Builder parts, StringBuilder plain)
    {
        if (plain.Length > 0)
            parts.Add(new Part(plain.ToString(), null));
        plain.Clear();
    }

    // Parentheses inside the expression and inside its strings do not end it.
    private static int? EndOf(string text, int at)
    {
        var depth = 1;
        var quote = '\0';
        for (; at < text.Length; at++)
        {
            var letter = text[at];
            if (quote != '\0')
            {
                if (letter == '\\')
                    at++;
                else if (letter == quote)
                    quote = '\0';
                continue;
            }
            if (letter is '"' or '\'')
                quote = letter;
            else if (letter == '(')
                depth++;
            else if (letter == ')' && --depth == 0)
                return at;
        }
        return null;
    }

    private static string? ToText(CelValue value) => value switch
    {
        CelString text => text.Value,
        CelInt number => number.Value.ToString(CultureInfo.InvariantCulture),
        CelUint number => number.Value.ToString(CultureInfo.InvariantCulture),
        CelDouble number => number.Value.ToString("R", CultureInfo.InvariantCulture),
        CelBool truth => truth.Value ? "true" : "false",
        _ => null,
    };

    private string Escape(string value) => _form switch
    {
        TemplateForm.Url => Uri.EscapeDataString(value),
        TemplateForm.Json => JsonEncodedText.Encode(value).ToString(),
        _ => value,
    };

    private sealed record Part(string Plain, CelProgram? Program);
}

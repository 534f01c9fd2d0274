using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;

namespace Holdfast.Model.CustomResources;

/// <summary>
/// Regular expressions as Kubernetes reads them (RE2): classes hold ASCII alone, <c>$</c> is the end of the text, and
/// matching takes time in proportion to the text, whatever the expression.
/// </summary>
public static class GoPattern
{
    private const int MaximumLength = 8 * 1024;

    /// <summary>Compiles an expression.</summary>
    /// <param name="text">The expression.</param>
    /// <param name="pattern">The compiled expression.</param>
    /// <param name="problem">What is wrong with it.</param>
    public static bool TryCompile(string text, [NotNullWhen(true)] out Regex? pattern, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        (pattern, problem) = (null, null);
        if (text.Length > MaximumLength)
        {
            problem = $"error parsing regexp: expression is longer than {MaximumLength} characters";
            return false;
        }
        try
        {
            pattern = new Regex(Translate(text), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return true;
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            problem = $"error parsing regexp: {error.Message}";
            return false;
        }
    }

    private static string Translate(string text)
    {
        var result = new StringBuilder(text.Length + 16);
        var isInClass = false;
        for (var at = 0; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '\\' when at + 1 < text.Length:
                    AppendEscape(result, text[++at], isInClass);
                    break;
                case '[' when !isInClass:
                    isInClass = true;
                    result.Append('[');
                    at += OpenClass(result, text, at + 1);
                    break;
                case '[' when text.AsSpan(at).StartsWith("[:") && text.IndexOf(":]", at, StringComparison.Ordinal) is > 0 and var end:
                    result.Append(Posix(text[(at + 2)..end]));
                    at = end + 1;
                    break;
                case '[':
                    result.Append(@"\[");
                    break;
                case ']':
                    isInClass = false;
                    result.Append(']');
                    break;
                case '$' when !isInClass:
                    result.Append(@"\z");
                    break;
                case '(' when !isInClass && text.AsSpan(at).StartsWith("(?P<"):
                    result.Append("(?<");
                    at += 3;
                    break;
                default:
                    result.Append(text[at]);
                    break;
            }
        }
        return result.ToString();
    }

    // A bracket that comes first in a class is one of its characters.
    private static int OpenClass(StringBuilder result, string text, int at)
    {
        var start = at;
        if (at < text.Length && text[at] == '^')
        {
            result.Append('^');
            at++;
        }
        if (at < text.Length && text[at] == ']')
        {
            result.Append(@"\]");
            at++;
        }
        return at - start;
    }

    private static void AppendEscape(StringBuilder result, char escaped, bool isInClass)
    {
        var members = escaped switch
        {
            'd' => "0-9",
            'w' => "0-9A-Za-z_",
            's' => @"\t\n\f\r ",
            _ => null,
        };
        var excluded = escaped switch
        {
            'D' => "^0-9",
            'W' => "^0-9A-Za-z_",
            'S' => @"^\t\n\f\r ",
            _ => null,
        };
        if (members is not null)
        {
            result.Append(isInClass ? members : $"[{members}]");
        }
        else if (excluded is not null && !isInClass)
        {
            result.Append('[').Append(excluded).Append(']');
        }
        else
        {
            result.Append('\\').Append(escaped);
        }
    }

    private static string Posix(string name) => name switch
    {
        "alnum" => "0-9A-Za-z",
        "alpha" => "A-Za-z",
        "digit" => "0-9",
        "lower" => "a-z",
        "upper" => "A-Z",
        "xdigit" => "0-9A-Fa-f",
        "space" => @"\t\n\v\f\r ",
        "word" => "0-9A-Za-z_",
        "punct" => @"!-/:-@\[-`{-~",
        _ => throw new ArgumentException($"invalid character class range: `[:{name}:]`"),
    };
}

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
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

    // A character beyond the first plane is two units of a text here, and one character in RE2.
    private const string Pair = @"[\uD800-\uDBFF][\uDC00-\uDFFF]";
    private const string Halves = @"\uD800-\uDFFF";

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
        catch (FormatException refused)
        {
            problem = $"error parsing regexp: {refused.Message}";
            return false;
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            problem = $"error parsing regexp: `{text}` cannot be read as an expression in RE2's syntax";
            return false;
        }
    }

    private static string Translate(string text)
    {
        var result = new StringBuilder(text.Length + 16);
        var (isInClass, end) = (false, "]");
        for (var at = 0; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '\\' when at + 1 < text.Length:
                    at = AppendEscape(result, text, at + 1, isInClass);
                    break;
                case '[' when !isInClass:
                    isInClass = true;
                    end = text.AsSpan(at).StartsWith("[^") ? "])" : "]";
                    at += OpenClass(result, text, at + 1);
                    break;
                case '[' when text.AsSpan(at).StartsWith("[:") && text.IndexOf(":]", at, StringComparison.Ordinal) is > 0 and var close:
                    result.Append(Posix(text[(at + 2)..close]));
                    at = close + 1;
                    break;
                case '[':
                    result.Append(@"\[");
                    break;
                case ']' when isInClass:
                    isInClass = false;
                    result.Append(end);
                    break;
                case ']':
                    result.Append(@"\]");
                    break;
                case '.' when !isInClass && !HasFlag(text, 's'):
                    result.Append(Excluding(@"\n"));
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
            result.Append("(?:").Append(Pair).Append("|[^").Append(Halves);
            at++;
        }
        else
        {
            result.Append('[');
        }
        if (at < text.Length && text[at] == ']')
        {
            result.Append(@"\]");
            at++;
        }
        return at - start;
    }

    private static string Excluding(string members) => $"(?:{Pair}|[^{members}{Halves}])";

    private static bool HasFlag(string text, char flag)
    {
        for (var at = text.IndexOf("(?", StringComparison.Ordinal); at >= 0; at = text.IndexOf("(?", at + 2, StringComparison.Ordinal))
        {
            var rest = text.AsSpan(at + 2);
            var end = rest.IndexOfAny("-:)<P");
            if (end >= 0 && rest[..end].Contains(flag))
            {
                return true;
            }
        }
        return false;
    }

    // Gives the position of the last character that belongs to the escape.
    private static int AppendEscape(StringBuilder result, string text, int at, bool isInClass)
    {
        switch (text[at])
        {
            case 'd' or 'w' or 's':
                result.Append(isInClass ? Members(text[at]) : $"[{Members(text[at])}]");
                return at;
            case 'D' or 'W' or 'S':
                result.Append(isInClass ? Others(text[at]) : Excluding(Members(char.ToLowerInvariant(text[at]))));
                return at;
            case 'p' or 'P':
                return AppendProperty(result, text, at);
            case 'x' when text.AsSpan(at + 1).StartsWith("{") && text.IndexOf('}', at) is > 0 and var close:
                result.Append(isInClass ? Code(text[(at + 2)..close]) : $"(?:{Code(text[(at + 2)..close])})");
                return close;
            case 'Q' when !isInClass:
                var end = text.IndexOf(@"\E", at, StringComparison.Ordinal);
                foreach (var character in text[(at + 1)..(end < 0 ? text.Length : end)])
                {
                    result.Append(Code(character));
                }
                return end < 0 ? text.Length - 1 : end + 1;
            case 'a' or 'f' or 'n' or 'r' or 't' or 'v' or 'x':
            case 'A' or 'b' or 'B' or 'z' when !isInClass:
                result.Append('\\').Append(text[at]);
                return at;
            case var other when char.IsAsciiLetterOrDigit(other):
                throw new FormatException($"invalid escape sequence: `\\{other}`");
            default:
                result.Append('\\').Append(text[at]);
                return at;
        }
    }

    private static int AppendProperty(StringBuilder result, string text, int at)
    {
        var isBraced = text.AsSpan(at + 1).StartsWith("{");
        var end = isBraced ? text.IndexOf('}', at) : at + 1;
        if (end < 0 || end >= text.Length)
        {
            throw new FormatException($"invalid character class range: `\\{text[at..]}`");
        }
        var name = isBraced ? text[(at + 2)..end] : text[end..(end + 1)];
        if (name.Length is 0 or > 2)
        {
            throw new FormatException($"the character class `\\{text[at]}{{{name}}}` is not supported: scripts are not known here, only general categories such as `\\pL`");
        }
        result.Append('\\').Append(text[at]).Append('{').Append(name).Append('}');
        return end;
    }

    private static string Members(char letter) => letter switch
    {
        'd' => "0-9",
        'w' => "0-9A-Za-z_",
        _ => @"\t\n\f\r ",
    };

    private static string Others(char letter) => letter switch
    {
        'D' => @"\u0000-/:-\uFFFF",
        'W' => @"\u0000-/:-@\[-\^`{-\uFFFF",
        _ => @"\u0000-\u0008\u000B\u000E-\u001F!-\uFFFF",
    };

    private static string Code(string digits) =>
        int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) && Rune.IsValid(code)
            ? string.Concat(new Rune(code).ToString().Select(Code))
            : throw new FormatException($"invalid escape sequence: `\\x{{{digits}}}`");

    private static string Code(char unit) => @"\u" + ((int)unit).ToString("X4", CultureInfo.InvariantCulture);

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
        _ => throw new FormatException($"invalid character class range: `[:{name}:]`"),
    };
}

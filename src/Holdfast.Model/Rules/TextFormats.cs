namespace Holdfast.Model.Rules;

/// <summary>Finds what is wrong with a text's form; an empty list when nothing is.</summary>
/// <param name="value">The text.</param>
public delegate string[] TextFormat(string value);

/// <summary>
/// The forms of names, labels and keys in the API, with the words in which Kubernetes tells what is wrong
/// (<c>k8s.io/apimachinery/pkg/util/validation</c>). Each is checked by hand over the characters: this runs on every write.
/// </summary>
public static class TextFormats
{
    private const string LabelPattern = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private const string SubdomainPattern = @"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";
    private const string QualifiedPattern = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
    private const string AlphanumericWords = "consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

    /// <summary>A DNS label: at most 63 of a-z, 0-9 and hyphens.</summary>
    /// <param name="value">The text.</param>
    public static string[] Dns1123Label(string value) => Collect(
        value.Length > 63 ? TooManyCharacters(63) : null,
        IsLabel(value) ? null
        : IsSubdomain(value) ? "must not contain dots"
        : Pattern("a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character", LabelPattern, "my-name", "123-abc"));

    /// <summary>A DNS name: labels with dots between them, at most 253 characters.</summary>
    /// <param name="value">The text.</param>
    public static string[] Dns1123Subdomain(string value) => Collect(
        value.Length > 253 ? TooManyCharacters(253) : null,
        IsSubdomain(value) ? null
        : Pattern("a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character", SubdomainPattern, "example.com"));

    /// <summary>A DNS name as resolvers search it, in which underscores may be.</summary>
    /// <param name="value">The text.</param>
    public static string[] Dns1123SubdomainWithUnderscore(string value) => Collect(
        value.Length > 253 ? TooManyCharacters(253) : null,
        IsSubdomain(value.Replace('_', 'a')) ? null
        : Pattern("a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character", @"[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*", "example.com"));

    /// <summary>A DNS label that starts with a letter.</summary>
    /// <param name="value">The text.</param>
    public static string[] Dns1035Label(string value) => Collect(
        value.Length > 63 ? TooManyCharacters(63) : null,
        IsLabel(value) && value[0] is >= 'a' and <= 'z' ? null
        : Pattern("a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character", "[a-z]([-a-z0-9]*[a-z0-9])?", "my-name", "abc-123"));

    /// <summary>A DNS name whose first label may be an asterisk.</summary>
    /// <param name="value">The text.</param>
    public static string[] WildcardSubdomain(string value) => Collect(
        value.Length > 253 ? TooManyCharacters(253) : null,
        value.StartsWith("*.", StringComparison.Ordinal) && IsSubdomain(value.AsSpan(2)) ? null
        : Pattern("a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character", @"\*\." + SubdomainPattern, "*.example.com"));

    /// <summary>A name that may be a part of a path.</summary>
    /// <param name="value">The text.</param>
    public static string[] PathSegment(string value) => value switch
    {
        "." => ["may not be '.'"],
        ".." => ["may not be '..'"],
        _ => Collect(value.Contains('/', StringComparison.Ordinal) ? "may not contain '/'" : null, value.Contains('%', StringComparison.Ordinal) ? "may not contain '%'" : null),
    };

    /// <summary>A label's key: a name, perhaps with a DNS name and a slash before it.</summary>
    /// <param name="value">The text.</param>
    public static string[] QualifiedName(string value)
    {
        var slash = value.IndexOf('/', StringComparison.Ordinal);
        if (slash != value.LastIndexOf('/'))
        {
            return ["a qualified name " + Pattern("must " + AlphanumericWords, QualifiedPattern, "MyName", "my.name", "123-abc") + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"];
        }
        var name = value.AsSpan(slash + 1);
        if ((slash < 0 || (slash is > 0 and <= 253 && IsSubdomain(value.AsSpan(0, slash)))) && name.Length <= 63 && IsQualified(name))
        {
            return [];
        }
        List<string> problems = [];
        if (slash >= 0)
        {
            problems.AddRange(slash == 0 ? ["prefix part must be non-empty"] : PrefixProblems(value[..slash]));
        }
        problems.AddRange(Collect(
            name.Length == 0 ? "name part must be non-empty" : name.Length > 63 ? "name part " + TooManyBytes(63) : null,
            IsQualified(name) ? null : "name part " + Pattern("must " + AlphanumericWords, QualifiedPattern, "MyName", "my.name", "123-abc")));
        return [.. problems];
    }

    /// <summary>A label's value: empty, or at most 63 letters, digits, hyphens, underscores and dots.</summary>
    /// <param name="value">The text.</param>
    public static string[] LabelValue(string value) => Collect(
        value.Length > 63 ? TooManyBytes(63) : null,
        value.Length == 0 || IsQualified(value) ? null
        : Pattern("a valid label must be an empty string or " + AlphanumericWords, $"({QualifiedPattern})?", "MyValue", "my_value", "12345"));

    /// <summary>A key of a ConfigMap or Secret.</summary>
    /// <param name="value">The text.</param>
    public static string[] ConfigKey(string value) => Collect(
        value.Length > 253 ? TooManyCharacters(253) : null,
        IsConfigKey(value) ? null
        : Pattern("a valid config key must consist of alphanumeric characters, '-', '_' or '.'", "[-._a-zA-Z0-9]+", "key.name", "KEY_NAME", "key-name"),
        value switch
        {
            "." => "must not be '.'",
            ".." => "must not be '..'",
            _ when value.StartsWith("..", StringComparison.Ordinal) => "must not start with '..'",
            _ => null,
        });

    /// <summary>The name of an environment variable: printable ASCII without an equals sign.</summary>
    /// <param name="value">The text.</param>
    public static string[] EnvironmentName(string value)
    {
        if (value.Length == 0)
        {
            return ["environment variable names must be non-empty"];
        }
        foreach (var character in value)
        {
            if (character is < ' ' or > '~' or '=')
            {
                return ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
            }
        }
        return [];
    }

    /// <summary>A port's name, as IANA wants it.</summary>
    /// <param name="value">The text.</param>
    public static string[] PortName(string value)
    {
        var (isClean, hasLetter) = (value.Length > 0, false);
        foreach (var character in value)
        {
            isClean &= character is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-';
            hasLetter |= character is >= 'a' and <= 'z';
        }
        return Collect(
            value.Length > 15 ? TooManyCharacters(15) : null,
            isClean ? null : "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)",
            hasLetter ? null : "must contain at least one letter (a-z)",
            value.Contains("--", StringComparison.Ordinal) ? "must not contain consecutive hyphens" : null,
            value.StartsWith('-') || value.EndsWith('-') ? "must not begin or end with a hyphen" : null);
    }

    /// <summary>The name of an HTTP header.</summary>
    /// <param name="value">The text.</param>
    public static string[] HeaderName(string value) =>
        value.Length > 0 && value.All(character => char.IsAsciiLetterOrDigit(character) || character == '-') ? []
        : [Pattern("a valid HTTP header must consist of alphanumeric characters or '-'", "[-A-Za-z0-9]+", "X-Header-Name")];

    /// <summary>The reason of a condition: one word.</summary>
    /// <param name="value">The text.</param>
    public static string[] ConditionReason(string value) =>
        value.Length > 0 && char.IsAsciiLetter(value[0]) && (char.IsAsciiLetterOrDigit(value[^1]) || value[^1] == '_')
        && value.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or ',' or ':')
            ? []
            : [Pattern("a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_'", "[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?", "my_name", "MY_NAME", "MyName", "ReasonA,ReasonB", "ReasonA:ReasonB")];

    private static bool IsLabel(ReadOnlySpan<char> value)
    {
        foreach (var character in value)
        {
            if (!IsLowerAlphanumeric(character) && character != '-')
            {
                return false;
            }
        }
        return value.Length > 0 && value[0] != '-' && value[^1] != '-';
    }

    private static bool IsSubdomain(ReadOnlySpan<char> value)
    {
        while (true)
        {
            var dot = value.IndexOf('.');
            if (!IsLabel(dot < 0 ? value : value[..dot]))
            {
                return false;
            }
            if (dot < 0)
            {
                return true;
            }
            value = value[(dot + 1)..];
        }
    }

    private static bool IsQualified(ReadOnlySpan<char> value)
    {
        foreach (var character in value)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('-' or '_' or '.'))
            {
                return false;
            }
        }
        return value.Length > 0 && char.IsAsciiLetterOrDigit(value[0]) && char.IsAsciiLetterOrDigit(value[^1]);
    }

    private static bool IsConfigKey(string value)
    {
        foreach (var character in value)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('-' or '_' or '.'))
            {
                return false;
            }
        }
        return value.Length > 0;
    }

    private static bool IsLowerAlphanumeric(char character) => character is (>= 'a' and <= 'z') or (>= '0' and <= '9');

    private static string TooManyCharacters(int max) => $"must be no more than {max} characters";

    private static string TooManyBytes(int max) => $"must be no more than {max} bytes";

    private static string[] PrefixProblems(string prefix) => Collect(
        prefix.Length > 253 ? "prefix part " + TooManyBytes(253) : null,
        IsSubdomain(prefix) ? null : "prefix part " + Dns1123Subdomain(prefix)[^1]);

    private static string Pattern(string words, string pattern, params ReadOnlySpan<string> examples)
    {
        var text = "";
        foreach (var example in examples)
        {
            text += (text.Length == 0 ? "" : " or ") + $"'{example}', ";
        }
        return $"{words} (e.g. {text}regex used for validation is '{pattern}')";
    }

    private static string[] Collect(string? first, string? second) =>
        first is null && second is null ? [] : [.. new[] { first, second }.OfType<string>()];

    private static string[] Collect(params ReadOnlySpan<string?> problems)
    {
        List<string>? found = null;
        foreach (var problem in problems)
        {
            if (problem is not null)
            {
                (found ??= []).Add(problem);
            }
        }
        return found is null ? [] : [.. found];
    }
}

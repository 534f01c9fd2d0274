using System.Buffers;
using System.Collections.Immutable;

namespace Holdfast.Model.Selectors;

/// <summary>What label keys and values look like; problems are worded as Kubernetes words them.</summary>
public static class LabelSyntax
{
    /// <summary>The longest name part of a key and the longest value, in bytes.</summary>
    public const int MaximumLength = 63;

    /// <summary>The longest prefix of a key, in bytes.</summary>
    public const int MaximumPrefixLength = 253;

    private const string NameRule =
        "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
        + "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    private const string ValueRule =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
        + "alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
        + "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    private const string SubdomainRule =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an "
        + "alphanumeric character (e.g. 'example.com', regex used for validation is "
        + @"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    private static readonly SearchValues<char> DomainCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>What is wrong with a key (a name with an optional DNS prefix); empty when nothing is.</summary>
    /// <param name="key">The key.</param>
    public static ImmutableArray<string> KeyProblems(string key)
    {
        var parts = key.Split('/');
        var problems = ImmutableArray.CreateBuilder<string>();
        if (parts.Length > 2)
        {
            return [$"a qualified name {NameRule} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"];
        }
        if (parts.Length == 2)
        {
            AddPrefixProblems(parts[0], problems);
        }
        var name = parts[^1];
        if (name.Length == 0)
        {
            problems.Add("name part must be non-empty");
        }
        else if (name.Length > MaximumLength)
        {
            problems.Add($"name part must be no more than {MaximumLength} bytes");
        }
        if (!IsName(name))
        {
            problems.Add("name part " + NameRule);
        }
        return problems.DrainToImmutable();
    }

    /// <summary>What is wrong with a value; empty when nothing is.</summary>
    /// <param name="value">The value.</param>
    public static ImmutableArray<string> ValueProblems(string value)
    {
        var isTooLong = value.Length > MaximumLength;
        var isMalformed = value.Length > 0 && !IsName(value);
        return (isTooLong, isMalformed) switch
        {
            (true, true) => [$"must be no more than {MaximumLength} bytes", ValueRule],
            (true, false) => [$"must be no more than {MaximumLength} bytes"],
            (false, true) => [ValueRule],
            _ => [],
        };
    }

    private static void AddPrefixProblems(string prefix, ImmutableArray<string>.Builder problems)
    {
        if (prefix.Length == 0)
        {
            problems.Add("prefix part must be non-empty");
            return;
        }
        if (prefix.Length > MaximumPrefixLength)
        {
            problems.Add($"prefix part must be no more than {MaximumPrefixLength} bytes");
        }
        if (!prefix.Split('.').All(IsDomainLabel))
        {
            problems.Add("prefix part " + SubdomainRule);
        }
    }

    private static bool IsName(string text) => text.Length > 0
        && !text.AsSpan().ContainsAnyExcept(NameCharacters)
        && char.IsAsciiLetterOrDigit(text[0]) && char.IsAsciiLetterOrDigit(text[^1]);

    private static bool IsDomainLabel(string text) =>
        text.Length > 0 && !text.AsSpan().ContainsAnyExcept(DomainCharacters) && text[0] != '-' && text[^1] != '-';
}

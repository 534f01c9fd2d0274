using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;
using Holdfast.Cel.Values;
using static Holdfast.Cel.Functions.Signatures;

namespace Holdfast.Cel.Functions;

/// <summary>Kubernetes' named forms of text, with what it says of text that is not of the form.</summary>
internal static partial class NamedFormats
{
    private const string LabelPattern = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private const string AlphabeticPattern = "[a-z]([-a-z0-9]*[a-z0-9])?";
    private const string WordPattern = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
    private const string ValuePattern = "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?";
    private const string SubdomainPattern = LabelPattern + @"(\." + LabelPattern + ")*";
    private const int LabelLength = 63;
    private const int SubdomainLength = 253;

    private static readonly FrozenDictionary<string, NamedForm> Forms = new Dictionary<string, NamedForm>(StringComparer.Ordinal)
    {
        ["dns1123Label"] = new(30, Label),
        ["dns1123Subdomain"] = new(60, Subdomain),
        ["dns1035Label"] = new(30, Alphabetic),
        ["qualifiedName"] = new(60, QualifiedName),
        ["dns1123LabelPrefix"] = new(30, text => Label(Completed(text))),
        ["dns1123SubdomainPrefix"] = new(60, text => Subdomain(Completed(text))),
        ["dns1035LabelPrefix"] = new(30, text => Alphabetic(Completed(text))),
        ["labelValue"] = new(40, LabelValue),
        ["uri"] = new(1121, text => UrlText.Read(text, out var problem) is null ? [$"parse {TextFormat.Quote(text)}: {problem}"] : []),
        ["uuid"] = new(85, text => Uuid().IsMatch(text) ? [] : ["does not match the UUID format"]),
        ["byte"] = new(90, text => Base64().IsMatch(text) && text.Length % 4 == 0 ? [] : ["invalid base64"]),
        ["date"] = new(132, text => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) ? [] : ["invalid date"]),
        ["datetime"] = new(132, text => CelTimes.ParseTimestamp(text) is null ? ["invalid datetime"] : []),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static CelLibrary Library { get; } = Make();

    /// <summary>How long the pattern of a form is taken to be, for costs.</summary>
    public static int PatternLength(CelFormat format) => Forms[format.Name].PatternLength;

    /// <summary>Whether a text is a DNS label.</summary>
    public static bool IsLabel(string text) => Label(text).Length == 0;

    /// <summary>Whether a text is a DNS subdomain.</summary>
    public static bool IsSubdomain(string text) => Subdomain(text).Length == 0;

    private static CelLibrary Make()
    {
        var library = new CelLibrary()
            .Global("format.named", CelType.Optional(CelType.Format), [CelType.String], (_, a) =>
                Forms.ContainsKey(Text(a[0])) ? new CelOptional(new CelFormat(Text(a[0]))) : CelOptional.None)
            .Member("validate", CelType.Optional(Strings), [CelType.Format, CelType.String], (_, a) =>
            {
                var problems = Forms[((CelFormat)a[0]).Name].Check(Text(a[1]));
                return problems.Length == 0 ? CelOptional.None : new CelOptional(new CelList([.. problems.Select(problem => new CelString(problem))]));
            });
        foreach (var name in Forms.Keys)
            library.Global($"format.{name}", CelType.Format, [], (_, _) => new CelFormat(name));
        return library;
    }

    // A name that will be completed may end with a dash.
    private static string Completed(string text) => text.EndsWith('-') ? text[..^1] + "a" : text;

    private static string[] Label(string text) => [.. TooLong(text, LabelLength), .. SubdomainOnly().IsMatch(text) && !LabelOnly().IsMatch(text) ? ["must not contain dots"] : Matches(text, LabelOnly(),
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character", LabelPattern, "my-name", "123-abc")];

    private static string[] Subdomain(string text) => [.. TooLong(text, SubdomainLength), .. Matches(text, SubdomainOnly(),
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character", SubdomainPattern, "example.com")];

    private static string[] Alphabetic(string text) => [.. TooLong(text, LabelLength), .. Matches(text, AlphabeticOnly(),
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character", AlphabeticPattern, "my-name", "abc-123")];

    private static string[] LabelValue(string text) => [.. TooLong(text, LabelLength, "bytes"), .. Matches(text, ValueOnly(),
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character", ValuePattern, "MyValue", "my_value", "12345")];

    private static string[] QualifiedName(string text)
    {
        const string Name = "consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
        var parts = text.Split('/');
        if (parts.Length > 2)
        {
            return [$"a valid qualified name must {Name} (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '{WordPattern}')"
                + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"];
        }
        var problems = new List<string>();
        if (parts.Length == 2)
            problems.AddRange(parts[0].Length == 0 ? ["prefix part must be non-empty"] : Subdomain(parts[0]).Select(problem => "prefix part " + problem));
        if (parts[^1].Length == 0)
            problems.Add("name part must be non-empty");
        problems.AddRange(TooLong(parts[^1], LabelLength, "bytes").Select(problem => "name part " + problem));
        problems.AddRange(Matches(parts[^1], WordOnly(), $"name part must {Name}", WordPattern, "MyName", "my.name", "123-abc"));
        return [.. problems];
    }

    private static string[] TooLong(string text, int most, string units = "characters") =>
        System.Text.Encoding.UTF8.GetByteCount(text) > most ? [$"must be no more than {most} {units}"] : [];

    private static string[] Matches(string text, Regex pattern, string words, string shown, params string[] examples) => pattern.IsMatch(text) ? []
        : [$"{words} (e.g. {string.Join(",  or ", examples.Select(example => $"'{example}'"))}, regex used for validation is '{shown}')"];

    private static string Text(CelValue value) => ((CelString)value).Value;

    [GeneratedRegex(@"\A" + LabelPattern + @"\z", RegexOptions.CultureInvariant)]
    private static partial Regex LabelOnly();

    [GeneratedRegex(@"\A" + SubdomainPattern + @"\z", RegexOptions.CultureInvariant)]
    private static partial Regex SubdomainOnly();

    [GeneratedRegex(@"\A" + AlphabeticPattern + @"\z", RegexOptions.CultureInvariant)]
    private static partial Regex AlphabeticOnly();

    [GeneratedRegex(@"\A" + WordPattern + @"\z", RegexOptions.CultureInvariant)]
    private static partial Regex WordOnly();

    [GeneratedRegex(@"\A" + ValuePattern + @"\z", RegexOptions.CultureInvariant)]
    private static partial Regex ValueOnly();

    [GeneratedRegex(@"\A[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Uuid();

    [GeneratedRegex(@"\A[A-Za-z0-9+/]*={0,2}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Base64();

    private sealed record NamedForm(int PatternLength, Func<string, string[]> Check);
}

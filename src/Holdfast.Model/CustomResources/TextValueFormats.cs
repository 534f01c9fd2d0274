using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Holdfast.Model.Rules;

namespace Holdfast.Model.CustomResources;

/// <summary>The formats of texts that schemas can name; a format that is not known holds for every text.</summary>
public static partial class TextValueFormats
{
    private static readonly FrozenSet<string> Known = new[]
    {
        "bsonobjectid", "uri", "email", "hostname", "ipv4", "ipv6", "cidr", "mac", "uuid", "uuid3", "uuid4", "uuid5", "isbn", "isbn10", "isbn13",
        "creditcard", "ssn", "hexcolor", "rgbcolor", "byte", "password", "date", "duration", "datetime", "quantity", "k8sshortname", "k8slongname",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether a format of texts is one that Kubernetes 1.36 recognizes; the others hold for every text.</summary>
    /// <param name="format">The format.</param>
    public static bool IsKnown(string format) => Known.Contains(Plain(format));

    /// <summary>Whether a text has a format.</summary>
    /// <param name="format">The format, such as <c>date-time</c>.</param>
    /// <param name="text">The text.</param>
    public static bool Holds(string format, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Plain(format) switch
        {
            "datetime" => DateTimeForm().IsMatch(text)
                && DateTimeOffset.TryParse(text.Replace('t', 'T').Replace('z', 'Z').Replace(":60", ":59", StringComparison.Ordinal), CultureInfo.InvariantCulture, out _),
            "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
            "duration" => DurationForm().IsMatch(text),
            "byte" => Base64Form().IsMatch(text) && text.Length % 4 == 0,
            "ipv4" => AddressFormats.TryParse(text, out var four) && !four.ToString().Contains(':', StringComparison.Ordinal),
            "ipv6" => IPAddress.TryParse(text, out var six) && text.Contains(':', StringComparison.Ordinal) && six.ScopeId == 0,
            "cidr" => IsRange(text),
            "mac" => MacForm().IsMatch(text),
            "uuid" => UuidForm().IsMatch(text),
            "uuid3" => UuidForm().IsMatch(text) && Digits(text)[12] == '3',
            "uuid4" => UuidForm().IsMatch(text) && Digits(text)[12] == '4' && "89abAB".Contains(Digits(text)[16], StringComparison.Ordinal),
            "uuid5" => UuidForm().IsMatch(text) && Digits(text)[12] == '5' && "89abAB".Contains(Digits(text)[16], StringComparison.Ordinal),
            "email" => EmailForm().IsMatch(text),
            "hostname" => HostnameForm().IsMatch(text) && text.Length <= 255,
            "uri" => Uri.TryCreate(text, UriKind.Absolute, out _) || (text.StartsWith('/') && Uri.TryCreate(text, UriKind.Relative, out _)),
            "bsonobjectid" => BsonForm().IsMatch(text),
            "isbn10" => Digits(text).Length == 10,
            "isbn13" => Digits(text).Length == 13,
            "isbn" => Digits(text).Length is 10 or 13,
            "creditcard" => Digits(text).Length is >= 13 and <= 19,
            "ssn" => SocialForm().IsMatch(text),
            "hexcolor" => HexColorForm().IsMatch(text),
            "rgbcolor" => RgbColorForm().IsMatch(text),
            "k8sshortname" => TextFormats.Dns1123Label(text).Length == 0,
            "k8slongname" => TextFormats.Dns1123Subdomain(text).Length == 0,
            _ => true,
        };
    }

    // Hyphens in the name of a format do not count.
    private static string Plain(string format) => format.Replace("-", "", StringComparison.Ordinal);

    private static string Digits(string text) => string.Concat(text.Where(char.IsAsciiLetterOrDigit));

    private static bool IsRange(string text)
    {
        var errors = new FieldErrors();
        AddressFormats.RequireRange(text, FieldPath.Root("value"), errors);
        return errors.Count == 0;
    }

    [GeneratedRegex(@"\A[0-9]{4}-[0-9]{2}-[0-9]{2}[tT][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([zZ]|[+-][0-9]{2}:[0-9]{2})\z", RegexOptions.CultureInvariant)]
    private static partial Regex DateTimeForm();

    [GeneratedRegex(@"\A\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)\s*(ns|us|µs|μs|ms|s|m|h|hr|hour|hours|min|minute|minutes|sec|second|seconds|d|day|days|w|week|weeks|wk|milli|millis|milliseconds?|nano|nanos|micros?|microseconds?|nanoseconds?)?(\s*([0-9]+(\.[0-9]*)?|\.[0-9]+)\s*(ns|us|µs|μs|ms|s|m|h))*\s*\z", RegexOptions.CultureInvariant)]
    private static partial Regex DurationForm();

    [GeneratedRegex(@"\A[A-Za-z0-9+/]*={0,2}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Base64Form();

    [GeneratedRegex(@"\A([0-9A-Fa-f]{2}[:-]){5}([0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){0,2})\z|\A([0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}\z", RegexOptions.CultureInvariant)]
    private static partial Regex MacForm();

    [GeneratedRegex(@"\A[0-9A-Fa-f]{8}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{12}\z", RegexOptions.CultureInvariant)]
    private static partial Regex UuidForm();

    [GeneratedRegex(@"\A[^@\s]+@[^@\s]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex EmailForm();

    [GeneratedRegex(@"\A([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*\.?\z", RegexOptions.CultureInvariant)]
    private static partial Regex HostnameForm();

    [GeneratedRegex(@"\A[0-9a-fA-F]{24}\z", RegexOptions.CultureInvariant)]
    private static partial Regex BsonForm();

    [GeneratedRegex(@"\A[0-9]{3}[- ]?[0-9]{2}[- ]?[0-9]{4}\z", RegexOptions.CultureInvariant)]
    private static partial Regex SocialForm();

    [GeneratedRegex(@"\A#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})\z", RegexOptions.CultureInvariant)]
    private static partial Regex HexColorForm();

    [GeneratedRegex(@"\Argb\(\s*[0-9]{1,3}\s*,\s*[0-9]{1,3}\s*,\s*[0-9]{1,3}\s*\)\z", RegexOptions.CultureInvariant)]
    private static partial Regex RgbColorForm();
}

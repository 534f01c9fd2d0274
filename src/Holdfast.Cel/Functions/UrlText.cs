using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Holdfast.Cel.Functions;

/// <summary>Reads URLs as Go's <c>net/url</c> does: an absolute URI, or an absolute path.</summary>
internal static class UrlText
{
    private const string Unreserved = "-_.~";
    private static readonly FrozenSet<char> InHosts = (Unreserved + "!$&'()*+,;=:[]<>\"").ToFrozenSet();
    private static readonly FrozenSet<char> InPaths = (Unreserved + "$&+,/:;=@").ToFrozenSet();
    private static readonly FrozenSet<char> KeptInPaths = (Unreserved + "!$&'()*+,;=:@[]%/").ToFrozenSet();
    private static readonly FrozenSet<char> InUsers = "-._:~!$&'()*+,;=%@".ToFrozenSet();

    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: false);

    /// <summary>The URL, or null and what is wrong with the text.</summary>
    public static CelUrl? Read(string text, out string problem)
    {
        // The whole text must be a request's URI; only then what stands behind # is taken for a fragment.
        if (Parse(text, out problem) is null)
            return null;
        var hash = text.IndexOf('#', StringComparison.Ordinal);
        if (hash < 0)
            return Parse(text, out problem);
        return Parse(text[..hash], out problem) is { } url ? url with { Rest = url.Rest + text[hash..] } : null;
    }

    /// <summary>The parameters of a query; what cannot be read is left out.</summary>
    public static IEnumerable<(string Name, string Value)> Query(CelUrl url)
    {
        foreach (var pair in url.RawQuery.Split('&', StringSplitOptions.RemoveEmptyEntries).Where(pair => !pair.Contains(';', StringComparison.Ordinal)))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var (name, value) = equals < 0 ? (pair, "") : (pair[..equals], pair[(equals + 1)..]);
            if (Unescaped(name.Replace('+', ' '), out _) is { } readName && Unescaped(value.Replace('+', ' '), out _) is { } readValue)
                yield return (readName, readValue);
        }
    }

    private static CelUrl? Parse(string text, out string problem)
    {
        problem = text.Length == 0 ? "empty url" : text.Any(character => character is < ' ' or '\x7f') ? "net/url: invalid control character in URL" : "";
        if (problem.Length > 0)
            return null;
        if (text == "*")
            return new("", "", "*", "", "");
        if (!TryScheme(text, out var scheme, out var rest))
        {
            problem = "missing protocol scheme";
            return null;
        }
        var question = rest.IndexOf('?', StringComparison.Ordinal);
        var query = question < 0 ? "" : rest[(question + 1)..];
        rest = question < 0 ? rest : rest[..question];
        if (!rest.StartsWith('/'))
        {
            problem = scheme.Length > 0 ? "" : "invalid URI for request";
            return scheme.Length > 0 ? new(scheme, "", "", query, rest) : null;
        }
        var (authority, path) = scheme.Length > 0 && rest.StartsWith("//", StringComparison.Ordinal) ? Split(rest[2..]) : ("", rest);
        if (Authority(authority, out var user, out problem) is not { } host || EscapedPath(path, out problem) is not { } escaped)
            return null;
        return new(scheme, host, escaped, query, user);
    }

    private static (string Authority, string Path) Split(string text) =>
        text.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash ? (text[..slash], text[slash..]) : (text, "");

    private static bool TryScheme(string text, out string scheme, out string rest)
    {
        (scheme, rest) = ("", text);
        for (var index = 0; index < text.Length; index++)
        {
            if (char.IsAsciiLetter(text[index]))
                continue;
            if (text[index] == ':')
            {
                (scheme, rest) = (text[..index].ToLowerInvariant(), text[(index + 1)..]);
                return index > 0;
            }
            if (index == 0 || !(char.IsAsciiDigit(text[index]) || text[index] is '+' or '-' or '.'))
                return true;
        }
        return true;
    }

    private static string? Authority(string authority, out string user, out string problem)
    {
        (user, problem) = ("", "");
        var at = authority.LastIndexOf('@');
        if (at >= 0)
        {
            user = authority[..at];
            if (!user.All(character => char.IsAsciiLetterOrDigit(character) || InUsers.Contains(character)))
                problem = "net/url: invalid userinfo";
            else if (Unescaped(user, out problem) is not null)
                problem = "";
            if (problem.Length > 0)
                return null;
        }
        return Host(authority[(at + 1)..], out problem);
    }

    private static string? Host(string host, out string problem)
    {
        var bracket = host.LastIndexOf(']');
        if (host.StartsWith('[') && bracket < 0)
        {
            problem = "missing ']' in host";
            return null;
        }
        var colon = host.StartsWith('[') ? bracket + 1 : host.LastIndexOf(':') is >= 0 and var found ? found : host.Length;
        var port = host[colon..];
        if (port.Length > 0 && (port[0] != ':' || !port[1..].All(char.IsAsciiDigit)))
        {
            problem = $"invalid port {TextFormat.Quote(port)} after host";
            return null;
        }
        if (host.FirstOrDefault(character => character < 0x80 && character != '%' && !char.IsAsciiLetterOrDigit(character) && !InHosts.Contains(character)) is not '\0' and var bad)
        {
            problem = $"invalid character {TextFormat.Quote(bad.ToString())} in host name";
            return null;
        }
        return Unescaped(host, out problem);
    }

    // The path stays as it is written where that is a way to write it; else it is escaped anew.
    private static string? EscapedPath(string path, out string problem)
    {
        if (Unescaped(path, out problem) is not { } plain)
            return null;
        return path.All(character => char.IsAsciiLetterOrDigit(character) || KeptInPaths.Contains(character)) ? path : Escaped(plain);
    }

    private static string Escaped(string path)
    {
        var escaped = new StringBuilder(path.Length);
        foreach (var octet in Encoding.UTF8.GetBytes(path))
        {
            var character = (char)octet;
            if (octet < 0x80 && (char.IsAsciiLetterOrDigit(character) || InPaths.Contains(character)))
                escaped.Append(character);
            else
                escaped.Append('%').Append(octet.ToString("X2", CultureInfo.InvariantCulture));
        }
        return escaped.ToString();
    }

    private static string? Unescaped(string text, out string problem)
    {
        problem = "";
        if (!text.Contains('%', StringComparison.Ordinal))
            return text;
        var octets = new List<byte>(text.Length);
        for (var index = 0; index < text.Length; index++)
        {
            if (text[index] != '%')
            {
                var count = char.IsHighSurrogate(text[index]) && index + 1 < text.Length ? 2 : 1;
                octets.AddRange(Utf8.GetBytes(text.Substring(index, count)));
                index += count - 1;
            }
            else if (index + 2 < text.Length && char.IsAsciiHexDigit(text[index + 1]) && char.IsAsciiHexDigit(text[index + 2]))
            {
                octets.Add(byte.Parse(text.AsSpan(index + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                index += 2;
            }
            else
            {
                problem = $"invalid URL escape {TextFormat.Quote(text.Substring(index, Math.Min(3, text.Length - index)))}";
                return null;
            }
        }
        return Utf8.GetString([.. octets]);
    }
}

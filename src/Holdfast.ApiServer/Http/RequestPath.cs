using System.Collections.Immutable;
using Holdfast.ApiServer.Errors;

namespace Holdfast.ApiServer.Http;

/// <summary>A request's path: its decoded segments, and what of the API they name.</summary>
/// <param name="Text">The path as it was sent, without the query.</param>
/// <param name="Segments">Its segments, decoded.</param>
internal sealed record RequestPath(string Text, ImmutableArray<string> Segments)
{
    private const int MaximumQuery = 16 * 1024;
    private const int MaximumParameters = 256;

    /// <summary>What follows a proxy, as it was sent, with its first slash; empty for anything else. It is the target's to read.</summary>
    public string Rest { get; init; } = "";

    /// <summary>Splits a request's target; paths that could be read in two ways are refused.</summary>
    /// <param name="target">The target as it was sent.</param>
    /// <exception cref="Client.ApiException">It has encoded slashes, empty or relative segments, or cannot be decoded.</exception>
    public static RequestPath Parse(string target)
    {
        RequestLimits.CheckTarget(target);
        var end = target.AsSpan().IndexOfAny('?', '#');
        var text = end < 0 ? target : target[..end];
        CheckQuery(target.AsSpan()[text.Length..]);
        if (text.Length == 0 || text[0] != '/' || text.Contains('\\'))
            throw ApiErrors.BadRequest("the request's target is not a path");
        if (text.Length == 1)
            return new RequestPath(text, []);
        if (ProxyEnd(text) is { } proxy)
            return new RequestPath(text, [.. text[1..proxy].Split('/').Select(Decode)]) { Rest = text[proxy..] };
        var trimmed = text[^1] == '/' ? text[1..^1] : text[1..];
        return new RequestPath(text, [.. trimmed.Split('/').Select(Decode)]);
    }

    private static void CheckQuery(ReadOnlySpan<char> query)
    {
        if (query.Length > MaximumQuery)
            throw ApiErrors.Failure(414, "RequestURITooLong", $"the query is too long: it has {query.Length} characters, and {MaximumQuery} are allowed", null);
        if (query.Count('&') >= MaximumParameters)
            throw ApiErrors.BadRequest($"the query has more than {MaximumParameters} parameters");
    }

    // Where /api/v1/namespaces/N/pods/NAME/proxy ends, of Services likewise; null when it is no such path.
    private static int? ProxyEnd(string text)
    {
        if (!text.Contains("/proxy", StringComparison.Ordinal))
            return null;
        var parts = text.Split('/', 9);
        var isProxy = parts is ["", "api", "v1", "namespaces", _, "pods" or "services", _, "proxy", ..];
        return isProxy ? parts.Take(8).Sum(part => part.Length + 1) - 1 : null;
    }

    // What is left encoded after one decoding was encoded twice, or is no UTF-8: either could be read in another way by somebody else.
    private static string Decode(string segment)
    {
        var decoded = Uri.UnescapeDataString(segment);
        var isPlain = decoded is not ("" or "." or "..") && !decoded.AsSpan().ContainsAny("/\\%\uFFFD") && !decoded.Any(char.IsControl);
        return isPlain ? decoded : throw ApiErrors.BadRequest("the path has an empty, relative or ambiguous segment");
    }
}

/// <summary>What a path below a group and version names.</summary>
/// <param name="Group">The API group; empty for the core group.</param>
/// <param name="Version">The version.</param>
/// <param name="Plural">The resource.</param>
internal sealed record ResourcePath(string Group, string Version, string Plural)
{
    public string Namespace { get; init; } = "";

    public string Name { get; init; } = "";

    public string Subresource { get; init; } = "";

    /// <summary>Whether the path itself asks for a watch, as those below <c>/api/v1/watch/</c> do; the name is then what is watched.</summary>
    public bool IsWatch { get; init; }

    /// <summary>Whether the path goes by way of a namespace.</summary>
    public bool IsInNamespace { get; init; }

    /// <summary>Reads the segments of a path; null when it names no resource.</summary>
    /// <param name="segments">The segments.</param>
    public static ResourcePath? Parse(ImmutableArray<string> segments)
    {
        var (group, version, start) = segments switch
        {
            ["api", var v, _, ..] => ("", v, 2),
            ["apis", var g, var v, _, ..] => (g, v, 3),
            _ => ("", "", 0),
        };
        if (start == 0)
            return null;
        if (segments[start] == "watch" && segments.Length > start + 1)
            return Parse(segments.RemoveAt(start)) is { Subresource: "" } watched ? watched with { IsWatch = true } : null;
        return segments.AsSpan()[start..] switch
        {
            ["namespaces"] => new(group, version, "namespaces"),
            ["namespaces", var name] => new(group, version, "namespaces") { Name = name },
            ["namespaces", var name, "status" or "finalize"] =>
                new(group, version, "namespaces") { Name = name, Subresource = segments[^1] },
            ["namespaces", var space, var plural] => new(group, version, plural) { Namespace = space, IsInNamespace = true },
            ["namespaces", var space, var plural, var name] =>
                new(group, version, plural) { Namespace = space, IsInNamespace = true, Name = name },
            ["namespaces", var space, var plural, var name, var subresource] =>
                new(group, version, plural) { Namespace = space, IsInNamespace = true, Name = name, Subresource = subresource },
            [var plural] => new(group, version, plural),
            [var plural, var name] => new(group, version, plural) { Name = name },
            [var plural, var name, var subresource] => new(group, version, plural) { Name = name, Subresource = subresource },
            _ => null,
        };
    }
}

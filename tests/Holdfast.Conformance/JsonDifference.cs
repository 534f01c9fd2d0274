using System.Text.Json.Nodes;

namespace Holdfast.Conformance;

/// <summary>Tells in words where one JSON value differs from another.</summary>
internal static class JsonDifference
{
    internal static IEnumerable<string> Between(JsonNode? want, JsonNode? got, string path = "") => (want, got) switch
    {
        (JsonObject wanted, JsonObject given) => wanted.Select(member => member.Key).Union(given.Select(member => member.Key)).Order(StringComparer.Ordinal)
            .SelectMany(name => OfMember(wanted, given, name, path.Length == 0 ? name : $"{path}.{name}")),
        (JsonArray wanted, JsonArray given) when wanted.Count == given.Count =>
            Enumerable.Range(0, wanted.Count).SelectMany(i => Between(wanted[i], given[i], $"{path}[{i}]")),
        _ => JsonNode.DeepEquals(want, got) ? [] : [$"{path}: want {Short(want)}, got {Short(got)}"],
    };

    /// <summary>Takes a member away, in every item where the path goes through an array.</summary>
    internal static void Remove(JsonNode? value, ReadOnlySpan<string> path)
    {
        if (value is JsonArray items)
        {
            foreach (var item in items)
                Remove(item, path);
        }
        else if (value is JsonObject found && path.Length == 1)
        {
            found.Remove(path[0]);
        }
        else if (value is JsonObject around)
        {
            Remove(around[path[0]], path[1..]);
        }
    }

    private static IEnumerable<string> OfMember(JsonObject wanted, JsonObject given, string name, string path)
    {
        if (!given.ContainsKey(name))
            return [$"{path}: missing, want {Short(wanted[name])}"];
        return wanted.ContainsKey(name) ? Between(wanted[name], given[name], path) : [$"{path}: not wanted: {Short(given[name])}"];
    }

    private static string Short(JsonNode? value) => (value?.ToJsonString() ?? "null") is { Length: > 300 } text ? text[..300] + "…" : value?.ToJsonString() ?? "null";
}

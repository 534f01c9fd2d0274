using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Platform;

namespace Holdfast.ApiServer.Tests.Fuzzing;

/// <summary>Ways to make a right request wrong, each drawn from a seed.</summary>
internal static class Mutations
{
    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "get", "X"];

    private static readonly string[] Segments =
    [
        "..", ".", "%2e%2e", "%2F", "a%2Fb", "%00", "%C0%AF", "%ED%A0%80", "%252e", "", "%", "%zz", "a%0Ab", "\\", "%5C", "namespaces", "pods", "watch", "status", "scale",
        "%F0%9F%98%80", "default", "fuzz", "kube-system", "none", "A", "-", ";", "a:b", "*", "%20", "proxy", "finalize", "token", "binding", "exec", "log", new('x', 300),
    ];

    private static readonly string[] Parameters =
    [
        "watch", "limit", "continue", "resourceVersion", "resourceVersionMatch", "timeoutSeconds", "timeout", "labelSelector", "fieldSelector", "allowWatchBookmarks",
        "sendInitialEvents", "dryRun", "fieldManager", "fieldValidation", "force", "gracePeriodSeconds", "propagationPolicy", "orphanDependents", "pretty",
        "includeObject", "container", "tailLines", "limitBytes", "sinceTime", "sinceSeconds", "follow", "previous", "stdin", "command", "ports",
    ];

    private static readonly string[] Values =
    [
        "", "0", "1", "-1", "true", "false", "All", "None", "Exact", "NotOlderThan", "Strict", "Orphan", "x", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
        "1e3", "0x1", "%00", "%0a", "%FF", "%", "a%3Db", "a%20in%20(b,c)", "!a", "a%20notin%20(", "a%3D%3Db,c!%3Dd", "metadata.name%3Dx", "status.phase%3DRunning", "a%3E1", "a%3C9999999999999999999",
        "((((((((((", "%2C%2C%2C", "5s", "1h1m", "-1s", "1ns", "99999999h", "2026-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "aDEKMQpmdXp6CmZ1eno", "aDEKOTk5OTk5OTk5OTk5OTk5OTk5OQphCmI", "AAAA", new('a', 5000),
    ];

    private static readonly (string Name, string[] Values)[] HeaderChoices =
    [
        ("Accept", ["", "*/*", "text/html", "application/json;as=Table;v=v9;g=meta.k8s.io", "application/json;as=Table;v=v1;g=meta.k8s.io", "application/vnd.kubernetes.protobuf", "application/yaml", ";;;", "application/json;q=2", "a/b, application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"]),
        ("Content-Type", ["", "text/plain", "application/json; charset=utf-16", "application/yaml", "application/merge-patch+json", "application/json-patch+json", "application/apply-patch+yaml", "application/strategic-merge-patch+json", "application/vnd.kubernetes.protobuf", "///", "application/json;;"]),
        ("Authorization", ["Bearer x", "Bearer a.b.c", "Basic eDp5", "Bearer", "x", "Bearer eyJhbGciOiJub25lIn0.e30."]),
        ("Impersonate-User", ["bob", "system:anonymous", "system:serviceaccount:fuzz:fuzz", "system:serviceaccount::", "system:node:x", ""]),
        ("Impersonate-Group", ["system:masters", "x"]),
        ("Impersonate-Extra-x", ["y"]),
        ("Content-Encoding", ["gzip", "br"]),
        ("Accept-Encoding", ["gzip", "gzip;q=0", "*"]),
        ("If-None-Match", ["*", "\"x\""]),
        ("Upgrade", ["websocket", "SPDY/3.1"]),
        ("Connection", ["Upgrade"]),
        ("Sec-WebSocket-Version", ["13"]),
        ("User-Agent", ["", new('u', 3000), "a/b/c \u00ff"]),
        ("Audit-ID", ["x", "\"}", new('i', 100)]),
        ("Range", ["bytes=0-1"]),
        ("X-Odd", ["\u0001", new('h', 9000)]),
    ];

    private static readonly string[] OddJson =
    [
        "null", "true", "0", "-1", "2147483648", "9223372036854775807", "9223372036854775808", "1e309", "1e-400", "0.5", "\"\"", "\"\\u0000\"", "\"\\ud800\"", "\"../..\"", "\"a/b\"", "[]", "{}", "[null]", "{\"\":null}",
        "\"2026-13-45T99:99:99Z\"", "\"0001-01-01T00:00:00Z\"", "\"9999-12-31T23:59:59.999999999Z\"", "\"1e1000\"", "\"100Pi\"", "\"-5%\"", "\"%\"", "\"NaN\"", "\"101%\"", "\"99999999999999999999%\"", "\"😀\"", "\"fuzz\"", "\"kube-system\"",
        "[{},{}]", "[1,\"a\",null,{}]", "{\"a\":1,\"a\":2}", "{\"$patch\":\"delete\"}", "{\"$patch\":\"replace\"}", "{\"$retainKeys\":[1]}", "{\"$patch\":5}", "[{\"$patch\":\"replace\"}]", "[{\"$patch\":\"delete\",\"name\":\"c\"}]",
        "{\"$setElementOrder/containers\":[{\"name\":\"c\"}]}", "{\"$deleteFromPrimitiveList/finalizers\":[\"a\"]}", "[{\"name\":\"c\"},{\"name\":\"c\"}]", "\"uid\"", "[[[[[[[[[]]]]]]]]]",
    ];

    private static readonly string[] OddKeys =
    [
        "$patch", "$retainKeys", "$setElementOrder/containers", "$deleteFromPrimitiveList/finalizers", "", "\u0000", "metadata", "spec", "status", "managedFields", "finalizers", "ownerReferences",
        "generateName", "resourceVersion", "uid", "deletionTimestamp", "creationTimestamp", "op", "path", "from", "value", "apiVersion", "kind", "name", "namespace", "selector", "template", "items",
    ];

    /// <summary>One mutation.</summary>
    public static FuzzRequest Apply(FuzzRequest request, IChance chance) => chance.Next(13) switch
    {
        0 => request with { Method = Pick(Methods, chance) },
        1 => Path(request, chance),
        2 or 3 => Query(request, chance),
        4 => Header(request, chance),
        5 => request with { Body = Scramble(request.Body, chance) },
        6 => request with { Body = Pick(ValidRequests.All, chance).Body },
        7 => request with { Body = Yaml(request.Body, chance) },
        8 => request with { Body = SelectorMutations.Apply(request.Body, chance) },
        _ => request with { Body = Json(request.Body, chance) },
    };

    /// <summary>Changes a text of bytes anyhow.</summary>
    public static byte[] Scramble(byte[] bytes, IChance chance)
    {
        if (bytes.Length == 0)
            return [.. Enumerable.Range(0, chance.Next(40)).Select(_ => (byte)chance.Next(256))];
        var changed = bytes.ToList();
        for (var count = 1 + chance.Next(4); count > 0; count--)
        {
            var at = chance.Next(changed.Count + 1);
            switch (chance.Next(4))
            {
                case 0 when at < changed.Count:
                    changed[at] ^= (byte)(1 << chance.Next(8));
                    break;
                case 1:
                    changed.Insert(at, (byte)chance.Next(256));
                    break;
                case 2:
                    changed.RemoveRange(at, Math.Min(chance.Next(20), changed.Count - at));
                    break;
                default:
                    changed.InsertRange(at, changed.GetRange(at, Math.Min(chance.Next(30), changed.Count - at)));
                    break;
            }
        }
        return [.. changed];
    }

    /// <summary>Changes a node of a JSON document; what is none is changed anyhow.</summary>
    public static byte[] Json(byte[] body, IChance chance)
    {
        try
        {
            return Tree(JsonNode.Parse(body, null, new JsonDocumentOptions { MaxDepth = 300 }), chance);
        }
        catch (Exception problem) when (problem is JsonException or ArgumentException or InvalidOperationException)
        {
            return Scramble(body, chance);
        }
    }

    private static byte[] Tree(JsonNode? root, IChance chance)
    {
        var places = new List<(JsonNode Parent, string? Key, int Index)>();
        Collect(root, places);
        if (places.Count == 0)
            return Encoding.UTF8.GetBytes(Pick(OddJson, chance));
        // What cannot be said by a tree (odd numbers, repeated keys) is put in as text, where a mark stands.
        const string Mark = "\"@@mark@@\"";
        var (parent, key, index) = places[chance.Next(places.Count)];
        var odd = Odd(chance);
        switch (chance.Next(4))
        {
            case 0 when parent is JsonObject members:
                members.Remove(key!);
                break;
            case 1 when parent is JsonObject members && !members.ContainsKey("@@key@@"):
                members["@@key@@"] = "@@mark@@";
                break;
            case 2 when parent is JsonArray list:
                list.Add((JsonNode)"@@mark@@");
                break;
            default:
                if (parent is JsonObject owner)
                    owner[key!] = "@@mark@@";
                else
                    ((JsonArray)parent)[index] = "@@mark@@";
                break;
        }
        var text = root!.ToJsonString(new JsonSerializerOptions { MaxDepth = 400 });
        return Encoding.UTF8.GetBytes(text.Replace(Mark, odd, StringComparison.Ordinal)
            .Replace("@@key@@", JsonEncodedText.Encode(Pick(OddKeys, chance)).ToString(), StringComparison.Ordinal));
    }

    private static string Odd(IChance chance) => chance.Next(40) switch
    {
        0 => string.Concat(Enumerable.Repeat("[", 400)) + string.Concat(Enumerable.Repeat("]", 400)),
        1 => string.Concat(Enumerable.Repeat("{\"a\":", 200)) + "1" + new string('}', 200),
        2 => $"\"{new string('y', 1 + chance.Next(70_000))}\"",
        3 => "[" + string.Join(',', Enumerable.Range(0, 2000).Select(number => number.ToString(CultureInfo.InvariantCulture))) + "]",
        _ => Pick(OddJson, chance),
    };

    private static void Collect(JsonNode? node, List<(JsonNode, string?, int)> places)
    {
        if (node is JsonObject members)
        {
            foreach (var (key, value) in members)
            {
                places.Add((node, key, 0));
                Collect(value, places);
            }
        }
        else if (node is JsonArray list)
        {
            for (var index = 0; index < list.Count; index++)
            {
                places.Add((node, null, index));
                Collect(list[index], places);
            }
        }
    }

    private static FuzzRequest Path(FuzzRequest request, IChance chance)
    {
        var segments = request.Path.Split('/').ToList();
        var at = 1 + chance.Next(segments.Count);
        var odd = Pick(Segments, chance);
        if (at >= segments.Count)
            segments.Add(odd);
        else if (chance.Next(3) == 0)
            segments.Insert(at, odd);
        else if (chance.Next(3) == 0)
            segments.RemoveAt(at);
        else
            segments[at] = odd;
        var path = string.Join('/', segments);
        return request with { Path = path.Length == 0 ? "/" : path };
    }

    private static FuzzRequest Query(FuzzRequest request, IChance chance) =>
        request with { Query = request.Query.Add((Pick(Parameters, chance), Pick(Values, chance))) };

    private static FuzzRequest Header(FuzzRequest request, IChance chance)
    {
        var (name, values) = Pick(HeaderChoices, chance);
        return request.With(name, Pick(values, chance));
    }

    /// <summary>Puts something into a text that YAML has ways of its own to go wrong with.</summary>
    public static byte[] Yaml(byte[] body, IChance chance)
    {
        string[] odd = ["&a [*a]", "&a {b: *a}", "*none", "!!binary x", "!!python/object:a {}", "? [a, b]\n: c", "<<: *x", "---\n---\n", "a: &x 1\nb: *x\n", "'", "\"\\x", "\"\\ud800\"", "- - - -", ": :", "{[", "\t", "%YAML 9.9\n---\n", "a: 0o777\nb: 0x\nc: .inf\nd: -.NaN\ne: 1_000\nf: 12:30:45\n", "[" + new string('[', 500), "\u0000", "\ufeff{}"];
        var text = Encoding.UTF8.GetString(body);
        return Encoding.UTF8.GetBytes(text.Insert(chance.Next(text.Length + 1), Pick(odd, chance)));
    }

    private static T Pick<T>(IReadOnlyList<T> choices, IChance chance) => choices[chance.Next(choices.Count)];

    private static T Pick<T>(ImmutableArray<T> choices, IChance chance) => choices[chance.Next(choices.Length)];
}

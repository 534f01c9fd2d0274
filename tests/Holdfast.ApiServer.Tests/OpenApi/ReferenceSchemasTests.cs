using System.Text.Json.Nodes;
using Holdfast.ApiServer.OpenApi;
using Holdfast.ApiServer.Registry;
using Holdfast.Model.Tests.References;

namespace Holdfast.ApiServer.Tests.OpenApi;

/// <summary>Compares the schemas with those of a Kubernetes 1.36 server. Descriptions are our own and not compared.</summary>
public sealed class ReferenceSchemasTests
{
    // Nothing that is known reads unions, and granular is what a map is without a word about it.
    private static readonly string[] Passed = ["x-kubernetes-unions", "granular"];

    [Fact]
    public void The_schemas_are_those_of_kubernetes()
    {
        var documents = new OpenApiDocuments(ServedResources.OfModel());
        var differences = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var file in SharedFolder.Files("kubernetes-openapi"))
        {
            var path = "/openapi/v3/" + Path.GetFileNameWithoutExtension(file).Replace("__", "/", StringComparison.Ordinal);
            if (documents.Find(path, "") is not { } document)
                continue;
            var reference = JsonNode.Parse(File.ReadAllText(file))!["components"]!["schemas"]!.AsObject();
            foreach (var (name, schema) in JsonNode.Parse(document.Body.Span)!["components"]!["schemas"]!.AsObject())
            {
                // These are listed under every group that a server has, and servers have different groups.
                foreach (var each in (JsonNode?[])[reference[name], schema])
                {
                    if (name.EndsWith(".DeleteOptions", StringComparison.Ordinal) || name.EndsWith(".WatchEvent", StringComparison.Ordinal))
                        each?.AsObject().Remove("x-kubernetes-group-version-kind");
                }
                if (reference[name] is { } wanted)
                    Compare(Plain(wanted), Plain(schema!), name, differences);
            }
        }
        Assert.True(differences.Count == 0, $"{differences.Count}:\n{string.Join('\n', differences.Take(60))}");
    }

    private static void Compare(JsonNode wanted, JsonNode got, string place, SortedSet<string> differences)
    {
        if (wanted is not JsonObject || got is not JsonObject)
        {
            if (!JsonNode.DeepEquals(wanted, got))
                differences.Add($"{place}: want {wanted.ToJsonString()}, got {got.ToJsonString()}");
            return;
        }
        foreach (var key in wanted.AsObject().Select(each => each.Key).Union(got.AsObject().Select(each => each.Key)))
        {
            if (wanted[key] is not { } left)
                differences.Add($"{place}.{key}: not wanted: {got[key]?.ToJsonString()}");
            else if (got[key] is not { } right)
                differences.Add($"{place}.{key}: missing: {left.ToJsonString()}");
            else
                Compare(left, right, $"{place}.{key}", differences);
        }
    }

    private static JsonNode Plain(JsonNode schema)
    {
        switch (schema)
        {
            case JsonObject found:
                var copy = new JsonObject();
                foreach (var (key, value) in found)
                {
                    if (key == "description" && value is JsonValue)
                        continue;
                    if (Passed.Contains(key) || (value is JsonValue word && Passed.Contains(word.ToString())))
                        continue;
                    copy[key] = value is null ? null : Plain(value);
                }
                return copy is { Count: 1 } && copy["allOf"] is JsonArray { Count: 1 } all ? all[0]!.DeepClone() : copy;
            case JsonArray found when found.All(each => each is JsonValue):
                return new JsonArray([.. found.Select(each => each!.ToString()).Order(StringComparer.Ordinal).Select(each => (JsonNode)each!)]);
            case JsonArray found:
                return new JsonArray([.. found.Select(each => Plain(each!))]);
            default:
                return schema.DeepClone();
        }
    }
}

using System.Text.Json.Nodes;

namespace Holdfast.ApiServer.Tests.CustomResources;

/// <summary>A custom kind for tests, and requests about it.</summary>
internal static class Widgets
{
    internal const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    internal const string Collection = "/apis/example.com/v1/namespaces/default/widgets";

    internal const string Schema = """
        {"type":"object","properties":{
          "spec":{"type":"object","properties":{
            "size":{"type":"integer","maximum":9,"default":1},
            "colour":{"type":"string"},
            "replicas":{"type":"integer"},
            "free":{"type":"object","x-kubernetes-preserve-unknown-fields":true},
            "parts":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],
              "items":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"count":{"type":"integer"}}}}}},
          "status":{"type":"object","properties":{"replicas":{"type":"integer"},"selector":{"type":"string"}}}}}
        """;

    internal const string Subresources = """
        ,"subresources":{"status":{},"scale":{"specReplicasPath":".spec.replicas","statusReplicasPath":".status.replicas","labelSelectorPath":".status.selector"}}
        ,"selectableFields":[{"jsonPath":".spec.colour"}]
        """;

    internal static string Definition(string schema = Schema, string more = Subresources, string versions = "", string names = "", string scope = "Namespaced") => $$$"""
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"widgets.example.com"},
         "spec":{"group":"example.com","scope":"{{{scope}}}","names":{"plural":"widgets","kind":"Widget","shortNames":["wd"],"categories":["all"]{{{names}}}},
         "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{{{schema}}}}{{{more}}}}{{{versions}}}]}}
        """;

    internal static string Widget(string name, string spec = "{}", string more = "", string version = "v1") =>
        $$"""{"apiVersion":"example.com/{{version}}","kind":"Widget","metadata":{"name":"{{name}}"{{more}}},"spec":{{spec}}}""";

    internal static async Task<RunningServer> ServeAsync(string? definition = null)
    {
        var server = await RunningServer.StartAsync(Cluster.Token);
        await server.MakeAsync(Definitions, definition ?? Definition());
        return server;
    }

    internal static async Task<JsonNode> MakeAsync(this RunningServer server, string path, string body)
    {
        var (code, made) = await server.SendAsync("POST", path, body);
        Assert.True(code == 201, $"POST {path}: {code} {made}");
        return made;
    }

    internal static async Task<JsonNode> ReadAsync(this RunningServer server, string path)
    {
        var (code, found) = await server.SendAsync("GET", path);
        Assert.True(code == 200, $"GET {path}: {code} {found}");
        return found;
    }

    /// <summary>What a refusal says; it must be one of these codes.</summary>
    internal static async Task<string> RefusedAsync(this RunningServer server, int code, string method, string path, string? body = null, string type = "application/json")
    {
        var (answered, refusal) = await server.SendAsync(method, path, body, type);
        Assert.True(answered == code, $"{method} {path}: {answered} {refusal}");
        return (string)refusal["message"]!;
    }

    /// <summary>Replaces the stored definition's versions.</summary>
    internal static async Task RedefineAsync(this RunningServer server, string definition)
    {
        var stored = await server.ReadAsync($"{Definitions}/widgets.example.com");
        var wanted = JsonNode.Parse(definition)!;
        stored["spec"]!["versions"] = wanted["spec"]!["versions"]!.DeepClone();
        var (code, answer) = await server.SendAsync("PUT", $"{Definitions}/widgets.example.com", stored.ToJsonString());
        Assert.True(code == 200, $"{code} {answer}");
    }
}

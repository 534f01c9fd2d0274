using System.Text.Json.Nodes;

namespace Holdfast.ApiServer.Tests.Verbs;

/// <summary>Bindings that are posted to their own collection, as older schedulers post them.</summary>
public sealed class BindingTests(SharedServer shared)
{
    private const string Bindings = "/api/v1/namespaces/bound/bindings";

    [Fact]
    public async Task A_binding_gives_the_pod_that_it_is_named_after_its_node()
    {
        var server = shared.Running;
        await server.SendAsync("POST", "/api/v1/namespaces", """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"bound"}}""");
        await server.SendAsync("POST", "/api/v1/namespaces/bound/serviceaccounts", """{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"default"}}""");
        var (made, pod) = await server.SendAsync("POST", "/api/v1/namespaces/bound/pods", """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"example/x:1"}]}}""");
        Assert.True(made == 201, pod.ToJsonString());
        const string Binding = """{"apiVersion":"v1","kind":"Binding","metadata":{"name":"p"},"target":{"kind":"Node","name":"n"}}""";
        var (code, body) = await server.SendAsync("POST", Bindings, Binding);
        Assert.Equal((201, "Success"), (code, (string?)body["status"]));
        Assert.Equal("n", (string?)(await server.SendAsync("GET", "/api/v1/namespaces/bound/pods/p")).Body["spec"]!["nodeName"]);
        Assert.Equal(409, (await server.SendAsync("POST", Bindings, Binding)).Code);
        Assert.Equal(404, (await server.SendAsync("POST", Bindings, Binding.Replace("\"p\"", "\"none\"", StringComparison.Ordinal))).Code);
        Assert.Equal(400, (await server.SendAsync("POST", Bindings, Binding.Replace("\"name\":\"p\"", "\"namespace\":\"other\",\"name\":\"p\"", StringComparison.Ordinal))).Code);
        Assert.Equal(400, (await server.SendAsync("POST", Bindings, """{"apiVersion":"v1","kind":"Binding","target":{"name":"n"}}""")).Code);
    }

    [Fact]
    public async Task Bindings_are_discovered_as_what_is_only_posted()
    {
        var (_, list) = await shared.Running.SendAsync("GET", "/api/v1");
        var found = Assert.Single(list["resources"]!.AsArray(), each => (string?)each!["name"] == "bindings")!;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"name":"bindings","singularName":"binding","namespaced":true,"kind":"Binding","verbs":["create"]}"""), found), found.ToJsonString());
        Assert.Equal(405, (await shared.Running.SendAsync("GET", Bindings)).Code);
    }
}

using System.Text.Json.Nodes;

namespace Holdfast.ApiServer.Tests.Webhooks;

/// <summary>Sub-resources are shown to webhooks as what they are.</summary>
public sealed class SubresourceTests
{
    private const string Pod = """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"example/x:1"}]}}""";

    private const string Set = """
        {"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"s"},"spec":{"serviceName":"s","replicas":1,
         "selector":{"matchLabels":{"app":"s"}},"template":{"metadata":{"labels":{"app":"s"}},"spec":{"containers":[{"name":"c","image":"example/x:1"}]}}}}
        """;

    private static string Rules(string group, string operation, string resource) =>
        $$$"""{"rules":[{"apiGroups":["{{{group}}}"],"apiVersions":["v1"],"operations":["{{{operation}}}"],"resources":["{{{resource}}}"]}]}""";

    [Fact]
    public async Task An_eviction_is_shown_and_its_denial_keeps_the_pod()
    {
        await using var world = await WebhookFixture.StartAsync();
        Assert.Equal(201, (await world.CreateAsync(Pod, plural: "pods")).Code);
        world.Hooks.Answer("/h", _ => new JsonObject
        {
            ["allowed"] = false,
            ["status"] = new JsonObject { ["code"] = 429, ["reason"] = "TooManyRequests", ["message"] = "a switchover comes first" },
        });
        await world.HookAsync("Validating", "/h", Rules("", "CREATE", "pods/eviction"));
        var (code, body) = await world.CreateAsync("""{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"p","namespace":"default"}}""", plural: "pods/p/eviction");
        var review = world.Hooks.Single("/h");

        Assert.Equal((429, "TooManyRequests"), (code, (string?)body["reason"]));
        Assert.Equal("admission webhook \"h.example.com\" denied the request: a switchover comes first", (string?)body["message"]);
        Assert.Equal(("CREATE", "p", "eviction", "Eviction", "policy"),
            ((string?)review["operation"], (string?)review["name"], (string?)review["subResource"], (string?)review["kind"]!["kind"], (string?)review["kind"]!["group"]));
        Assert.Equal("Eviction", (string?)review["object"]!["kind"]);
        Assert.Null(review["oldObject"]);
        Assert.Equal(200, (await world.Server.SendAsync("GET", "/api/v1/namespaces/default/pods/p")).Code);
    }

    [Fact]
    public async Task A_scale_is_shown_as_a_scale_and_may_be_changed()
    {
        await using var world = await WebhookFixture.StartAsync();
        await world.Server.SendAsync("POST", "/apis/apps/v1/namespaces/default/statefulsets", Set);
        world.Hooks.Patch("/h", """[{"op":"replace","path":"/spec/replicas","value":3}]""");
        await world.HookAsync("Mutating", "/h", Rules("apps", "UPDATE", "statefulsets/scale"));
        var (code, _) = await world.Server.SendAsync("PATCH", "/apis/apps/v1/namespaces/default/statefulsets/s/scale", """{"spec":{"replicas":9}}""", "application/merge-patch+json");
        var review = world.Hooks.Single("/h");
        var (_, stored) = await world.Server.SendAsync("GET", "/apis/apps/v1/namespaces/default/statefulsets/s");

        Assert.Equal(200, code);
        Assert.Equal(("Scale", 9, 1), ((string?)review["object"]!["kind"], (int)review["object"]!["spec"]!["replicas"]!, (int)review["oldObject"]!["spec"]!["replicas"]!));
        Assert.Equal((3, "example/x:1"), ((int)stored["spec"]!["replicas"]!, (string?)stored["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]));
    }

    [Fact]
    public async Task A_status_is_shown_and_nothing_but_the_status_may_be_changed()
    {
        await using var world = await WebhookFixture.StartAsync();
        await world.Server.SendAsync("POST", "/apis/apps/v1/namespaces/default/statefulsets", Set);
        world.Hooks.Patch("/h", """[{"op":"replace","path":"/spec/replicas","value":7},{"op":"replace","path":"/status/replicas","value":5}]""");
        await world.HookAsync("Mutating", "/h", Rules("apps", "UPDATE", "statefulsets/status"));
        await world.Server.SendAsync("PATCH", "/apis/apps/v1/namespaces/default/statefulsets/s/status", """{"status":{"replicas":2}}""", "application/merge-patch+json");
        var (_, stored) = await world.Server.SendAsync("GET", "/apis/apps/v1/namespaces/default/statefulsets/s");

        Assert.Equal("status", (string?)world.Hooks.Single("/h")["subResource"]);
        Assert.Equal((1, 5), ((int)stored["spec"]!["replicas"]!, (int)stored["status"]!["replicas"]!));
    }

    [Fact]
    public async Task A_binding_is_shown_as_one()
    {
        await using var world = await WebhookFixture.StartAsync();
        Assert.Equal(201, (await world.CreateAsync(Pod, plural: "pods")).Code);
        world.Hooks.Answer("/h", _ => new JsonObject { ["allowed"] = false });
        await world.HookAsync("Validating", "/h", Rules("", "CREATE", "pods/binding"));
        var (code, _) = await world.CreateAsync("""{"apiVersion":"v1","kind":"Binding","metadata":{"name":"p"},"target":{"kind":"Node","name":"n"}}""", plural: "pods/p/binding");

        Assert.Equal(400, code);
        Assert.Equal(("Binding", "n"), ((string?)world.Hooks.Single("/h")["object"]!["kind"], (string?)world.Hooks.Single("/h")["object"]!["target"]!["name"]));
    }

    [Fact]
    public async Task A_binding_may_be_led_to_another_node()
    {
        await using var world = await WebhookFixture.StartAsync();
        Assert.Equal(201, (await world.CreateAsync(Pod, plural: "pods")).Code);
        world.Hooks.Patch("/h", """[{"op":"replace","path":"/target/name","value":"other"},{"op":"add","path":"/metadata/labels","value":{"led":"yes"}}]""");
        await world.HookAsync("Mutating", "/h", Rules("", "CREATE", "pods/binding"));
        Assert.Equal(201, (await world.CreateAsync("""{"apiVersion":"v1","kind":"Binding","metadata":{"name":"p"},"target":{"kind":"Node","name":"n"}}""", plural: "pods/p/binding")).Code);
        var (_, pod) = await world.Server.SendAsync("GET", "/api/v1/namespaces/default/pods/p");

        Assert.Equal(("other", "yes", "example/x:1"), ((string?)pod["spec"]!["nodeName"], (string?)pod["metadata"]!["labels"]!["led"], (string?)pod["spec"]!["containers"]![0]!["image"]));
    }

    [Fact]
    public async Task An_eviction_may_be_changed()
    {
        await using var world = await WebhookFixture.StartAsync();
        Assert.Equal(201, (await world.CreateAsync(Pod, plural: "pods")).Code);
        world.Hooks.Patch("/h", """[{"op":"add","path":"/deleteOptions","value":{"preconditions":{"uid":"another"}}}]""");
        await world.HookAsync("Mutating", "/h", Rules("", "CREATE", "pods/eviction"));
        var (code, body) = await world.CreateAsync("""{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"p","namespace":"default"}}""", plural: "pods/p/eviction");
        Assert.True(code == 409, body.ToJsonString());
    }

    [Fact]
    public async Task A_token_that_is_asked_for_is_shown_and_may_be_changed_and_refused()
    {
        const string path = "/api/v1/namespaces/default/serviceaccounts/default/token";
        const string request = """{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"audiences":["a"],"expirationSeconds":7200}}""";
        await using var world = await WebhookFixture.StartAsync();
        world.Hooks.Patch("/h", """[{"op":"replace","path":"/spec/expirationSeconds","value":900}]""");
        await world.HookAsync("Mutating", "/h", Rules("", "CREATE", "serviceaccounts/token"));
        var (code, issued) = await world.Server.SendAsync("POST", path, request);
        var review = world.Hooks.Single("/h");

        Assert.Equal((201, 900), (code, (int)issued["spec"]!["expirationSeconds"]!));
        Assert.Equal(("CREATE", "TokenRequest", "authentication.k8s.io", "serviceaccounts", "token", "default"),
            ((string?)review["operation"], (string?)review["kind"]!["kind"], (string?)review["kind"]!["group"], (string?)review["resource"]!["resource"],
                (string?)review["subResource"], (string?)review["name"]));
        Assert.Equal(7200, (int)review["object"]!["spec"]!["expirationSeconds"]!);
        world.Hooks.Answer("/no", _ => new JsonObject { ["allowed"] = false });
        await world.HookAsync("Validating", "/no", Rules("", "CREATE", "serviceaccounts/token"));
        Assert.Equal(400, (await world.Server.SendAsync("POST", path, request)).Code);
    }

    [Fact]
    public async Task A_proxy_is_shown_with_its_path_and_may_be_refused()
    {
        await using var world = await WebhookFixture.StartAsync();
        Assert.Equal(201, (await world.CreateAsync(Pod, plural: "pods")).Code);
        Assert.Equal(201, (await world.CreateAsync("""{"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},"spec":{"ports":[{"port":80}]}}""", plural: "services")).Code);
        foreach (var (hook, plural, name, kind) in new[] { ("/p", "pods", "p:8080", "PodProxyOptions"), ("/s", "services", "http:s:80", "ServiceProxyOptions") })
        {
            world.Hooks.Answer(hook, _ => new JsonObject { ["allowed"] = false, ["status"] = new JsonObject { ["message"] = "no proxies" } });
            await world.HookAsync("Validating", hook, Rules("", "CONNECT", plural + "/proxy"));
            var (code, body) = await world.Server.SendAsync("PUT", $"/api/v1/namespaces/default/{plural}/{name}/proxy/a%20b/c?d=e", "{}");
            var review = world.Hooks.Single(hook);

            Assert.Equal((400, $"admission webhook \"{hook[1..]}.example.com\" denied the request: no proxies"), (code, (string?)body["message"]));
            Assert.Equal(("CONNECT", kind, "proxy", name), ((string?)review["operation"], (string?)review["kind"]!["kind"], (string?)review["subResource"], (string?)review["name"]));
            Assert.Equal("/a b/c", (string?)review["object"]!["path"]);
            Assert.Null(review["oldObject"]);
        }
    }

    [Fact]
    public async Task A_command_in_a_pod_is_shown_and_may_be_refused()
    {
        await using var world = await WebhookFixture.StartAsync();
        Assert.Equal(201, (await world.CreateAsync(Pod, plural: "pods")).Code);
        world.Hooks.Answer("/h", _ => new JsonObject { ["allowed"] = false, ["status"] = new JsonObject { ["message"] = "no shells" } });
        await world.HookAsync("Validating", "/h", Rules("", "CONNECT", "pods/exec"));
        var (code, body) = await world.Server.SendAsync("GET", "/api/v1/namespaces/default/pods/p/exec?command=sh&command=-c&stdout=true&container=c");
        var review = world.Hooks.Single("/h");

        Assert.Equal((400, "admission webhook \"h.example.com\" denied the request: no shells"), (code, (string?)body["message"]));
        Assert.Equal(("CONNECT", "PodExecOptions", "exec"), ((string?)review["operation"], (string?)review["kind"]!["kind"], (string?)review["subResource"]));
        Assert.Equal(["sh", "-c"], review["object"]!["command"]!.AsArray().Select(word => (string?)word));
        Assert.Null(review["oldObject"]);
    }
}

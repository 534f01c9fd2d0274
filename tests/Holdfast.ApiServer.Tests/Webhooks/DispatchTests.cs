using System.Text.Json.Nodes;

namespace Holdfast.ApiServer.Tests.Webhooks;

/// <summary>What webhooks are shown, and what their answers do.</summary>
public sealed class DispatchTests
{
    private const string MapPath = "/api/v1/namespaces/default/configmaps/m";

    [Fact]
    public async Task A_denial_has_the_message_code_and_reason_of_the_webhook_and_its_warnings()
    {
        await using var world = await WebhookFixture.StartAsync();
        world.Hooks.Answer("/deny", _ => new JsonObject
        {
            ["allowed"] = false,
            ["status"] = new JsonObject { ["code"] = 403, ["reason"] = "Forbidden", ["message"] = "not today" },
            ["warnings"] = new JsonArray("think again"),
        });
        await world.HookAsync("Validating", "/deny");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/namespaces/default/configmaps")
        {
            Content = new StringContent(WebhookFixture.Map("m"), System.Text.Encoding.UTF8, "application/json"),
        };
        using var response = await world.Server.Http.SendAsync(request, TestContext.Current.CancellationToken);
        var status = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;

        Assert.Equal(403, (int)response.StatusCode);
        Assert.Equal("admission webhook \"deny.example.com\" denied the request: not today", (string?)status["message"]);
        Assert.Equal("Forbidden", (string?)status["reason"]);
        Assert.Contains("think again", Assert.Single(response.Headers.GetValues("Warning")), StringComparison.Ordinal);
        Assert.Equal(404, (await world.Server.SendAsync("GET", MapPath)).Code);
    }

    [Fact]
    public async Task A_denial_without_reason_is_a_bad_request()
    {
        await using var world = await WebhookFixture.StartAsync();
        world.Hooks.Answer("/deny", _ => new JsonObject { ["allowed"] = false });
        await world.HookAsync("Validating", "/deny");
        var (code, body) = await world.CreateAsync(WebhookFixture.Map("m"));

        Assert.Equal(400, code);
        Assert.Equal("admission webhook \"deny.example.com\" denied the request without explanation", (string?)body["message"]);
    }

    [Fact]
    public async Task Changes_are_stored_and_those_who_validate_see_what_is_stored_and_the_true_old_object()
    {
        await using var world = await WebhookFixture.StartAsync();
        world.Hooks.Patch("/change", """[{"op":"add","path":"/metadata/labels","value":{"team":"a"}},{"op":"add","path":"/metadata/uid","value":"other"}]""");
        world.Hooks.Allow("/see");
        await world.HookAsync("Mutating", "/change");
        await world.HookAsync("Validating", "/see");
        Assert.Equal(201, (await world.CreateAsync(WebhookFixture.Map("m"))).Code);
        var (_, stored) = await world.Server.SendAsync("GET", MapPath);
        var created = world.Hooks.Single("/see");

        Assert.Equal("a", (string?)stored["metadata"]!["labels"]!["team"]);
        Assert.Equal("default", (string?)stored["metadata"]!["namespace"]);
        Assert.Equal((string?)stored["metadata"]!["uid"], (string?)created["object"]!["metadata"]!["uid"]);
        Assert.Equal("a", (string?)created["object"]!["metadata"]!["labels"]!["team"]);
        Assert.Null(created["oldObject"]);
        Assert.Equal(("CREATE", "m", "default", "kubernetes-admin", "ConfigMap", "configmaps", "CreateOptions"),
            ((string?)created["operation"], (string?)created["name"], (string?)created["namespace"], (string?)created["userInfo"]!["username"],
                (string?)created["kind"]!["kind"], (string?)created["resource"]!["resource"], (string?)created["options"]!["kind"]));

        // Who names no manager is shown as having named none, whatever the owner of his fields is called.
        Assert.Null(created["options"]!["fieldManager"]);
        world.Hooks.Reviews.Clear();
        Assert.Equal(200, (await world.Server.SendAsync("PATCH", MapPath + "?fieldManager=me&dryRun=All", """{"data":{"k":"v"}}""", "application/merge-patch+json")).Code);
        Assert.Equal("me", (string?)world.Hooks.Single("/see")["options"]!["fieldManager"]);

        world.Hooks.Reviews.Clear();
        Assert.Equal(200, (await world.Server.SendAsync("PATCH", MapPath, """{"data":{"k":"v"}}""", "application/merge-patch+json")).Code);
        var updated = world.Hooks.Single("/see");
        Assert.True(JsonNode.DeepEquals(stored, updated["oldObject"]), updated["oldObject"]!.ToJsonString());
        Assert.Equal("v", (string?)updated["object"]!["data"]!["k"]);
        Assert.Equal("UPDATE", (string?)updated["operation"]);
    }

    [Fact]
    public async Task A_deletion_shows_the_old_object_and_may_be_refused()
    {
        await using var world = await WebhookFixture.StartAsync();
        Assert.Equal(201, (await world.CreateAsync(WebhookFixture.Map("m"))).Code);
        world.Hooks.Answer("/keep", _ => new JsonObject { ["allowed"] = false, ["status"] = new JsonObject { ["message"] = "kept" } });
        await world.HookAsync("Validating", "/keep", """{"rules":[{"apiGroups":["*"],"apiVersions":["*"],"operations":["DELETE"],"resources":["*"]}]}""");
        var (code, _) = await world.Server.SendAsync("DELETE", MapPath, """{"kind":"DeleteOptions","apiVersion":"v1","propagationPolicy":"Background"}""");
        var review = world.Hooks.Single("/keep");

        Assert.Equal(400, code);
        Assert.Null(review["object"]);
        Assert.Equal("m", (string?)review["oldObject"]!["metadata"]!["name"]);
        Assert.Equal("Background", (string?)review["options"]!["propagationPolicy"]);
        Assert.Equal(200, (await world.Server.SendAsync("GET", MapPath)).Code);
    }

    [Fact]
    public async Task Webhooks_that_ask_for_it_are_called_again_when_others_have_changed_the_object()
    {
        await using var world = await WebhookFixture.StartAsync();
        world.Hooks.Patch("/a-first", """[{"op":"add","path":"/data","value":{"first":"1"}}]""");
        world.Hooks.Answer("/b-never", _ => new JsonObject { ["allowed"] = true });
        world.Hooks.Patch("/c-last", """[{"op":"add","path":"/metadata/annotations","value":{"last":"1"}}]""");
        await world.HookAsync("Mutating", "/a-first", """{"reinvocationPolicy":"IfNeeded"}""");
        await world.HookAsync("Mutating", "/b-never");
        await world.HookAsync("Mutating", "/c-last", """{"reinvocationPolicy":"IfNeeded"}""");
        Assert.Equal(201, (await world.CreateAsync(WebhookFixture.Map("m"))).Code);

        Assert.Equal(["/a-first", "/b-never", "/c-last", "/a-first"], world.Hooks.Reviews.Select(review => review.Path));
        Assert.Equal("1", (string?)world.Hooks.Reviews.Last().Request["object"]!["metadata"]!["annotations"]!["last"]);
    }

    [Fact]
    public async Task A_pod_that_a_webhook_changes_passes_the_other_steps_once_more_and_stays_whole()
    {
        await using var world = await WebhookFixture.StartAsync();
        world.Hooks.Patch("/h", """[{"op":"add","path":"/spec/containers/-","value":{"name":"side","image":"example/y:1"}}]""");
        await world.HookAsync("Mutating", "/h", """{"rules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["CREATE"],"resources":["pods"]}]}""");
        var (code, pod) = await world.CreateAsync("""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"example/x:1"}]}}""", plural: "pods");
        var containers = pod["spec"]!["containers"]!.AsArray();

        Assert.True(code == 201, pod.ToJsonString());
        Assert.Equal(["c", "side"], containers.Select(container => (string?)container!["name"]));
        Assert.All(containers, container => Assert.Single(container!["volumeMounts"]!.AsArray()));
        Assert.Single(pod["spec"]!["volumes"]!.AsArray());
        Assert.Equal(2, pod["spec"]!["tolerations"]!.AsArray().Count);
    }

    [Fact]
    public async Task Many_webhooks_are_asked_at_once_and_all_of_their_warnings_arrive()
    {
        await using var world = await WebhookFixture.StartAsync();
        using var all = new CountdownEvent(5);
        var everybody = new TaskCompletionSource();
        for (var number = 0; number < 5; number++)
        {
            var path = $"/h{number}";
            world.Hooks.Answers[path] = async (http, request) =>
            {
                if (all.Signal())
                    everybody.SetResult();
                await everybody.Task.WaitAsync(http.RequestAborted);
                await WebhookServer.WriteAsync(http, $$$"""{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{"uid":"{{{request["uid"]}}}","allowed":true,"warnings":["from {{{path}}}"]}}""");
            };
            await world.HookAsync("Validating", path);
        }
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/namespaces/default/configmaps")
        {
            Content = new StringContent(WebhookFixture.Map("m"), System.Text.Encoding.UTF8, "application/json"),
        };
        using var response = await world.Server.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(201, (int)response.StatusCode);
        Assert.Equal(5, response.Headers.GetValues("Warning").Count());
    }

    [Fact]
    public async Task A_dry_run_is_shown_as_one_and_stores_nothing()
    {
        await using var world = await WebhookFixture.StartAsync();
        world.Hooks.Allow("/see");
        await world.HookAsync("Validating", "/see");
        Assert.Equal(201, (await world.CreateAsync(WebhookFixture.Map("m"), "?dryRun=All")).Code);

        Assert.True((bool)world.Hooks.Single("/see")["dryRun"]!);
        Assert.Equal(404, (await world.Server.SendAsync("GET", MapPath)).Code);
    }

    [Fact]
    public async Task Configurations_of_webhooks_are_never_shown_to_webhooks()
    {
        await using var world = await WebhookFixture.StartAsync();
        world.Hooks.Answer("/all", _ => new JsonObject { ["allowed"] = false });
        await world.HookAsync("Validating", "/all", """{"rules":[{"apiGroups":["*"],"apiVersions":["*"],"operations":["*"],"resources":["*/*"]}]}""");
        Assert.Equal(400, (await world.CreateAsync(WebhookFixture.Map("m"))).Code);
        Assert.Equal(200, (await world.Server.SendAsync("DELETE", "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/all")).Code);
        Assert.Equal(201, (await world.CreateAsync(WebhookFixture.Map("m"))).Code);
    }

    [Fact]
    public async Task A_webhook_behind_a_service_is_reached_at_a_ready_endpoint_under_the_name_of_the_service()
    {
        await using var world = await WebhookFixture.StartAsync();
        world.Hooks.Allow("/see");
        await world.HookAsync("Validating", "/see", $$$"""
            {"clientConfig":{"service":{"name":"hook","namespace":"default","path":"/see"},"caBundle":"{{{world.Hooks.Bundle}}}"}}
            """);
        var (missing, absent) = await world.CreateAsync(WebhookFixture.Map("m"));
        Assert.Equal(500, missing);
        Assert.Equal("Internal error occurred: failed calling webhook \"see.example.com\": failed to call webhook: "
            + "Post \"https://hook.default.svc:443/see?timeout=10s\": service \"hook\" not found", (string?)absent["message"]);
        await world.CreateAsync("""{"apiVersion":"v1","kind":"Service","metadata":{"name":"hook"},"spec":{"ports":[{"name":"https","port":443}]}}""", plural: "services");
        Assert.Contains("no endpoints available for service \"hook\"", (string?)(await world.CreateAsync(WebhookFixture.Map("m"))).Body["message"], StringComparison.Ordinal);
        await world.Server.SendAsync("POST", "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", $$$"""
            {"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"hook-1","labels":{"kubernetes.io/service-name":"hook"}},
             "addressType":"IPv4","endpoints":[{"addresses":["127.0.0.1"]},{"addresses":["127.0.0.9"],"conditions":{"ready":false}}],
             "ports":[{"name":"https","port":{{{world.Hooks.Port}}}}]}
            """);

        var (code, body) = await world.CreateAsync(WebhookFixture.Map("m"));
        Assert.True(code == 201, body.ToJsonString());
    }

    [Fact]
    public async Task Kubectl_applies_configurations_shows_them_and_tells_of_denials()
    {
        Assert.True(Kubectl.IsThere, "kubectl is missing; ./test says where it is to be had");
        await using var world = await WebhookFixture.StartAsync();
        var kubectl = new Kubectl(world.Server);
        world.Hooks.Answer("/deny", _ => new JsonObject
        {
            ["allowed"] = false,
            ["status"] = new JsonObject { ["message"] = "not today" },
            ["warnings"] = new JsonArray("think again"),
        });
        await kubectl.RunAsync(world.Configuration("Validating", "/deny"), "apply", "-f", "-");
        var shown = await kubectl.RunAsync("", "get", "validatingwebhookconfigurations");
        using var denied = kubectl.Start("create", "configmap", "m");
        var errors = await denied.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await denied.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Matches(@"NAME\s+WEBHOOKS\s+AGE\s+deny\s+1\s", shown);
        Assert.Equal(1, denied.ExitCode);
        Assert.Contains("admission webhook \"deny.example.com\" denied the request: not today", errors, StringComparison.Ordinal);
        Assert.Contains("Warning: think again", errors, StringComparison.Ordinal);
    }
}

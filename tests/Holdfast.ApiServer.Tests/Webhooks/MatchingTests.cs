using System.Text.Json.Nodes;

namespace Holdfast.ApiServer.Tests.Webhooks;

/// <summary>Which writes webhooks are asked about.</summary>
public sealed class MatchingTests
{
    [Theory]
    [InlineData("""{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"other"}}}""", false)]
    [InlineData("""{"namespaceSelector":{"matchExpressions":[{"key":"none","operator":"DoesNotExist"}]}}""", true)]
    [InlineData("""{"objectSelector":{"matchLabels":{"app":"b"}}}""", false)]
    [InlineData("""{"objectSelector":{"matchLabels":{"app":"a"}}}""", true)]
    [InlineData("""{"rules":[{"apiGroups":["apps"],"apiVersions":["*"],"operations":["*"],"resources":["*"]}]}""", false)]
    [InlineData("""{"rules":[{"apiGroups":["*"],"apiVersions":["v1"],"operations":["*"],"resources":["*"],"scope":"Cluster"}]}""", false)]
    [InlineData("""{"rules":[{"apiGroups":["*"],"apiVersions":["v1"],"operations":["*"],"resources":["*"],"scope":"Namespaced"}]}""", true)]
    [InlineData("""{"rules":[{"apiGroups":["*"],"apiVersions":["v2"],"operations":["*"],"resources":["*"]}]}""", false)]
    [InlineData("""{"rules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["UPDATE","DELETE","CONNECT"],"resources":["configmaps"]}]}""", false)]
    [InlineData("""{"rules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["CREATE"],"resources":["configmaps/status"]}]}""", false)]
    [InlineData("""{"rules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["CREATE"],"resources":["*/*"]}]}""", true)]
    [InlineData("""{"matchConditions":[{"name":"a","expression":"object.metadata.name == 'm' && oldObject == null"}]}""", true)]
    [InlineData("""{"matchConditions":[{"name":"a","expression":"true"},{"name":"b","expression":"request.userInfo.username == 'somebody'"}]}""", false)]
    [InlineData("""{"matchConditions":[{"name":"a","expression":"object.none == 1"},{"name":"b","expression":"request.operation != 'CREATE'"}]}""", false)]
    [InlineData("""{"matchConditions":[{"name":"a","expression":"request.kind.kind == 'ConfigMap' && request.__namespace__ == 'default' && !request.dryRun"}]}""", true)]
    public async Task A_webhook_is_asked_when_rules_selectors_and_conditions_match(string fields, bool isAsked)
    {
        await using var world = await WebhookFixture.StartAsync();
        world.Hooks.Allow("/h");
        await world.HookAsync("Validating", "/h", fields);
        Assert.Equal(201, (await world.CreateAsync(WebhookFixture.Map("m", ",\"labels\":{\"app\":\"a\"}"))).Code);

        Assert.Equal(isAsked ? 1 : 0, world.Hooks.Reviews.Count);
    }

    [Fact]
    public async Task Conditions_may_ask_what_whoever_writes_may_do()
    {
        await using var world = await WebhookFixture.StartAsync();
        string[] held =
        [
            "authorizer.requestResource.check('create').allowed()",
            "authorizer.group('').resource('configmaps').namespace('default').name('m').check('create').allowed()",
            "authorizer.path('/healthz').check('get').allowed()",
            "authorizer.serviceAccount('default', 'maker').group('').resource('configmaps').namespace('default').check('create').allowed()",
            "authorizer.requestResource.check('create').reason().startsWith('RBAC: allowed by RoleBinding') && !authorizer.requestResource.check('create').errored()",
        ];
        string[] missed =
        [
            "authorizer.requestResource.check('delete').allowed()",
            "authorizer.group('').resource('configmaps').namespace('other').check('create').allowed()",
            "authorizer.path('/metrics').check('get').allowed()",
            "authorizer.serviceAccount('default', 'other').path('/healthz').check('get').allowed()",
        ];
        await AllowMakerAsync(world.Server);
        foreach (var (index, expression) in held.Concat(missed).Index())
        {
            world.Hooks.Allow($"/h{index}");
            var fields = new JsonObject { ["matchConditions"] = new JsonArray(new JsonObject { ["name"] = "a", ["expression"] = expression }) };
            await world.HookAsync("Validating", $"/h{index}", fields.ToJsonString());
        }
        var (code, body) = await world.Server.SendAsync("POST", "/api/v1/namespaces/default/configmaps", WebhookFixture.Map("m"), "application/json",
            ("Impersonate-User", "system:serviceaccount:default:maker"));
        Assert.True(code == 201, body.ToJsonString());
        Assert.Equal(held.Select((_, index) => $"/h{index}"), world.Hooks.Reviews.Select(review => review.Path).Order(StringComparer.Ordinal));
    }

    private static async Task AllowMakerAsync(RunningServer server)
    {
        const string Rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/";
        await server.SendAsync("POST", Rbac + "roles", """
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"maker"},"rules":[{"apiGroups":[""],"resources":["configmaps"],"verbs":["create"]}]}
            """);
        var (code, body) = await server.SendAsync("POST", Rbac + "rolebindings", """
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"maker"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"maker"},
             "subjects":[{"kind":"ServiceAccount","name":"maker","namespace":"default"}]}
            """);
        Assert.True(code == 201, body.ToJsonString());
    }

    [Theory]
    [InlineData("/api/v1", "message", "events.k8s.io", "note")]
    [InlineData("/apis/events.k8s.io/v1", "note", "", "message")]
    public async Task An_event_is_shown_in_the_group_that_the_webhook_asks_for(string path, string field, string group, string shown)
    {
        await using var world = await WebhookFixture.StartAsync();
        var rules = $$"""{"rules":[{"apiGroups":["{{group}}"],"apiVersions":["v1"],"operations":["*"],"resources":["events"]}]}""";
        world.Hooks.Allow("/h");
        await world.HookAsync("Validating", "/h", rules);
        await world.HookAsync("Validating", "/exact", $"{rules[..^1]},\"matchPolicy\":\"Exact\"}}");
        var version = path["/api".Length..].TrimStart('s', '/');
        var happening = new JsonObject
        {
            ["apiVersion"] = version,
            ["kind"] = "Event",
            ["metadata"] = new JsonObject { ["name"] = "e" },
            [field] = "Waiting.",
            [field == "note" ? "regarding" : "involvedObject"] = new JsonObject { ["kind"] = "Pod", ["namespace"] = "default", ["name"] = "p" },
            ["reason"] = "R",
            ["type"] = "Normal",
            ["action"] = "A",
            ["reportingInstance"] = "i",
            [field == "note" ? "reportingController" : "reportingComponent"] = "example.com/c",
            ["eventTime"] = "2026-01-02T11:59:00.000001Z",
        };
        var (code, answer) = await world.Server.SendAsync("POST", $"{path}/namespaces/default/events", happening.ToJsonString());
        Assert.True(code == 201, answer.ToJsonString());

        var review = world.Hooks.Single("/h");
        Assert.Equal("Waiting.", (string?)review["object"]![shown]);
        Assert.Equal((group, group, version == "v1" ? "" : "events.k8s.io"),
            ((string?)review["kind"]!["group"], (string?)review["resource"]!["group"], (string?)review["requestResource"]!["group"]));
        Assert.Single(world.Hooks.Reviews);
    }

    [Fact]
    public async Task An_object_that_had_the_labels_is_found_by_them()
    {
        await using var world = await WebhookFixture.StartAsync();
        world.Hooks.Allow("/h");
        Assert.Equal(201, (await world.CreateAsync(WebhookFixture.Map("m", ",\"labels\":{\"app\":\"a\"}"))).Code);
        await world.HookAsync("Validating", "/h", """{"objectSelector":{"matchLabels":{"app":"a"}}}""");
        await world.Server.SendAsync("PUT", "/api/v1/namespaces/default/configmaps/m", WebhookFixture.Map("m"));

        Assert.Equal("a", (string?)world.Hooks.Single("/h")["oldObject"]!["metadata"]!["labels"]!["app"]);
    }

    [Fact]
    public async Task A_condition_that_fails_refuses_the_write_or_passes_the_webhook_over_as_the_policy_says()
    {
        await using var world = await WebhookFixture.StartAsync();
        await world.HookAsync("Validating", "/h", """{"matchConditions":[{"name":"a","expression":"object.none == 1"}]}""");
        var (code, body) = await world.CreateAsync(WebhookFixture.Map("m"));
        Assert.Equal(403, code);
        Assert.Equal("configmaps \"m\" is forbidden: expression 'object.none == 1' resulted in error: no such key: none", (string?)body["message"]);

        await world.Server.SendAsync("PATCH", "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/h",
            """[{"op":"replace","path":"/webhooks/0/failurePolicy","value":"Ignore"}]""", "application/json-patch+json");
        Assert.Equal(201, (await world.CreateAsync(WebhookFixture.Map("m"))).Code);
        Assert.Empty(world.Hooks.Reviews);
    }

    [Theory]
    [InlineData("request.none", "compilation failed: ERROR: <input>:1:8: undefined field 'none'")]
    [InlineData("authorizer.check('get').allowed()", "found no matching overload for 'check' applied to 'kubernetes.authorization.Authorizer.(string)'")]
    [InlineData("authorizer.path('/').check('get')", "must evaluate to bool")]
    [InlineData("1", "must evaluate to bool")]
    [InlineData("object.a ==", "compilation failed: ERROR: <input>:1:12: Syntax error")]
    [InlineData("nowhere('x') == 'x'", "undeclared reference to 'nowhere' (in container '')")]
    public async Task A_condition_that_means_nothing_is_refused_when_it_is_written(string expression, string message)
    {
        await using var world = await WebhookFixture.StartAsync();
        var fields = new JsonObject { ["matchConditions"] = new JsonArray(new JsonObject { ["name"] = "a", ["expression"] = expression }), ["sideEffects"] = "Some" };
        var (code, body) = await world.ConfigureAsync("Validating", "/h", fields.ToJsonString());

        Assert.Equal(422, code);
        Assert.Equal(2, body["details"]!["causes"]!.AsArray().Count);
        Assert.Equal("webhooks[0].matchConditions[0].expression", (string?)body["details"]!["causes"]![1]!["field"]);
        Assert.Contains(message, (string?)body["message"], StringComparison.Ordinal);
    }
}

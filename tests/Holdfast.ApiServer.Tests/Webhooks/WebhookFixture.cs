using System.Text.Json.Nodes;

namespace Holdfast.ApiServer.Tests.Webhooks;

/// <summary>A real API server and a real webhook beside it.</summary>
internal sealed class WebhookFixture : IAsyncDisposable
{
    private WebhookFixture(RunningServer server, WebhookServer hooks)
    {
        Server = server;
        Hooks = hooks;
    }

    public RunningServer Server { get; }

    public WebhookServer Hooks { get; }

    public static async Task<WebhookFixture> StartAsync()
    {
        var server = await RunningServer.StartAsync(TestContext.Current.CancellationToken);
        await server.Client.CreateAsync(Objects.DefaultAccount(), TestContext.Current.CancellationToken);
        return new(server, await WebhookServer.StartAsync());
    }

    public static string Map(string name, string more = "") => $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}"{{{more}}}}}""";

    /// <summary>The configuration of one webhook that is asked when ConfigMaps are made or changed, unless fields say otherwise.</summary>
    public string Configuration(string kind, string path, string fields = "{}")
    {
        var name = path.Trim('/');
        var hook = new JsonObject
        {
            ["name"] = $"{name}.example.com",
            ["admissionReviewVersions"] = new JsonArray("v1"),
            ["sideEffects"] = "None",
            ["clientConfig"] = new JsonObject { ["url"] = $"https://127.0.0.1:{Hooks.Port}{path}", ["caBundle"] = Hooks.Bundle },
            ["rules"] = JsonNode.Parse("""[{"apiGroups":[""],"apiVersions":["v1"],"operations":["CREATE","UPDATE"],"resources":["configmaps"]}]"""),
        };
        foreach (var (field, value) in JsonNode.Parse(fields)!.AsObject())
            hook[field] = value?.DeepClone();
        return new JsonObject
        {
            ["apiVersion"] = "admissionregistration.k8s.io/v1",
            ["kind"] = kind + "WebhookConfiguration",
            ["metadata"] = new JsonObject { ["name"] = name },
            ["webhooks"] = new JsonArray(hook),
        }.ToJsonString();
    }

    public Task<(int Code, JsonNode Body)> ConfigureAsync(string kind, string path, string fields = "{}") => Server.SendAsync(
        "POST", $"/apis/admissionregistration.k8s.io/v1/{kind.ToLowerInvariant()}webhookconfigurations", Configuration(kind, path, fields));

    /// <summary>Configures a webhook that must be accepted.</summary>
    public async Task HookAsync(string kind, string path, string fields = "{}")
    {
        var (code, body) = await ConfigureAsync(kind, path, fields);
        Assert.True(code == 201, body.ToJsonString());
    }

    public Task<(int Code, JsonNode Body)> CreateAsync(string body, string query = "", string plural = "configmaps") =>
        Server.SendAsync("POST", $"/api/v1/namespaces/default/{plural}{query}", body);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Hooks.DisposeAsync();
    }
}

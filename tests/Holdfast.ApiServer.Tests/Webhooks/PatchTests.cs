using System.Text.Json.Nodes;

namespace Holdfast.ApiServer.Tests.Webhooks;

/// <summary>What comes of the patches that webhooks answer with: an object of its kind, or a refusal, and nothing in between.</summary>
public sealed class PatchTests
{
    [Theory]
    [InlineData("null", 422, "ConfigMap \"\" is invalid: metadata.name: Required value: name or generateName is required")]
    [InlineData("[]", 500, "Internal error occurred: admission webhook \"change.example.com\" returned a patch that cannot be applied: the patched object is no object but an array")]
    [InlineData("""{"kind":"Secret","apiVersion":"v1","metadata":{"name":"m"}}""", 500, "Internal error occurred: admission webhook \"change.example.com\" returned a patch that cannot be applied: the patched object's kind is \"Secret\", and not \"ConfigMap\" as before")]
    public async Task A_patch_that_leaves_no_such_object_refuses_the_creation(string document, int code, string message)
    {
        await using var world = await WorldAsync($$"""[{"op":"replace","path":"","value":{{document}}}]""");
        var (given, body) = await world.CreateAsync(WebhookFixture.Map("m", ""","labels":{"app":"x"}"""));
        Assert.Equal((code, message), (given, (string?)body["message"]));
        Assert.Equal(404, (await world.Server.SendAsync("GET", "/api/v1/namespaces/default/configmaps/m")).Code);
    }

    [Fact]
    public async Task A_patch_that_takes_all_of_an_object_away_refuses_the_update_and_the_object_stays()
    {
        await using var world = await WorldAsync("[]");
        var (made, before) = await world.CreateAsync(WebhookFixture.Map("m", ""","labels":{"app":"x"}"""));
        Assert.Equal(201, made);
        world.Hooks.Patch("/change", """[{"op":"replace","path":"","value":null}]""");
        var (code, body) = await world.Server.SendAsync("PATCH", "/api/v1/namespaces/default/configmaps/m", """{"data":{"k":"v"}}""", "application/merge-patch+json");
        Assert.Equal((422, "metadata.name"), (code, (string?)body["details"]!["causes"]![0]!["field"]));
        var (_, after) = await world.Server.SendAsync("GET", "/api/v1/namespaces/default/configmaps/m");
        Assert.True(JsonNode.DeepEquals(before, after), after.ToJsonString());
    }

    [Fact]
    public async Task A_webhook_names_what_is_made_and_cannot_rename_what_is_there()
    {
        await using var world = await WorldAsync("""[{"op":"replace","path":"/metadata/name","value":"other"}]""");
        Assert.Equal(201, (await world.CreateAsync(WebhookFixture.Map("m"))).Code);
        Assert.Equal(404, (await world.Server.SendAsync("GET", "/api/v1/namespaces/default/configmaps/m")).Code);
        Assert.Equal(200, (await world.Server.SendAsync("GET", "/api/v1/namespaces/default/configmaps/other")).Code);
        Assert.Equal(409, (await world.CreateAsync(WebhookFixture.Map("m"))).Code);
        world.Hooks.Patch("/change", """[{"op":"replace","path":"/metadata/name","value":"third"}]""");
        var (code, body) = await world.Server.SendAsync("PATCH", "/api/v1/namespaces/default/configmaps/other", """{"data":{"k":"v"}}""", "application/merge-patch+json");
        Assert.Equal((422, "ConfigMap \"third\" is invalid: metadata.name: Invalid value: \"third\": field is immutable"), (code, (string?)body["message"]));
    }

    [Fact]
    public async Task A_webhook_cannot_move_an_object_to_another_namespace()
    {
        await using var world = await WorldAsync("""[{"op":"add","path":"/metadata/namespace","value":"elsewhere"}]""");
        var (code, body) = await world.CreateAsync(WebhookFixture.Map("m"));
        Assert.Equal((400, "the namespace of the provided object does not match the namespace sent on the request"), (code, (string?)body["message"]));
    }

    [Fact]
    public async Task A_patch_that_is_no_base64_is_told_of_with_the_place_where_it_ends_to_be()
    {
        await using var world = await WorldAsync("[]");
        world.Hooks.Answer("/change", _ => new JsonObject { ["allowed"] = true, ["patchType"] = "JSONPatch", ["patch"] = "W10=*" });
        var (code, body) = await world.CreateAsync(WebhookFixture.Map("m"));
        Assert.Equal((500, "Internal error occurred: failed calling webhook \"change.example.com\": failed to call webhook: illegal base64 data at input byte 4"), (code, (string?)body["message"]));
    }

    private static async Task<WebhookFixture> WorldAsync(string patch)
    {
        var world = await WebhookFixture.StartAsync();
        world.Hooks.Patch("/change", patch);
        await world.HookAsync("Mutating", "/change");
        return world;
    }
}

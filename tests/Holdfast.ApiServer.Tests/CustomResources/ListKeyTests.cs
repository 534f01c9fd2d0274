using System.Text.Json.Nodes;
using static Holdfast.ApiServer.Tests.CustomResources.Widgets;

namespace Holdfast.ApiServer.Tests.CustomResources;

/// <summary>Lists of custom resources whose keys have defaults: an item that leaves one out is the item with the default.</summary>
public sealed class ListKeyTests
{
    private const string Ports = """
        {"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name","mode"],
         "items":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"mode":{"type":"string","default":"rw"},"val":{"type":"integer"},"inner":
         {"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["port","protocol"],
          "items":{"type":"object","properties":{"port":{"type":"integer","default":80},"protocol":{"type":"string","default":"QUIC"},"on":{"type":"boolean"}}}}}}}
        """;

    private const string Plain = """
        {"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name","protocol"],
         "items":{"type":"object","required":["name","protocol"],"properties":{"name":{"type":"string"},"protocol":{"type":"string"}}}}
        """;

    private const string Schema = """{"type":"object","properties":{"spec":{"type":"object","properties":{"ports":""" + Ports + ",\"plain\":" + Plain
        + ""","byZone":{"type":"object","additionalProperties":""" + Ports + "}"
        + """}},"status":{"type":"object","properties":{"ports":""" + Ports + "}}}}";

    private static readonly string Definition = Widgets.Definition(Schema, ",\"subresources\":{\"status\":{}}");

    [Fact]
    public async Task An_applied_item_without_a_key_is_the_item_with_the_default_and_one_left_out_goes()
    {
        await using var server = await ServeAsync(Definition);
        await ApplyAsync(server, "m1", """{"ports":[{"name":"a","val":1},{"name":"b","val":2}]}""", 201);
        var applied = await ApplyAsync(server, "m1", """{"ports":[{"name":"b","val":3}]}""");
        Assert.Equal("""[{"mode":"rw","name":"b","val":3}]""", Canonical(applied["spec"]!["ports"]!));
        Assert.Equal("""{"f:spec":{"f:ports":{"k:{\"mode\":\"rw\",\"name\":\"b\"}":{".":{},"f:name":{},"f:val":{}}}}}""", Fields(applied, "m1"));
    }

    [Fact]
    public async Task Managers_of_items_with_other_keys_do_not_conflict_and_share_what_they_both_apply()
    {
        await using var server = await ServeAsync(Definition);
        await ApplyAsync(server, "m1", """{"ports":[{"name":"a","val":1}]}""", 201);
        var both = await ApplyAsync(server, "m2", """{"ports":[{"name":"a","mode":"ro","val":2},{"name":"a","mode":"rw","val":1}]}""");
        Assert.Equal(2, both["spec"]!["ports"]!.AsArray().Count);
        var refused = await SendApplyAsync(server, "m2", """{"ports":[{"name":"a","val":7}]}""");
        Assert.Equal(409, refused.Code);
        Assert.Contains(".spec.ports[mode=\"rw\",name=\"a\"].val", (string)refused.Answer["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_updater_wrote_is_found_again_under_its_default_also_in_lists_of_lists()
    {
        await using var server = await ServeAsync(Definition);
        var made = await server.MakeAsync(Collection + "?fieldManager=updater", Widget("a", """{"ports":[{"name":"a","inner":[{"on":true}]}]}"""));
        Assert.Contains("""k:{\"mode\":\"rw\",\"name\":\"a\"}""", Fields(made, "updater"), StringComparison.Ordinal);
        Assert.Contains("""k:{\"port\":80,\"protocol\":\"QUIC\"}""", Fields(made, "updater"), StringComparison.Ordinal);
        var refused = await SendApplyAsync(server, "m1", """{"ports":[{"name":"a","inner":[{"on":false}]}]}""");
        Assert.Equal(409, refused.Code);
        Assert.Contains(".spec.ports[mode=\"rw\",name=\"a\"].inner[port=80,protocol=\"QUIC\"].on", (string)refused.Answer["message"]!, StringComparison.Ordinal);
        var forced = await ApplyAsync(server, "m1", """{"ports":[{"name":"a","inner":[{"on":false}]}]}""", force: true);
        Assert.Equal("""[{"on":false,"port":80,"protocol":"QUIC"}]""", Canonical(forced["spec"]!["ports"]![0]!["inner"]!));
    }

    [Fact]
    public async Task Lists_that_are_values_of_a_map_have_keys_too()
    {
        await using var server = await ServeAsync(Definition);
        var made = await server.MakeAsync(Collection + "?fieldManager=updater", Widget("a", """{"byZone":{"east":[{"name":"u"}]}}"""));
        Assert.Contains("""
            "f:east":{".":{},"k:{\"mode\":\"rw\",\"name\":\"u\"}":{
            """, Fields(made, "updater"), StringComparison.Ordinal);
        await ApplyAsync(server, "m1", """{"byZone":{"east":[{"name":"a","val":1},{"name":"b","val":2}]}}""");
        var applied = await ApplyAsync(server, "m1", """{"byZone":{"east":[{"name":"b","val":3}]}}""");
        Assert.Equal(["u", "b"], applied["spec"]!["byZone"]!["east"]!.AsArray().Select(item => (string)item!["name"]!));
        var gone = await ApplyAsync(server, "m1", "{}");
        Assert.Equal("""{"byZone":{"east":[{"mode":"rw","name":"u"}]}}""", gone["spec"]!.ToJsonString());
    }

    [Fact]
    public async Task A_status_is_applied_by_the_same_keys_and_a_version_with_another_default_means_another_item()
    {
        var schema = Schema.Replace("\"default\":\"rw\"", "\"default\":\"ro\"", StringComparison.Ordinal);
        var other = ",{\"name\":\"v2\",\"served\":true,\"storage\":false,\"schema\":{\"openAPIV3Schema\":" + schema + "},\"subresources\":{\"status\":{}}}";
        await using var server = await ServeAsync(Widgets.Definition(Schema, ",\"subresources\":{\"status\":{}}", other));
        await ApplyAsync(server, "m1", """{"ports":[{"name":"a","val":1}]}""", 201);
        await ApplyAsync(server, "m1", """{"ports":[{"name":"s","val":1}]}""", part: "status");
        var again = await ApplyAsync(server, "m1", """{"ports":[{"name":"s","val":2}]}""", part: "status");
        Assert.Equal("""[{"mode":"rw","name":"s","val":2}]""", Canonical(again["status"]!["ports"]!));
        var (code, second) = await SendApplyAsync(server, "m2", """{"ports":[{"name":"a","val":5}]}""", version: "v2");
        Assert.True(code == 200, second.ToJsonString());
        Assert.Equal("""[{"mode":"rw","name":"a","val":1},{"mode":"ro","name":"a","val":5}]""", Canonical(second["spec"]!["ports"]!));
    }

    [Fact]
    public async Task A_key_that_is_called_protocol_has_no_default_but_its_own()
    {
        await using var server = await ServeAsync(Definition);
        var (code, refused) = await SendApplyAsync(server, "m1", """{"plain":[{"name":"a"}]}""");
        Assert.True(code == 422, refused.ToJsonString());
        Assert.Contains("spec.plain[0].protocol: Required value", (string)refused["message"]!, StringComparison.Ordinal);
        (code, refused) = await SendApplyAsync(server, "m1", """{"plain":[{"name":"a","protocol":"b"},{}]}""");
        Assert.True(code == 400, refused.ToJsonString());
        Assert.EndsWith(
            ".spec.plain: element 1: associative list with keys has an element that omits all key fields [\"name\" \"protocol\"] (and doesn't have default values for any key fields)",
            (string)refused["message"]!, StringComparison.Ordinal);
        var applied = await ApplyAsync(server, "m1", """{"plain":[{"name":"a","protocol":""},{"name":"a","protocol":"TCP"}]}""", 201);
        Assert.Contains("""k:{\"name\":\"a\",\"protocol\":\"\"}""", Fields(applied, "m1"), StringComparison.Ordinal);
    }

    private static async Task<JsonNode> ApplyAsync(RunningServer server, string manager, string value, int expected = 200, string part = "spec", bool force = false)
    {
        var (code, answer) = await SendApplyAsync(server, manager, value, part, force);
        Assert.True(code == expected, $"{code} {answer}");
        return answer;
    }

    private static async Task<(int Code, JsonNode Answer)> SendApplyAsync(
        RunningServer server, string manager, string value, string part = "spec", bool force = false, string version = "v1")
    {
        var path = $"/apis/example.com/{version}/namespaces/default/widgets/a{(part == "status" ? "/status" : "")}?fieldManager={manager}{(force ? "&force=true" : "")}";
        var body = $$"""{"apiVersion":"example.com/{{version}}","kind":"Widget","metadata":{"name":"a"},"{{part}}":{{value}}}""";
        return await server.SendAsync("PATCH", path, body, "application/apply-patch+yaml");
    }

    private static string Fields(JsonNode resource, string manager) => resource["metadata"]!["managedFields"]!.AsArray()
        .Single(entry => (string)entry!["manager"]! == manager)!["fieldsV1"]!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    // The order of members tells nothing.
    private static string Canonical(JsonNode list) => "[" + string.Join(',', list.AsArray().Select(item => new JsonObject(
        item!.AsObject().OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone()))).ToJsonString())) + "]";
}

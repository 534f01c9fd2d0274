using System.Text.Json.Nodes;
using static Holdfast.ApiServer.Tests.CustomResources.Widgets;

namespace Holdfast.ApiServer.Tests.CustomResources;

/// <summary>Verbs on objects of custom kinds.</summary>
public sealed class CustomObjectTests
{
    private const string Merge = "application/merge-patch+json";
    private const string Apply = "application/apply-patch+yaml";

    [Theory]
    [InlineData("""{"size":"big"}""", ".spec.size: expected numeric (int or float), got string")]
    [InlineData("""{"colour":true}""", ".spec.colour: expected string, got &value.valueUnstructured{Value:true}")]
    [InlineData("""{"parts":[{"name":"a","count":{}}]}""", ".spec.parts[name=\"a\"].count: expected numeric (int or float), got map[string]interface {}")]
    [InlineData("""{"weight":1}""", ".spec.weight: field not declared in schema")]
    public async Task An_applied_configuration_of_the_wrong_types_is_refused_as_kubernetes_refuses_it(string spec, string problem)
    {
        await using var server = await Widgets.ServeAsync();
        var (code, status) = await server.SendAsync("PATCH", Widgets.Collection + "/w?fieldManager=me", Widgets.Widget("w", spec), "application/apply-patch+yaml");
        Assert.Equal((400, $"failed to create typed patch object (w; example.com/v1, Kind=Widget): {problem}"), (code, (string)status["message"]!));
    }

    [Fact]
    public async Task Unknown_fields_are_warned_of_refused_or_passed_over()
    {
        await using var server = await ServeAsync();
        var body = Widget("w", """{"odd":1,"size":2}""");
        Assert.Equal("Widget in version \"v1\" cannot be handled as a Widget: strict decoding error: unknown field \"spec.odd\"",
            await server.RefusedAsync(400, "POST", Collection + "?fieldValidation=Strict", body));
        var made = await server.MakeAsync(Collection + "?fieldValidation=Ignore", body);
        Assert.Equal("""{"size":2}""", made["spec"]!.ToJsonString());
    }

    [Fact]
    public async Task The_generation_counts_what_is_wanted_and_not_labels_or_status()
    {
        await using var server = await ServeAsync();
        await server.MakeAsync(Collection, Widget("w", """{"size":2}"""));
        await server.SendAsync("PATCH", $"{Collection}/w", """{"metadata":{"labels":{"a":"b"}}}""", Merge);
        await server.SendAsync("PATCH", $"{Collection}/w/status", """{"status":{"replicas":1}}""", Merge);
        Assert.Equal(1, (int?)(await server.ReadAsync($"{Collection}/w"))["metadata"]!["generation"]);
        await server.SendAsync("PATCH", $"{Collection}/w", """{"spec":{"size":3}}""", Merge);
        Assert.Equal(2, (int?)(await server.ReadAsync($"{Collection}/w"))["metadata"]!["generation"]);
    }

    [Fact]
    public async Task Status_and_the_rest_are_written_apart()
    {
        await using var server = await ServeAsync();
        var made = await server.MakeAsync(Collection, Widget("w", """{"size":2}""").Replace("\"spec\":", "\"status\":{\"replicas\":7},\"spec\":", StringComparison.Ordinal));
        Assert.Null(made["status"]);
        var (_, status) = await server.SendAsync("PATCH", $"{Collection}/w/status", """{"metadata":{"labels":{"a":"b"}},"spec":{"size":9},"status":{"replicas":3}}""", Merge);
        Assert.Equal(("2", "3", null), (status["spec"]!["size"]!.ToJsonString(), status["status"]!["replicas"]!.ToJsonString(), status["metadata"]!["labels"]));
        var (_, spec) = await server.SendAsync("PATCH", $"{Collection}/w", """{"spec":{"size":4},"status":{"replicas":9}}""", Merge);
        Assert.Equal(("4", "3"), (spec["spec"]!["size"]!.ToJsonString(), spec["status"]!["replicas"]!.ToJsonString()));
        Assert.Contains("status.replicas in body must be of type integer",
            await server.RefusedAsync(422, "PATCH", $"{Collection}/w/status", """{"status":{"replicas":"x"}}""", Merge), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_scale_is_read_and_written_where_the_definition_says()
    {
        await using var server = await ServeAsync();
        await server.MakeAsync(Collection, Widget("w"));
        await server.SendAsync("PATCH", $"{Collection}/w/status", """{"status":{"replicas":2,"selector":"app=w"}}""", Merge);
        Assert.Equal(200, (await server.SendAsync("PATCH", $"{Collection}/w/scale", """{"spec":{"replicas":5}}""", Merge)).Code);
        var scale = await server.ReadAsync($"{Collection}/w/scale");
        Assert.Equal((5, 2, "app=w"), ((int)scale["spec"]!["replicas"]!, (int)scale["status"]!["replicas"]!, (string)scale["status"]!["selector"]!));
        Assert.Equal(5, (int?)(await server.ReadAsync($"{Collection}/w"))["spec"]!["replicas"]);
        Assert.Equal(200, (await server.SendAsync("PATCH", $"{Collection}/w/scale?fieldManager=hpa&force=true",
            """{"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"w"},"spec":{"replicas":6}}""", Apply)).Code);
        Assert.Equal(6, (int?)(await server.ReadAsync($"{Collection}/w"))["spec"]!["replicas"]);
    }

    [Fact]
    public async Task An_object_without_replicas_has_no_scale_until_it_is_given_one()
    {
        await using var server = await ServeAsync();
        await server.MakeAsync(Collection, Widget("w"));
        Assert.Equal("Internal error occurred: the spec replicas field \".spec.replicas\" does not exist", await server.RefusedAsync(500, "GET", $"{Collection}/w/scale"));
        Assert.Equal("the spec replicas field \".spec.replicas\" cannot be empty", await server.RefusedAsync(400, "PATCH", $"{Collection}/w/scale", "{}", Merge));
        Assert.Equal(200, (await server.SendAsync("PATCH", $"{Collection}/w/scale", """{"spec":{"replicas":2}}""", Merge)).Code);
        Assert.Equal(2, (int)(await server.ReadAsync($"{Collection}/w/scale"))["spec"]!["replicas"]!);
    }

    [Fact]
    public async Task An_object_of_another_kind_is_refused_by_its_kind()
    {
        await using var server = await ServeAsync();
        Assert.Equal("Widget.example.com \"w\" is invalid: kind: Invalid value: \"Gadget\": must be Widget",
            await server.RefusedAsync(422, "POST", Collection, Widget("w").Replace("Widget", "Gadget", StringComparison.Ordinal)));
        Assert.StartsWith("Secret in version \"v1\" cannot be handled as a ConfigMap",
            await server.RefusedAsync(400, "POST", "/api/v1/namespaces/default/configmaps", """{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"}}"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Strategic_patches_are_not_for_custom_kinds_and_the_other_ones_are()
    {
        await using var server = await ServeAsync();
        await server.MakeAsync(Collection, Widget("w"));
        Assert.Equal("the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml",
            await server.RefusedAsync(415, "PATCH", $"{Collection}/w", "{}", "application/strategic-merge-patch+json"));
        Assert.Equal(200, (await server.SendAsync("PATCH", $"{Collection}/w", """[{"op":"replace","path":"/spec/size","value":3}]""", "application/json-patch+json")).Code);
        Assert.Equal(3, (int?)(await server.ReadAsync($"{Collection}/w"))["spec"]!["size"]);
    }

    [Fact]
    public async Task Appliers_share_lists_by_their_keys_and_conflict_on_what_both_want()
    {
        await using var server = await ServeAsync();
        Assert.Equal(201, (await ApplyAsync(server, "one", """{"parts":[{"name":"a","count":1}]}""")).Code);
        Assert.Equal(200, (await ApplyAsync(server, "two", """{"parts":[{"name":"b","count":2}],"free":{"x":1}}""")).Code);
        Assert.Equal(200, (await ApplyAsync(server, "three", """{"free":{"y":{"z":[1]}}}""")).Code);
        var (code, refusal) = await ApplyAsync(server, "three", """{"parts":[{"name":"b","count":3}]}""");
        Assert.Equal(409, code);
        Assert.Equal(".spec.parts[name=\"b\"].count", (string?)refusal["details"]!["causes"]![0]!["field"]);
        var spec = (await server.ReadAsync($"{Collection}/w"))["spec"]!;
        Assert.Equal("""[{"count":1,"name":"a"},{"count":2,"name":"b"}]""", spec["parts"]!.ToJsonString());
        Assert.Equal("""{"x":1,"y":{"z":[1]}}""", spec["free"]!.ToJsonString());
        Assert.Equal(200, (await ApplyAsync(server, "two", "{}")).Code);
        spec = (await server.ReadAsync($"{Collection}/w"))["spec"]!;
        Assert.Equal("""[{"count":1,"name":"a"}]""", spec["parts"]!.ToJsonString());
        Assert.Equal("""{"y":{"z":[1]}}""", spec["free"]!.ToJsonString());
    }

    private static Task<(int Code, JsonNode Body)> ApplyAsync(RunningServer server, string manager, string spec) =>
        server.SendAsync("PATCH", $"{Collection}/w?fieldManager={manager}", Widget("w", spec), Apply);

    [Fact]
    public async Task Objects_are_selected_by_the_fields_that_the_definition_names()
    {
        await using var server = await ServeAsync();
        await server.MakeAsync(Collection, Widget("r", """{"colour":"red"}"""));
        await server.MakeAsync(Collection, Widget("b", """{"colour":"blue"}"""));
        var red = await server.ReadAsync(Collection + "?fieldSelector=spec.colour%3Dred");
        Assert.Equal("r", (string)Assert.Single(red["items"]!.AsArray())!["metadata"]!["name"]!);
        Assert.Equal("field label not supported: spec.size", await server.RefusedAsync(400, "GET", Collection + "?fieldSelector=spec.size%3D1"));
        await server.SendAsync("DELETE", Collection + "?fieldSelector=spec.colour%3Dred");
        Assert.Equal("b", (string)Assert.Single((await server.ReadAsync(Collection))["items"]!.AsArray())!["metadata"]!["name"]!);
    }

    [Fact]
    public async Task Pages_watches_and_dry_runs_are_those_of_any_kind()
    {
        await using var server = await ServeAsync();
        foreach (var name in new[] { "a", "b", "c" })
            await server.MakeAsync(Collection, Widget(name));
        await server.MakeAsync(Collection + "?dryRun=All", Widget("d"));
        var page = await server.ReadAsync(Collection + "?limit=2");
        Assert.Equal(1, (int?)page["metadata"]!["remainingItemCount"]);
        var rest = await server.ReadAsync($"{Collection}?limit=2&continue={page["metadata"]!["continue"]}");
        Assert.Equal("c", (string)Assert.Single(rest["items"]!.AsArray())!["metadata"]!["name"]!);
        var from = (string)(await server.ReadAsync(Collection))["metadata"]!["resourceVersion"]!;
        using var watch = await server.Http.GetStreamAsync(new Uri($"{Collection}?watch=true&resourceVersion={from}", UriKind.Relative), Cluster.Token);
        using var lines = new StreamReader(watch);
        await server.SendAsync("DELETE", $"{Collection}/a");
        var told = JsonNode.Parse((await lines.ReadLineAsync(Cluster.Token))!)!;
        Assert.Equal(("DELETED", "a"), ((string)told["type"]!, (string)told["object"]!["metadata"]!["name"]!));
    }

    [Fact]
    public async Task A_stale_or_unnamed_version_is_refused_and_a_write_that_changes_nothing_keeps_the_version()
    {
        await using var server = await ServeAsync();
        var made = await server.MakeAsync(Collection, Widget("w"));
        var same = await server.SendAsync("PUT", $"{Collection}/w", made.ToJsonString());
        Assert.Equal((200, (string)made["metadata"]!["resourceVersion"]!), (same.Code, (string)same.Body["metadata"]!["resourceVersion"]!));
        Assert.Contains("metadata.resourceVersion: Invalid value: 0: must be specified for an update",
            await server.RefusedAsync(422, "PUT", $"{Collection}/w", Widget("w")), StringComparison.Ordinal);
        await server.SendAsync("PATCH", $"{Collection}/w", """{"spec":{"size":3}}""", Merge);
        await server.RefusedAsync(409, "PUT", $"{Collection}/w", made.ToJsonString());
    }

    [Theory]
    [InlineData("""{"size":6}""", "spec: Invalid value: large ones are blue")]
    [InlineData("""{"size":6,"colour":"blue"}""", "")]
    [InlineData("""{"size":1,"tags":["a","b","a"]}""", "spec.tags: Invalid value: tags repeat")]
    [InlineData("""{"size":1,"low":5,"high":2}""", "spec.high: Forbidden: high (2) is below low (5)")]
    [InlineData("""{"size":"x"}""", "spec.size: Invalid value: \"string\": spec.size in body must be of type integer: \"string\", <nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation")]
    public async Task Rules_hold_for_objects(string spec, string expected)
    {
        await using var server = await ServeAsync(Definition(Rules, ""));
        var (code, answer) = await server.SendAsync("POST", Collection, Widget("w", spec));
        Assert.Equal(expected.Length == 0 ? 201 : 422, code);
        if (expected.Length > 0)
            Assert.Contains(expected, (string)answer["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rules_about_what_was_hold_for_updates_and_follow_the_items_of_lists()
    {
        await using var server = await ServeAsync(Definition(Rules, ""));
        await server.MakeAsync(Collection, Widget("w", """{"size":1,"fixed":"a","list":[{"name":"p","value":1},{"name":"q","value":2}]}"""));
        Assert.Contains("spec.fixed: Invalid value: \"b\": fixed does not change",
            await server.RefusedAsync(422, "PATCH", $"{Collection}/w", """{"spec":{"fixed":"b"}}""", Merge), StringComparison.Ordinal);
        Assert.Contains("spec.list[0].value: Invalid value: 1: failed rule: self >= oldSelf",
            await server.RefusedAsync(422, "PATCH", $"{Collection}/w", """{"spec":{"list":[{"name":"q","value":1},{"name":"n","value":0}]}}""", Merge), StringComparison.Ordinal);
        Assert.Equal(200, (await server.SendAsync("PATCH", $"{Collection}/w", """{"spec":{"list":[{"name":"q","value":3},{"name":"n","value":0}]}}""", Merge)).Code);
    }

    [Fact]
    public async Task A_rule_about_what_may_have_been_holds_for_creations_too()
    {
        const string phases = """
            {"type":"object","properties":{"spec":{"type":"object","properties":{"phase":{"type":"string","x-kubernetes-validations":[
              {"rule":"oldSelf.hasValue() || self == 'new'","optionalOldSelf":true,"message":"begins as new"},
              {"rule":"oldSelf.orValue(self) != 'done' || self == 'done'","optionalOldSelf":true,"messageExpression":"'was %s'.format([oldSelf.value()])"}]}}}}}
            """;
        await using var server = await ServeAsync(Definition(phases, ""));
        Assert.Contains("spec.phase: Invalid value: \"done\": begins as new",
            await server.RefusedAsync(422, "POST", Collection, Widget("w", """{"phase":"done"}""")), StringComparison.Ordinal);
        await server.MakeAsync(Collection, Widget("w", """{"phase":"new"}"""));
        Assert.Equal(200, (await server.SendAsync("PATCH", $"{Collection}/w", """{"spec":{"phase":"done"}}""", Merge)).Code);
        Assert.Contains("spec.phase: Invalid value: \"new\": was done",
            await server.RefusedAsync(422, "PATCH", $"{Collection}/w", """{"spec":{"phase":"new"}}""", Merge), StringComparison.Ordinal);
        // A field that is set later begins then: nothing was there before.
        await server.MakeAsync(Collection, Widget("later"));
        Assert.Contains("begins as new", await server.RefusedAsync(422, "PATCH", $"{Collection}/later", """{"spec":{"phase":"done"}}""", Merge), StringComparison.Ordinal);
    }

    private const string Rules = """
        {"type":"object","properties":{"spec":{"type":"object",
          "x-kubernetes-validations":[
            {"rule":"self.size <= 5 || (has(self.colour) && self.colour == 'blue')","message":"large ones are blue"},
            {"rule":"!has(self.low) || !has(self.high) || self.low <= self.high","messageExpression":"'high (%d) is below low (%d)'.format([self.high, self.low])","reason":"FieldValueForbidden","fieldPath":".high"}],
          "properties":{
            "size":{"type":"integer"},"colour":{"type":"string"},"low":{"type":"integer"},"high":{"type":"integer"},
            "fixed":{"type":"string","x-kubernetes-validations":[{"rule":"self == oldSelf","message":"fixed does not change"}]},
            "tags":{"type":"array","maxItems":10,"items":{"type":"string","maxLength":20},"x-kubernetes-validations":[{"rule":"self.all(t, self.exists_one(o, o == t))","message":"tags repeat"}]},
            "list":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],"items":{"type":"object","required":["name"],
              "properties":{"name":{"type":"string"},"value":{"type":"integer","x-kubernetes-validations":[{"rule":"self >= oldSelf"}]}}}}}}}}
        """;
}

using static Holdfast.ApiServer.Tests.CustomResources.Widgets;

namespace Holdfast.ApiServer.Tests.CustomResources;

/// <summary>What a definition brings, changes and takes away.</summary>
public sealed class DefinitionTests
{
    [Fact]
    public async Task A_definition_is_established_and_served_with_the_next_request()
    {
        await using var server = await ServeAsync();
        Assert.Equal("WidgetList", (string?)(await server.ReadAsync(Collection))["kind"]);
        var definition = await server.ReadAsync($"{Definitions}/widgets.example.com");
        Assert.Equal(
            ["NamesAccepted True NoConflicts", "Established True InitialNamesAccepted"],
            definition["status"]!["conditions"]!.AsArray().Select(each => $"{each!["type"]} {each["status"]} {each["reason"]}"));
        Assert.Equal("widget", (string?)definition["status"]!["acceptedNames"]!["singular"]);
        Assert.Equal("v1", (string?)definition["status"]!["storedVersions"]![0]);
    }

    [Fact]
    public async Task Discovery_and_OpenAPI_tell_of_the_kind_at_once()
    {
        await using var server = await ServeAsync();
        var resources = await server.ReadAsync("/apis/example.com/v1");
        Assert.Equal(["widgets", "widgets/scale", "widgets/status"], resources["resources"]!.AsArray().Select(each => (string)each!["name"]!));
        Assert.Equal("wd", (string?)resources["resources"]![0]!["shortNames"]![0]);
        var document = await server.ReadAsync("/openapi/v3/apis/example.com/v1");
        var schema = document["components"]!["schemas"]!["com.example.v1.Widget"]!;
        Assert.Equal(9, (int?)schema["properties"]!["spec"]!["properties"]!["size"]!["maximum"]);
        Assert.NotNull(schema["properties"]!["metadata"]);
        var patch = document["paths"]!["/apis/example.com/v1/namespaces/{namespace}/widgets/{name}"]!["patch"]!["requestBody"]!["content"]!.AsObject();
        Assert.DoesNotContain("application/strategic-merge-patch+json", patch.Select(each => each.Key));
        Assert.NotNull((await server.ReadAsync("/openapi/v2"))["definitions"]!["com.example.v1.Widget"]);
    }

    [Fact]
    public async Task A_name_that_another_definition_has_is_not_given_until_that_one_goes()
    {
        await using var server = await ServeAsync();
        var rival = Definition().Replace("widgets", "gadgets", StringComparison.Ordinal);
        await server.MakeAsync(Definitions, rival);
        var stored = await server.ReadAsync($"{Definitions}/gadgets.example.com");
        var condition = stored["status"]!["conditions"]!.AsArray().Single(each => (string?)each!["type"] == "NamesAccepted")!;
        Assert.Equal("False", (string?)condition["status"]);
        Assert.Contains("is already in use", (string)condition["message"]!, StringComparison.Ordinal);
        Assert.Equal(404, (await server.SendAsync("GET", "/apis/example.com/v1/namespaces/default/gadgets")).Code);
        await server.SendAsync("DELETE", $"{Definitions}/widgets.example.com");
        await server.ReadAsync("/apis/example.com/v1/namespaces/default/gadgets");
    }

    [Fact]
    public async Task A_changed_schema_holds_for_the_next_request_and_for_what_is_stored_already()
    {
        await using var server = await ServeAsync();
        await server.MakeAsync(Collection, Widget("w", """{"colour":"red","size":3}"""));
        var changed = Schema.Replace("\"colour\":{\"type\":\"string\"},", "\"shape\":{\"type\":\"string\",\"default\":\"round\"},", StringComparison.Ordinal);
        await server.RedefineAsync(Definition(changed, ""));
        var spec = (await server.ReadAsync($"{Collection}/w"))["spec"]!;
        Assert.Equal("""{"shape":"round","size":3}""", spec.ToJsonString());
        Assert.Contains("spec.size in body should be less than or equal to 2", await ShrinkAsync(server, changed), StringComparison.Ordinal);
    }

    private static async Task<string> ShrinkAsync(RunningServer server, string schema)
    {
        await server.RedefineAsync(Definition(schema.Replace("\"maximum\":9", "\"maximum\":2", StringComparison.Ordinal), ""));
        // What was stored before may stay as it is; a new value must hold.
        var (code, _) = await server.SendAsync("PATCH", $"{Collection}/w", """{"metadata":{"labels":{"a":"b"}}}""", "application/merge-patch+json");
        Assert.Equal(200, code);
        return await server.RefusedAsync(422, "PATCH", $"{Collection}/w", """{"spec":{"size":4}}""", "application/merge-patch+json");
    }

    [Fact]
    public async Task Each_version_shows_objects_in_its_own_way_and_a_watch_of_a_version_ends_with_it()
    {
        const string Second = """,{"name":"v2","served":true,"storage":false,"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","properties":{"colour":{"type":"string"}}}}}}}""";
        await using var server = await ServeAsync(Definition(more: "", versions: Second));
        await server.MakeAsync(Collection, Widget("w", """{"colour":"red","size":3}"""));
        var other = Collection.Replace("v1", "v2", StringComparison.Ordinal);
        var shown = await server.ReadAsync($"{other}/w");
        Assert.Equal(("example.com/v2", """{"colour":"red"}"""), ((string)shown["apiVersion"]!, shown["spec"]!.ToJsonString()));
        Assert.Equal("example.com/v2", (string?)(await server.ReadAsync(other))["items"]![0]!["apiVersion"]);
        await server.MakeAsync(other, Widget("x", """{"colour":"blue"}""", version: "v2"));
        Assert.Equal("example.com/v1", (string?)(await server.ReadAsync($"{Collection}/x"))["apiVersion"]);
        using var watch = await server.Http.GetStreamAsync(new Uri($"{other}?watch=true", UriKind.Relative), Cluster.Token);
        using var lines = new StreamReader(watch);
        Assert.Contains("example.com/v2", await lines.ReadLineAsync(Cluster.Token), StringComparison.Ordinal);
        Assert.NotNull(await lines.ReadLineAsync(Cluster.Token));
        await server.RedefineAsync(Definition(more: "", versions: Second.Replace("\"served\":true", "\"served\":false", StringComparison.Ordinal)));
        Assert.Null(await lines.ReadLineAsync(Cluster.Token));
        Assert.Equal(404, (await server.SendAsync("GET", $"{other}/w")).Code);
        await server.ReadAsync($"{Collection}/w");
    }

    [Fact]
    public async Task Objects_go_before_their_definition_and_finalizers_hold_both()
    {
        await using var server = await ServeAsync();
        await server.MakeAsync(Collection, Widget("free"));
        await server.MakeAsync(Collection, Widget("held", more: ",\"finalizers\":[\"example.com/hold\"]"));
        var (code, deleted) = await server.SendAsync("DELETE", $"{Definitions}/widgets.example.com");
        Assert.Equal(200, code);
        Assert.Equal("customresourcecleanup.apiextensions.k8s.io", (string?)deleted["metadata"]!["finalizers"]![0]);
        Assert.Contains("Terminating", deleted["status"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(404, (await server.SendAsync("GET", $"{Collection}/free")).Code);
        Assert.Equal("create not allowed while custom resource definition is terminating",
            await server.RefusedAsync(405, "POST", Collection, Widget("late")));
        Assert.Equal(200, (await server.SendAsync("PATCH", $"{Collection}/held", """{"metadata":{"finalizers":null}}""", "application/merge-patch+json")).Code);
        Assert.Equal(404, (await server.SendAsync("GET", $"{Definitions}/widgets.example.com")).Code);
        Assert.Equal(404, (await server.SendAsync("GET", Collection)).Code);
        await server.MakeAsync(Definitions, Definition());
        Assert.Empty((await server.ReadAsync(Collection))["items"]!.AsArray());
    }

    [Theory]
    [InlineData("self.none > 1", "undefined field 'none'")]
    [InlineData("self.size + 1", "cel expression must evaluate to a bool")]
    [InlineData("self.size >", "Syntax error")]
    [InlineData("quantity('1').mul(2) == quantity('2')", "undeclared reference to 'mul'")]
    [InlineData("dyn(self.size > 1)", "cel expression must evaluate to a bool")]
    public async Task A_rule_that_cannot_be_evaluated_is_refused_when_it_is_written(string rule, string expected)
    {
        await using var server = await RunningServer.StartAsync(Cluster.Token);
        var schema = """{"type":"object","properties":{"spec":{"type":"object","x-kubernetes-validations":[{"rule":"RULE"}],"properties":{"size":{"type":"integer"}}}}}""".Replace("RULE", rule, StringComparison.Ordinal);
        var message = await server.RefusedAsync(422, "POST", Definitions, Definition(schema, ""));
        Assert.Contains("spec.validation.openAPIV3Schema.properties[spec].x-kubernetes-validations[0].rule: Invalid value", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rule_about_what_was_is_refused_where_that_cannot_be_known()
    {
        await using var server = await RunningServer.StartAsync(Cluster.Token);
        const string Atomic = """{"type":"object","properties":{"l":{"type":"array","items":{"type":"string","x-kubernetes-validations":[{"rule":"self == oldSelf"}]}}}}""";
        Assert.Contains("oldSelf cannot be used on the uncorrelatable portion of the schema within spec.validation.openAPIV3Schema.properties[l]",
            await server.RefusedAsync(422, "POST", Definitions, Definition(Atomic, "")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("self == 'a'", "may not be set if oldSelf is not used in rule")]
    [InlineData("self == oldSelf", "found no matching overload for '_==_' applied to '(string, optional_type(string))'")]
    public async Task A_rule_about_what_may_have_been_has_to_ask_for_it_as_such(string rule, string expected)
    {
        await using var server = await RunningServer.StartAsync(Cluster.Token);
        var schema = """{"type":"object","properties":{"s":{"type":"string","x-kubernetes-validations":[{"rule":"RULE","optionalOldSelf":true}]}}}""".Replace("RULE", rule, StringComparison.Ordinal);
        Assert.Contains(expected, await server.RefusedAsync(422, "POST", Definitions, Definition(schema, "")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deprecated_version_warns()
    {
        await using var server = await ServeAsync(Definition(more: ",\"deprecated\":true"));
        using var response = await server.Http.GetAsync(new Uri(Collection, UriKind.Relative), Cluster.Token);
        Assert.Contains("example.com/v1 Widget is deprecated", string.Join(' ', response.Headers.GetValues("Warning")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kinds_and_objects_are_there_again_after_a_restart_before_the_first_answer()
    {
        await using var cluster = await Cluster.StartAsync();
        var definition = Model.Json.ModelJson.Read<Model.ApiExtensions.CustomResourceDefinition>(Definition());
        await cluster.CreateAsync(definition);
        var again = new ApiServerCore(cluster.Store, TimeProvider.System, new Platform.SeededChance(3));
        Assert.DoesNotContain(again.Served.All, each => each.Type.Plural == "widgets");
        await again.BootstrapAsync(null, Cluster.Token);
        Assert.Contains(again.Served.All, each => each.Type.Plural == "widgets" && each.Has("scale"));
    }

    [Fact]
    public async Task A_dry_run_defines_nothing()
    {
        await using var server = await RunningServer.StartAsync(Cluster.Token);
        Assert.Equal(201, (await server.SendAsync("POST", Definitions + "?dryRun=All", Definition())).Code);
        Assert.Equal(404, (await server.SendAsync("GET", Collection)).Code);
    }
}

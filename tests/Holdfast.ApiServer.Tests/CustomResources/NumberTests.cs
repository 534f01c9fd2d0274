namespace Holdfast.ApiServer.Tests.CustomResources;

/// <summary>Numbers that no floating point number comes near to: clients cannot read a list with one of them in it.</summary>
public sealed class NumberTests
{
    [Theory]
    [InlineData("1e400")]
    [InlineData("-1e400")]
    public async Task A_number_without_bounds_is_refused_in_words_however_it_comes(string number)
    {
        await using var server = await Widgets.ServeAsync();
        await server.MakeAsync(Widgets.Collection, Widgets.Widget("w", """{"free":{"x":1}}"""));
        var body = Widgets.Widget("w", """{"free":{"x":@}}""".Replace("@", number, StringComparison.Ordinal));
        var told = $"json: cannot unmarshal number {number} into Go value of type float64";
        Assert.EndsWith(told, await server.RefusedAsync(400, "POST", Widgets.Collection, body), StringComparison.Ordinal);
        Assert.EndsWith(told, await server.RefusedAsync(400, "PUT", Widgets.Collection + "/w", body), StringComparison.Ordinal);
        Assert.EndsWith(told, await server.RefusedAsync(400, "PATCH", Widgets.Collection + "/w?fieldManager=f&force=true", body, "application/apply-patch+yaml"), StringComparison.Ordinal);
        Assert.EndsWith(told, await server.RefusedAsync(422, "PATCH", Widgets.Collection + "/w", """{"spec":{"free":{"x":@}}}""".Replace("@", number, StringComparison.Ordinal), "application/merge-patch+json"), StringComparison.Ordinal);
        Assert.EndsWith(told, await server.RefusedAsync(422, "PATCH", Widgets.Collection + "/w", """[{"op":"add","path":"/spec/free/y","value":@}]""".Replace("@", number, StringComparison.Ordinal), "application/json-patch+json"), StringComparison.Ordinal);
        Assert.Equal("""{"x":1}""", (await server.ReadAsync(Widgets.Collection + "/w"))["spec"]!["free"]!.ToJsonString());
        Assert.Empty(server.Faults);
    }

    [Fact]
    public async Task Replicas_that_are_no_whole_number_are_told_of_as_Go_shows_them()
    {
        const string Loose = """{"type":"object","properties":{"spec":{"type":"object","x-kubernetes-preserve-unknown-fields":true},"status":{"type":"object"}}}""";
        await using var server = await Widgets.ServeAsync(Widgets.Definition(Loose, ""","subresources":{"scale":{"specReplicasPath":".spec.replicas","statusReplicasPath":".status.replicas"}}"""));
        foreach (var (given, shown) in new[]
        {
            ("1.0", "1 is of the type float64"), ("1.50", "1.5 is of the type float64"), ("1e30", "1e+30 is of the type float64"), ("-25e-7", "-2.5e-06 is of the type float64"),
            ("\"two\"", "two is of the type string"), ("true", "true is of the type bool"), ("[1,\"a\"]", "[1 a] is of the type []interface {}"),
            ("{\"b\":null,\"a\":2}", "map[a:2 b:<nil>] is of the type map[string]interface {}"),
        })
        {
            var told = await server.RefusedAsync(422, "POST", Widgets.Collection, Widgets.Widget("w", $"{{\"replicas\":{given}}}"));
            Assert.Equal($"Widget.example.com \"w\" is invalid: .spec.replicas: Invalid value: 0: .spec.replicas accessor error: {shown}, expected int64", told);
        }
    }

    [Fact]
    public async Task Whole_numbers_are_stored_as_such_however_they_come()
    {
        await using var server = await Widgets.ServeAsync();
        var made = await server.MakeAsync(Widgets.Collection, Widgets.Widget("w",
            """{"size":2.0,"free":{"a":[1e3,-5.0E0,0.0,1.5,-0.0,1e300,9007199254740993.0],"\u0062\"":"1.0","c":null,"d":true}}"""));
        const string Stored = """{"a":[1000,-5,0,1.5,-0.0,1e300,9007199254740992],"b\"":"1.0","c":null,"d":true}""";
        Assert.Equal((Stored, "2"), (made["spec"]!["free"]!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }), made["spec"]!["size"]!.ToJsonString()));
        var (_, again) = await server.SendAsync("PATCH", Widgets.Collection + "/w", """{"spec":{"size":2.0}}""", "application/merge-patch+json");
        Assert.Equal((string)made["metadata"]!["resourceVersion"]!, (string)again["metadata"]!["resourceVersion"]!);
    }

    [Fact]
    public async Task A_number_that_is_only_long_is_kept()
    {
        const string Long = """{"x":123456789012345678901234567890,"y":1e-400}""";
        await using var server = await Widgets.ServeAsync();
        await server.MakeAsync(Widgets.Collection, Widgets.Widget("w", "{\"free\":" + Long + "}"));
        Assert.Equal(Long, (await server.ReadAsync(Widgets.Collection + "/w"))["spec"]!["free"]!.ToJsonString());
    }

    [Fact]
    public async Task A_default_without_bounds_is_refused_in_words()
    {
        await using var server = await Widgets.ServeAsync();
        var definition = await server.ReadAsync(Widgets.Definitions + "/widgets.example.com");
        var schema = definition["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!["properties"]!["spec"]!["properties"]!;
        schema["many"] = System.Text.Json.Nodes.JsonNode.Parse("""{"type":"number","default":1e400}""");
        var told = await server.RefusedAsync(422, "PUT", Widgets.Definitions + "/widgets.example.com", definition.ToJsonString());
        Assert.EndsWith("json: cannot unmarshal number 1e400 into Go value of type float64", told, StringComparison.Ordinal);
        Assert.Empty(server.Faults);
    }
}

using System.Text;
using Holdfast.Client;
using Holdfast.Model.CustomResources;
using Holdfast.Model.Json;
using Holdfast.Model.Resources;

namespace Holdfast.ApiServer.Tests.CustomResources;

/// <summary>Objects that nest as deep as they may, and deeper.</summary>
public sealed class DeepObjectTests
{
    // The object's own braces and those of its spec.
    private const int Around = 2;

    [Theory]
    [InlineData(60)]
    [InlineData(100)]
    [InlineData(JsonInput.ContentDepth - Around)]
    public async Task An_object_of_any_depth_that_is_taken_is_served_in_every_form(int depth)
    {
        await using var server = await Widgets.ServeAsync();
        await server.MakeAsync(Widgets.Collection, Widgets.Widget("w", $$"""{"free":{{Nested(depth)}}}"""));
        var read = await server.ReadAsync(Widgets.Collection + "/w");
        Assert.Contains("fieldsV1", read["metadata"]!["managedFields"]!.ToJsonString(), StringComparison.Ordinal);
        var (updated, told) = await server.SendAsync("PUT", Widgets.Collection + "/w", read.ToJsonString().Replace("\"x\":1", "\"x\":2", StringComparison.Ordinal));
        Assert.True(updated == 200, told.ToJsonString());
        foreach (var (type, body) in Patches(depth))
        {
            var (code, patched) = await server.SendAsync("PATCH", Widgets.Collection + "/w?fieldManager=f" + (type.Contains("apply", StringComparison.Ordinal) ? "&force=true" : ""), body, type);
            Assert.True(code == 200, $"{type}: {code} {patched}");
        }
        foreach (var accepted in new[] { "application/json", "application/yaml", "application/json;as=Table;v=v1;g=meta.k8s.io" })
        {
            var (code, listed) = await server.SendAsync("GET", Widgets.Collection, headers: ("Accept", accepted));
            Assert.True(code == 200, $"{accepted}: {code} {listed}");
        }
        var widget = new ResourceType("example.com", "v1", "Widget", "widgets", IsNamespaced: true);
        var found = Assert.Single((await server.Client.Of(widget).ListAsync<CustomObject>(new ListQuery { Namespace = "default" }, Cluster.Token)).Items);
        Assert.Equal("w", found.Metadata.Name);
        Assert.Empty(server.Faults);
    }

    [Theory]
    [InlineData(JsonInput.ContentDepth - Around + 1)]
    [InlineData(JsonInput.ObjectDepth)]
    [InlineData(JsonInput.MaximumDepth)]
    [InlineData(5000)]
    public async Task What_nests_deeper_is_refused_in_words_however_it_comes(int depth)
    {
        await using var server = await Widgets.ServeAsync();
        await server.MakeAsync(Widgets.Collection, Widgets.Widget("w", """{"free":{"x":1}}"""));
        var deep = Widgets.Widget("w", $$"""{"free":{{Nested(depth)}}}""");
        Assert.Contains("de", await server.RefusedAsync(400, "POST", Widgets.Collection, deep), StringComparison.Ordinal);
        Assert.Contains("de", await server.RefusedAsync(400, "PUT", Widgets.Collection + "/w", deep), StringComparison.Ordinal);
        foreach (var (type, body) in Patches(depth))
        {
            var (code, told) = await server.SendAsync("PATCH", Widgets.Collection + "/w?fieldManager=f" + (type.Contains("apply", StringComparison.Ordinal) ? "&force=true" : ""), body, type);
            Assert.True(code is 400 or 422, $"{type}: {code} {told}");
        }
        Assert.Equal("""{"x":1}""", (await server.ReadAsync(Widgets.Collection + "/w"))["spec"]!["free"]!.ToJsonString());
        Assert.Empty(server.Faults);
    }

    [Fact]
    public async Task A_deep_key_of_a_list_is_refused_in_words()
    {
        await using var server = await Widgets.ServeAsync();
        var applied = Widgets.Widget("w", $$"""{"parts":[{"name":{{Nested(100)}}}]}""");
        var told = await server.RefusedAsync(400, "PATCH", Widgets.Collection + "/w?fieldManager=f&force=true", applied, "application/apply-patch+yaml");
        Assert.Contains("spec.parts", told, StringComparison.Ordinal);
        Assert.Empty(server.Faults);
    }

    private static IEnumerable<(string Type, string Body)> Patches(int depth)
    {
        yield return ("application/merge-patch+json", $$$"""{"spec":{"free":{{{Nested(depth)}}}}}""");
        yield return ("application/json-patch+json", $$"""[{"op":"replace","path":"/spec/free","value":{{Nested(depth)}}}]""");
        yield return ("application/apply-patch+yaml", Widgets.Widget("w", $$"""{"free":{{Nested(depth)}}}"""));
    }

    private static string Nested(int depth) =>
        new StringBuilder().Insert(0, "{\"a\":", depth - 1).Append("{\"x\":1}").Append('}', depth - 1).ToString();
}

using System.Text.Json.Nodes;
using static Holdfast.ApiServer.Tests.CustomResources.Widgets;

namespace Holdfast.ApiServer.Tests.CustomResources;

/// <summary>Objects that an older schema let in, as every way to read them shows them: filled in by the version they are stored in, and pruned.</summary>
public sealed class StoredSchemaTests
{
    private const string Before = """{"type":"object","properties":{"spec":{"type":"object","properties":{"colour":{"type":"string"},"size":{"type":"integer"}}}}}""";
    private const string After = """{"type":"object","properties":{"spec":{"type":"object","properties":{"shape":{"type":"string","default":"round"},"size":{"type":"integer"}}}}}""";
    private const string Selectable = ""","selectableFields":[{"jsonPath":".spec.shape"}],"additionalPrinterColumns":[{"name":"Shape","type":"string","jsonPath":".spec.shape"}]""";
    private const string Shown = """{"shape":"round","size":3}""";

    [Fact]
    public async Task Gets_lists_watches_tables_and_selectors_show_what_the_schema_of_now_makes_of_them()
    {
        await using var server = await ServeAsync(Definition(Before, ""));
        await server.MakeAsync(Collection, Widget("w", """{"colour":"red","size":3}"""));
        var from = (string)(await server.ReadAsync(Collection))["metadata"]!["resourceVersion"]!;
        await server.MakeAsync(Collection, Widget("x", """{"colour":"red","size":3}"""));
        await server.RedefineAsync(Definition(After, Selectable));

        Assert.Equal(Shown, (await server.ReadAsync($"{Collection}/w"))["spec"]!.ToJsonString());
        foreach (var query in new[] { "", "?resourceVersion=0", "?limit=5", "?fieldSelector=spec.shape%3Dround" })
            Assert.All((await server.ReadAsync(Collection + query))["items"]!.AsArray(), item => Assert.Equal(Shown, item!["spec"]!.ToJsonString()));
        Assert.Empty((await server.ReadAsync(Collection + "?fieldSelector=spec.shape%3Dsquare"))["items"]!.AsArray());
        var (_, table) = await server.SendAsync("GET", $"{Collection}/w", null, "application/json", ("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io"));
        Assert.Equal("round", (string)table["rows"]![0]!["cells"]![1]!);
        // What is there when a watch begins, by either way to ask for it, and what has happened since a list.
        Assert.Equal($"ADDED w {Shown}", await FirstAsync(server, "?watch=true"));
        Assert.Equal($"ADDED w {Shown}", await FirstAsync(server, "?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"));
        Assert.Equal($"ADDED x {Shown}", await FirstAsync(server, $"?watch=true&resourceVersion={from}"));
        // Nothing of this is written.
        var entry = Assert.Single(server.Store.Snapshot().List("widgets.example.com", "default"), each => each.Key.Name == "w");
        Assert.Equal("""{"colour":"red","size":3}""", JsonNode.Parse(entry.Json.Span)!["spec"]!.ToJsonString());
    }

    [Fact]
    public async Task All_who_read_an_object_share_what_was_made_of_it_once()
    {
        await using var server = await ServeAsync(Definition(Before, ""));
        await server.MakeAsync(Collection, Widget("w", """{"colour":"red","size":3}"""));
        await server.RedefineAsync(Definition(After, ""));
        var forms = server.Host.Core.Served.All.Single(served => served.Type.Plural == "widgets").Forms!;
        var entry = Assert.Single(server.Store.Snapshot().List("widgets.example.com", "default"));
        var first = forms.Show(entry);
        Assert.Equal($"ADDED w {Shown}", await FirstAsync(server, "?watch=true"));
        Assert.Equal($"ADDED w {Shown}", await FirstAsync(server, "?watch=true"));
        Assert.Same(first.Object, forms.Show(entry).Object);
        Assert.True(first.Json.Equals(forms.Show(entry).Json));
    }

    [Fact]
    public async Task Defaults_are_those_of_the_version_that_an_object_is_stored_in()
    {
        const string Tail = """,{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":AFTER}}""";
        var old = Definition(Before, "").Replace("\"name\":\"v1\"", "\"name\":\"v1beta1\"", StringComparison.Ordinal);
        await using var server = await ServeAsync(old);
        var beta = Collection.Replace("/v1/", "/v1beta1/", StringComparison.Ordinal);
        await server.MakeAsync(beta, Widget("early", """{"size":3}""", version: "v1beta1"));
        var both = JsonNode.Parse(Definition(Before, "", versions: Tail.Replace("AFTER", After, StringComparison.Ordinal)))!;
        both["spec"]!["versions"]![0]!["name"] = "v1beta1";
        both["spec"]!["versions"]![0]!["storage"] = false;
        await server.RedefineAsync(both.ToJsonString());
        await server.MakeAsync(beta, Widget("late", """{"size":3}""", version: "v1beta1"));

        // As stored by v1beta1 it has no shape, and v1 only shows what is there; what is stored by v1 is filled in by v1's schema.
        Assert.Equal("""{"size":3}""", (await server.ReadAsync($"{Collection}/early"))["spec"]!.ToJsonString());
        Assert.Equal(Shown, (await server.ReadAsync($"{Collection}/late"))["spec"]!.ToJsonString());
        Assert.Equal("""{"size":3}""", (await server.ReadAsync($"{beta}/late"))["spec"]!.ToJsonString());
        Assert.Equal(200, (await server.SendAsync("PATCH", $"{beta}/early", """{"metadata":{"labels":{"a":"b"}}}""", "application/merge-patch+json")).Code);
        Assert.Equal(Shown, (await server.ReadAsync($"{Collection}/early"))["spec"]!.ToJsonString());
        var definition = await server.ReadAsync($"{Definitions}/widgets.example.com");
        Assert.Equal("""["v1beta1","v1"]""", definition["status"]!["storedVersions"]!.ToJsonString());
    }

    private static async Task<string> FirstAsync(RunningServer server, string query)
    {
        using var watch = await server.Http.GetStreamAsync(new Uri(Collection + query, UriKind.Relative), Cluster.Token);
        using var lines = new StreamReader(watch);
        var told = JsonNode.Parse((await lines.ReadLineAsync(Cluster.Token))!)!;
        return $"{told["type"]} {told["object"]!["metadata"]!["name"]} {told["object"]!["spec"]!.ToJsonString()}";
    }
}

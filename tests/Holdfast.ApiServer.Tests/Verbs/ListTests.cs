using System.Text.Json.Nodes;

namespace Holdfast.ApiServer.Tests.Verbs;

/// <summary>Lists and watches with every option that they have, and the options that go with no other.</summary>
public sealed class ListTests
{
    private const string Leases = "/apis/coordination.k8s.io/v1/namespaces/default/leases";
    private const string Forbids = "resourceVersionMatch: Forbidden: ";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, int, string> Options => new()
    {
        { "", 200, "a b c" },
        { "?resourceVersion=0", 200, "a b c" },
        { "?resourceVersion=", 200, "a b c" },
        { "?resourceVersion={two}", 200, "a b c" },
        { "?resourceVersion={two}&limit=5", 200, "a b" },
        { "?resourceVersion={two}&resourceVersionMatch=Exact", 200, "a b" },
        { "?resourceVersion={two}&resourceVersionMatch=NotOlderThan", 200, "a b c" },
        { "?resourceVersion={two}&resourceVersionMatch=NotOlderThan&limit=1", 200, "a" },
        { "?resourceVersion=0&resourceVersionMatch=NotOlderThan&limit=2", 200, "a b" },
        { "?limit=0", 200, "a b c" },
        { "?limit=-1", 200, "a b c" },
        { "?limit=2", 200, "a b" },
        { "?watch=false", 200, "a b c" },
        { "?labelSelector=odd", 200, "a c" },
        { "?labelSelector=!odd", 200, "b" },
        { "?labelSelector=odd%20in%20(yes,no),odd!%3Dno&limit=1", 200, "a" },
        { "?fieldSelector=metadata.name!%3Db", 200, "a c" },
        { "?fieldSelector=metadata.namespace%3Ddefault,metadata.name%3Dc", 200, "c" },
        { "?resourceVersion={two}&resourceVersionMatch=Exact&labelSelector=odd", 200, "a" },
        { "?resourceVersionMatch=Exact", 422, Forbids + "resourceVersionMatch is forbidden unless resourceVersion is provided" },
        { "?resourceVersionMatch=NotOlderThan", 422, Forbids + "resourceVersionMatch is forbidden unless resourceVersion is provided" },
        { "?resourceVersion=0&resourceVersionMatch=Exact", 422, Forbids + "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"" },
        { "?resourceVersion=1&resourceVersionMatch=x", 422, "resourceVersionMatch: Unsupported value: \"x\": supported values: \"Exact\", \"NotOlderThan\", \"\"" },
        { "?resourceVersionMatch=x", 422, $"[{Forbids}resourceVersionMatch is forbidden unless resourceVersion is provided, resourceVersionMatch: Unsupported value: \"x\": supported values: \"Exact\", \"NotOlderThan\", \"\"]" },
        { "?sendInitialEvents=true", 422, "sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list" },
        { "?resourceVersion=x", 400, "invalid resource version" },
        { "?resourceVersion=999999999", 504, "Too large resource version" },
        { "?watch=1&resourceVersionMatch=Exact&resourceVersion=1", 422, $"[{Forbids}resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided, resourceVersionMatch: Unsupported value: \"Exact\": supported values: \"NotOlderThan\"]" },
        { "?watch=1&sendInitialEvents=true", 422, Forbids + "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan" },
        { "?watch=1&sendInitialEvents=false", 422, Forbids + "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan" },
        { "?watch=1&resourceVersion=x", 400, "invalid resource version" },
        { "?watch=maybe&resourceVersion=x", 400, "invalid resource version" },
        { "?watch=1&timeoutSeconds=x", 400, "strconv.ParseInt" },
    };

    [Fact]
    public async Task Options_choose_and_refuse_as_in_kubernetes()
    {
        await using var server = await RunningServer.StartAsync(Token);
        var two = await LeasesAsync(server);
        foreach (var (query, code, expected) in Options.Select(row => row.Data))
        {
            var (answered, body) = await server.SendAsync("GET", Leases + query.Replace("{two}", two, StringComparison.Ordinal));
            Assert.True(code == answered, $"{query}: {answered} {body}");
            var shown = code == 200 ? Names(body) : (string)body["message"]!;
            Assert.True(code == 200 ? shown == expected : shown.Contains(expected, StringComparison.Ordinal), $"{query}: {shown}");
        }
    }

    [Fact]
    public async Task Pages_are_of_one_revision_and_tell_how_much_is_left()
    {
        await using var server = await RunningServer.StartAsync(Token);
        await LeasesAsync(server);
        var (_, first) = await server.SendAsync("GET", Leases + "?limit=2");
        Assert.Equal(("a b", 1), (Names(first), (int)first["metadata"]!["remainingItemCount"]!));
        await server.SendAsync("DELETE", Leases + "/c");
        await server.SendAsync("POST", Leases, Lease("bb", ""));
        var next = (string)first["metadata"]!["continue"]!;
        var (_, second) = await server.SendAsync("GET", $"{Leases}?limit=2&continue={next}");
        Assert.Equal("c", Names(second));
        Assert.Null(second["metadata"]!["continue"]);
        Assert.Equal((string)first["metadata"]!["resourceVersion"]!, (string)second["metadata"]!["resourceVersion"]!);
        Assert.Equal(400, (await server.SendAsync("GET", $"{Leases}?limit=2&continue={next}&resourceVersion=5")).Code);
        Assert.Equal(422, (await server.SendAsync("GET", $"{Leases}?limit=2&continue={next}&resourceVersion=5&resourceVersionMatch=Exact")).Code);
        Assert.Equal(400, (await server.SendAsync("GET", $"{Leases}?continue={next[..^3]}%00")).Code);
        var (_, labelled) = await server.SendAsync("GET", Leases + "?limit=1&labelSelector=odd");
        Assert.Equal("a", Names(labelled));
        Assert.Null(labelled["metadata"]!["remainingItemCount"]);
    }

    [Fact]
    public async Task A_page_whose_revision_is_gone_is_answered_410_with_a_token_to_go_on_with_all_the_same()
    {
        await using var server = await RunningServer.StartAsync(Token);
        await LeasesAsync(server);
        var next = (string)(await server.SendAsync("GET", Leases + "?limit=2")).Body["metadata"]!["continue"]!;
        for (var i = 0; i < 4200; i += 100)
            await Task.WhenAll(Enumerable.Range(i, 100).Select(n => server.Client.CreateAsync(Objects.ConfigMap($"m{n}"), Token)));
        await server.SendAsync("POST", Leases, Lease("d", ""));
        var (code, gone) = await server.SendAsync("GET", $"{Leases}?limit=2&continue={next}");
        Assert.Equal((410, "Expired"), (code, (string)gone["reason"]!));
        Assert.StartsWith("The provided continue parameter is too old to display a consistent list result.", (string)gone["message"]!, StringComparison.Ordinal);
        var (again, rest) = await server.SendAsync("GET", $"{Leases}?limit=2&continue={(string)gone["metadata"]!["continue"]!}");
        Assert.Equal((200, "c d"), (again, Names(rest)));
    }

    [Theory]
    [InlineData("?watch=1", "ADDED:a ADDED:b ADDED:c")]
    [InlineData("?watch=1&resourceVersion=0", "ADDED:a ADDED:b ADDED:c")]
    [InlineData("?watch=1&resourceVersion={two}", "ADDED:c")]
    [InlineData("?watch=1&resourceVersion={two}&labelSelector=!odd", "")]
    [InlineData("?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true", "ADDED:a ADDED:b ADDED:c BOOKMARK:")]
    [InlineData("?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan", "ADDED:a ADDED:b ADDED:c")]
    [InlineData("?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&resourceVersion={two}", "ADDED:a ADDED:b ADDED:c BOOKMARK:")]
    [InlineData("?watch=1&sendInitialEvents=false&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true", "")]
    [InlineData("?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&fieldSelector=metadata.name%3Db", "ADDED:b BOOKMARK:")]
    public async Task A_watch_begins_where_it_is_told_to(string query, string expected)
    {
        await using var server = await RunningServer.StartAsync(Token);
        var two = await LeasesAsync(server);
        var path = Leases + query.Replace("{two}", two, StringComparison.Ordinal) + "&timeoutSeconds=1";
        var text = await server.Http.GetStringAsync(new Uri(path, UriKind.Relative), Token);
        var events = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Equal(expected, string.Join(' ', events.Select(each => $"{each["type"]}:{each["object"]!["metadata"]!["name"]}")));
        if (expected.EndsWith(':'))
            Assert.Equal("true", (string)events[^1]["object"]!["metadata"]!["annotations"]!["k8s.io/initial-events-end"]!);
    }

    [Fact]
    public async Task A_watch_whose_time_is_below_nothing_ends_at_once()
    {
        await using var server = await RunningServer.StartAsync(Token);
        Assert.Equal("", await server.Http.GetStringAsync(new Uri(Leases + "?watch=1&timeoutSeconds=-5", UriKind.Relative), Token));
    }

    // Gives the revision at which there were two.
    private static async Task<string> LeasesAsync(RunningServer server)
    {
        await server.SendAsync("POST", Leases, Lease("a", "yes"));
        var (_, second) = await server.SendAsync("POST", Leases, Lease("b", ""));
        await server.SendAsync("POST", Leases, Lease("c", "yes"));
        return (string)second["metadata"]!["resourceVersion"]!;
    }

    private static string Lease(string name, string odd) => new JsonObject
    {
        ["apiVersion"] = "coordination.k8s.io/v1",
        ["kind"] = "Lease",
        ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = odd.Length == 0 ? new JsonObject() : new JsonObject { ["odd"] = odd } },
    }.ToJsonString();

    private static string Names(JsonNode list) => string.Join(' ', (list["items"]?.AsArray() ?? []).Select(item => (string)item!["metadata"]!["name"]!));
}

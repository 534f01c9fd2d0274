using System.Text.Json.Nodes;

namespace Holdfast.ApiServer.Tests.Verbs;

/// <summary>What goes with its last finalizer, as those who took it away and those who watch are told of it.</summary>
public sealed class LastFinalizerTests(SharedServer shared)
{
    private const string Maps = "/api/v1/namespaces/default/configmaps";

    [Theory]
    [InlineData("PATCH")]
    [InlineData("PUT")]
    public async Task Watchers_see_it_as_it_was_stored_and_the_writer_what_he_made_of_it(string method)
    {
        var server = shared.Running;
        var name = "held-" + method.ToLowerInvariant();
        var (_, made) = await server.SendAsync("POST", Maps,
            $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}","finalizers":["example.com/keep"]},"data":{"k":"before"}}""");
        await server.SendAsync("DELETE", $"{Maps}/{name}");
        var (_, marked) = await server.SendAsync("GET", $"{Maps}/{name}");
        marked["metadata"]!.AsObject().Remove("finalizers");
        marked["data"]!["k"] = "after";
        var (code, answer) = method == "PUT"
            ? await server.SendAsync("PUT", $"{Maps}/{name}", marked.ToJsonString())
            : await server.SendAsync("PATCH", $"{Maps}/{name}", """{"metadata":{"finalizers":null},"data":{"k":"after"}}""", "application/merge-patch+json");
        Assert.Equal((200, "after", (string)marked["metadata"]!["resourceVersion"]!), (code, (string)answer["data"]!["k"]!, (string)answer["metadata"]!["resourceVersion"]!));
        Assert.Null(answer["metadata"]!["finalizers"]);

        var version = (string)made["metadata"]!["resourceVersion"]!;
        var last = await LastEventAsync($"{Maps}?watch=1&timeoutSeconds=1&resourceVersion={version}&fieldSelector=metadata.name%3D{name}");
        Assert.Equal(("DELETED", "before"), ((string)last["type"]!, (string)last["object"]!["data"]!["k"]!));
        Assert.Equal("example.com/keep", (string)last["object"]!["metadata"]!["finalizers"]![0]!);
        Assert.True(long.Parse((string)last["object"]!["metadata"]!["resourceVersion"]!) > long.Parse((string)marked["metadata"]!["resourceVersion"]!));
    }

    [Fact]
    public async Task A_watch_that_is_given_less_than_no_time_ends_at_once_and_in_order()
    {
        using var answer = await shared.Running.Http.GetAsync(new Uri(Maps + "?watch=1&timeoutSeconds=-5", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(200, (int)answer.StatusCode);
        await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    private async Task<JsonNode> LastEventAsync(string path)
    {
        var text = await shared.Running.Http.GetStringAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        return JsonNode.Parse(text.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1])!;
    }
}

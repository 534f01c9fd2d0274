using System.Text.Json.Nodes;
using Holdfast.Client;
using Holdfast.Model.Core;

namespace Holdfast.ApiServer.Tests.Verbs;

/// <summary>The events of the core group and those of <c>events.k8s.io</c> are the same objects.</summary>
public sealed class EventGroupsTests
{
    private const string Old = "/api/v1/namespaces/default/events";
    private const string New = "/apis/events.k8s.io/v1/namespaces/default/events";

    private const string FromCore = """
        {"apiVersion":"v1","kind":"Event","metadata":{"name":"a"},"involvedObject":{"kind":"Pod","namespace":"default","name":"web-0"},
         "reason":"BackOff","message":"Waiting.","type":"Warning","count":3,"firstTimestamp":"2026-01-02T11:00:00Z","lastTimestamp":"2026-01-02T11:59:50Z",
         "source":{"component":"node-agent","host":"n1"}}
        """;

    private const string FromOwn = """
        {"apiVersion":"events.k8s.io/v1","kind":"Event","metadata":{"name":"b"},"regarding":{"kind":"StatefulSet","namespace":"default","name":"web"},
         "reason":"Made","note":"Made it.","type":"Normal","action":"Make","eventTime":"2026-01-02T11:59:00.000001Z",
         "reportingController":"example.com/sets","reportingInstance":"sets-1","series":{"count":2,"lastObservedTime":"2026-01-02T11:59:58.000002Z"}}
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_made_through_one_group_is_read_through_the_other()
    {
        await using var server = await RunningServer.StartAsync(Token);
        Assert.Equal(201, (await server.SendAsync("POST", Old, FromCore)).Code);
        Assert.Equal(201, (await server.SendAsync("POST", New, FromOwn)).Code);

        var (_, a) = await server.SendAsync("GET", New + "/a");
        Assert.Equal("events.k8s.io/v1 Event", $"{a["apiVersion"]} {a["kind"]}");
        Assert.Equal("web-0 BackOff Waiting. 3 node-agent n1 2026-01-02T11:59:50Z",
            $"{a["regarding"]!["name"]} {a["reason"]} {a["note"]} {a["deprecatedCount"]} {a["deprecatedSource"]!["component"]} {a["deprecatedSource"]!["host"]} {a["deprecatedLastTimestamp"]}");
        Assert.Null(a["message"]);

        var (_, b) = await server.SendAsync("GET", Old + "/b");
        Assert.Equal("v1 Event", $"{b["apiVersion"]} {b["kind"]}");
        Assert.Equal("web Made it. example.com/sets sets-1 2 2026-01-02T11:59:00.000001Z 2026-01-02T11:59:58.000002Z",
            $"{b["involvedObject"]!["name"]} {b["message"]} {b["reportingComponent"]} {b["reportingInstance"]} {b["series"]!["count"]} {b["eventTime"]} {b["series"]!["lastObservedTime"]}");

        foreach (var path in new[] { Old, New })
        {
            var (_, list) = await server.SendAsync("GET", path);
            Assert.Equal(["a", "b"], list["items"]!.AsArray().Select(item => (string)item!["metadata"]!["name"]!));
        }
        var (_, same) = await server.SendAsync("GET", Old + "/a");
        Assert.Equal((string)same["metadata"]!["uid"]!, (string)a["metadata"]!["uid"]!);
        Assert.Equal((string)same["metadata"]!["resourceVersion"]!, (string)a["metadata"]!["resourceVersion"]!);
    }

    [Fact]
    public async Task A_name_that_one_group_has_taken_is_taken_in_the_other_and_a_deletion_is_of_both()
    {
        await using var server = await RunningServer.StartAsync(Token);
        await server.SendAsync("POST", Old, FromCore);
        Assert.Equal(409, (await server.SendAsync("POST", New, FromOwn.Replace("\"b\"", "\"a\"", StringComparison.Ordinal))).Code);
        Assert.Equal(200, (await server.SendAsync("DELETE", New + "/a")).Code);
        Assert.Equal(404, (await server.SendAsync("GET", Old + "/a")).Code);
        await server.SendAsync("POST", New, FromOwn);
        Assert.Equal(200, (await server.SendAsync("DELETE", Old)).Code);
        Assert.Equal(404, (await server.SendAsync("GET", New + "/b")).Code);
    }

    [Fact]
    public async Task A_change_through_one_group_shows_in_the_other()
    {
        await using var server = await RunningServer.StartAsync(Token);
        await server.SendAsync("POST", New, FromOwn);
        var (code, _) = await server.SendAsync("PATCH", New + "/b", """{"series":{"count":5}}""", "application/merge-patch+json");
        Assert.Equal(200, code);
        Assert.Equal(5, (int)(await server.SendAsync("GET", Old + "/b")).Body["series"]!["count"]!);
        var (refused, problem) = await server.SendAsync("PATCH", New + "/b", """{"note":"Another."}""", "application/merge-patch+json");
        Assert.Equal(422, refused);
        Assert.Contains("message: Invalid value: \"Another.\": field is immutable", (string)problem["message"]!, StringComparison.Ordinal);
        Assert.Equal(200, (await server.SendAsync("PATCH", Old + "/b", """{"message":"Another."}""", "application/merge-patch+json")).Code);
        Assert.Equal("Another.", (string)(await server.SendAsync("GET", New + "/b")).Body["note"]!);
    }

    [Fact]
    public async Task Who_owns_a_field_is_known_in_both_groups_by_its_name_in_either()
    {
        await using var server = await RunningServer.StartAsync(Token);
        const string Merge = "application/merge-patch+json";
        await server.SendAsync("POST", New + "?fieldManager=a", FromOwn);
        Assert.Equal(200, (await server.SendAsync("PATCH", Old + "/b?fieldManager=b", """{"message":"Made again.","count":4}""", Merge)).Code);
        Assert.Equal(200, (await server.SendAsync("PATCH", New + "/b?fieldManager=c", """{"series":{"count":5}}""", Merge)).Code);
        var books = (await server.SendAsync("GET", Old + "/b")).Body["metadata"]!["managedFields"]!.AsArray();
        // What a owned before b wrote it is b's, in the words of the group that each wrote through.
        Assert.Equal("events.k8s.io/v1: regarding reason", Owned(books, "a", "involvedObject", "regarding", "reason", "message", "note"));
        Assert.Equal("v1: message count", Owned(books, "b", "message", "note", "count", "deprecatedCount"));
        Assert.Equal("events.k8s.io/v1: series", Owned(books, "c", "message", "note", "series"));
        var (code, refusal) = await server.SendAsync("PATCH", New + "/b?fieldManager=d",
            """{"apiVersion":"events.k8s.io/v1","kind":"Event","metadata":{"name":"b"},"note":"No more."}""", "application/apply-patch+yaml");
        Assert.True(code == 409, refusal.ToJsonString());
        Assert.Equal(".note", (string)refusal["details"]!["causes"]![0]!["field"]!);
    }

    private static string Owned(JsonArray books, string manager, params string[] fields)
    {
        var book = Assert.Single(books, entry => (string)entry!["manager"]! == manager)!;
        return $"{book["apiVersion"]}: {string.Join(' ', fields.Where(field => book["fieldsV1"]!["f:" + field] is not null))}";
    }

    [Fact]
    public async Task Each_group_selects_by_its_own_names_and_keeps_its_pages()
    {
        await using var server = await RunningServer.StartAsync(Token);
        await server.SendAsync("POST", Old, FromCore);
        await server.SendAsync("POST", New, FromOwn);
        Assert.Equal("b", await NamesAsync(server, Old + "?fieldSelector=involvedObject.name%3Dweb"));
        Assert.Equal("b", await NamesAsync(server, New + "?fieldSelector=regarding.name%3Dweb"));
        Assert.Equal("b", await NamesAsync(server, New + "?fieldSelector=reportingController%3Dexample.com/sets"));
        Assert.Equal("b", await NamesAsync(server, Old + "?fieldSelector=source%3Dexample.com/sets"));
        Assert.Equal("a", await NamesAsync(server, New + "?fieldSelector=type%3DWarning,reason%3DBackOff"));
        var (_, page) = await server.SendAsync("GET", New + "?limit=1");
        Assert.Equal("b", await NamesAsync(server, $"{New}?limit=1&continue={page["metadata"]!["continue"]}"));
    }

    [Fact]
    public async Task A_watch_of_either_group_tells_of_what_the_other_writes()
    {
        await using var cluster = await Cluster.StartAsync();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        var query = new ListQuery { Namespace = "default" };
        query = query with { ResourceVersion = (await cluster.Client.ListAsync<Event>(query, Token)).Metadata.ResourceVersion };
        await using var old = cluster.Client.WatchAsync<Event>(query, limit.Token).GetAsyncEnumerator(limit.Token);
        await using var own = cluster.Client.WatchAsync<Model.Events.Event>(query, limit.Token).GetAsyncEnumerator(limit.Token);
        await cluster.CreateAsync(Event.Empty with { Metadata = Objects.Meta("a"), InvolvedObject = ObjectReference.Empty with { Kind = "Pod", Namespace = "default", Name = "p" }, Message = "Waiting." });
        Assert.True(await own.MoveNextAsync());
        Assert.Equal(("a", "Waiting."), (own.Current.Object!.Metadata.Name, own.Current.Object.Note));
        await cluster.Client.DeleteAsync<Model.Events.Event>("default", "a", null, Token);
        Assert.True(await old.MoveNextAsync());
        Assert.Equal((WatchEventType.Added, "Waiting."), (old.Current.Type, old.Current.Object!.Message));
        Assert.True(await old.MoveNextAsync());
        Assert.Equal((WatchEventType.Deleted, "a"), (old.Current.Type, old.Current.Object!.Metadata.Name));
        Assert.True(await own.MoveNextAsync());
        Assert.Equal(WatchEventType.Deleted, own.Current.Type);
    }

    [Fact]
    public async Task Events_of_both_groups_are_stored_as_those_of_the_core_group()
    {
        await using var server = await RunningServer.StartAsync(Token);
        await server.SendAsync("POST", New, FromOwn);
        var entry = Assert.Single(server.Store.Snapshot().List("events", "default"));
        Assert.Equal("v1", (string)JsonNode.Parse(entry.Json.Span)!["apiVersion"]!);
        Assert.Empty(server.Store.Snapshot().List("events.events.k8s.io", null));
    }

    [Fact]
    public async Task Kubectl_gets_describes_and_deletes_events_in_either_group()
    {
        Assert.True(Kubectl.IsThere, "kubectl is missing; ./test says where it is to be had");
        await using var server = await RunningServer.StartAsync(Token);
        var kubectl = new Kubectl(server);
        await kubectl.RunAsync(FromCore, "create", "-f", "-");
        await kubectl.RunAsync(FromOwn, "create", "-f", "-");
        foreach (var resource in new[] { "events", "events.v1.", "events.v1.events.k8s.io", "events.events.k8s.io" })
        {
            var table = await kubectl.RunAsync("", "get", resource);
            Assert.Contains("LAST SEEN", table, StringComparison.Ordinal);
            Assert.Contains("pod/web-0", table, StringComparison.Ordinal);
            Assert.Contains("statefulset/web", table, StringComparison.Ordinal);
        }
        Assert.Equal("Made it.", await kubectl.RunAsync("", "get", "events.v1.", "b", "-o", "jsonpath={.message}"));
        Assert.Equal("Waiting.", await kubectl.RunAsync("", "get", "events.v1.events.k8s.io", "a", "-o", "jsonpath={.note}"));
        Assert.Contains("Waiting.", await kubectl.RunAsync("", "events"), StringComparison.Ordinal);
        await kubectl.RunAsync("", "delete", "events.v1.events.k8s.io", "a");
        await kubectl.RunAsync("", "delete", "events", "b");
        Assert.Equal("", await kubectl.RunAsync("", "get", "events", "-o", "name"));
    }

    [Fact]
    public async Task Kubectl_watches_events_of_one_group_while_the_other_is_written_to()
    {
        Assert.True(Kubectl.IsThere, "kubectl is missing; ./test says where it is to be had");
        await using var server = await RunningServer.StartAsync(Token);
        var kubectl = new Kubectl(server);
        await kubectl.RunAsync(FromOwn, "create", "-f", "-");
        using var watch = kubectl.Start("get", "events.v1.events.k8s.io", "-w", "-o", "jsonpath={.metadata.name} {.note}{\"\\n\"}");
        try
        {
            Assert.Equal("b Made it.", await watch.StandardOutput.ReadLineAsync(Token));
            await kubectl.RunAsync(FromCore, "create", "-f", "-");
            Assert.Equal("a Waiting.", await watch.StandardOutput.ReadLineAsync(Token));
        }
        finally
        {
            watch.Kill();
        }
    }

    private static async Task<string> NamesAsync(RunningServer server, string path)
    {
        var (code, body) = await server.SendAsync("GET", path);
        Assert.True(code == 200, body.ToJsonString());
        return string.Join(' ', body["items"]!.AsArray().Select(item => (string)item!["metadata"]!["name"]!));
    }
}

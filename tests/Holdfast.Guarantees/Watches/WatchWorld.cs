using Holdfast.ApiServer;
using Holdfast.ApiServer.Registry;
using Holdfast.Client;
using Holdfast.Client.Http;
using Holdfast.Guarantees.History;
using Holdfast.Model.Core;
using Holdfast.Platform;
using Holdfast.Store;
using Holdfast.Testing;

namespace Holdfast.Guarantees.Watches;

/// <summary>A server over a real store whose history is short, with clients over HTTP and in process; all of them record.</summary>
internal sealed class WatchWorld : IAsyncDisposable
{
    public const int History = 300;

    private static readonly TimeSpan BetweenBookmarks = TimeSpan.FromMilliseconds(20);
    private static readonly string[] Colours = ["red", "green", "blue"];

    private readonly TemporaryFolder _folder = new();
    private readonly ResourceStore _store;
    private readonly ApiServerHost _host;
    private readonly TaskCompletionSource _loadEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _expired;

    private WatchWorld(TemporaryFolder folder, ResourceStore store, ApiServerHost host)
    {
        (_folder, _store, _host) = (folder, store, host);
        Api = Connect();
    }

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ApiConnection Api { get; }

    public Recording Recording { get; } = new();

    /// <summary>How many watches and pages were answered 410.</summary>
    public int Expired => _expired;

    public Task LoadEnded => _loadEnded.Task;

    public static async Task<WatchWorld> StartAsync()
    {
        var folder = new TemporaryFolder();
        var options = new StoreOptions { HistoryEventsPerCollection = History, CompactionSlice = 40, SnapshotsKept = History };
        var store = await ResourceStore.OpenAsync(
            new SqliteJournal(folder["store.db"], new SystemChance()), options, TimeProvider.System, new ThreadPoolTaskRunner(static fault => throw fault.Exception), Stop);
        var host = await ApiServerHost.StartAsync(new ApiServerOptions(folder.Path, store), Stop);
        var world = new WatchWorld(folder, store, host);
        Assert.Equal(201, (await world.Api.SendAsync(HttpMethod.Post, "api/v1/namespaces", System.Text.Json.Nodes.JsonNode.Parse("""{"metadata":{"name":"load"}}"""), Stop)).Code);
        return world;
    }

    public ApiConnection Connect()
    {
        var credentials = _host.AdminCredentials();
        return new ApiConnection(new KubeConfig { Server = _host.Address, CertificateAuthorityPem = credentials.AuthorityPem, Token = credentials.Token }.CreateClient());
    }

    /// <summary>Writes from many clients until so many writes are acknowledged, then one last object of each colour.</summary>
    public async Task WriteAsync(ulong seed, int clients, int writes, int padding)
    {
        var chance = new SeededChance(seed);
        var load = new Load(Recording, objects: 25, padding);
        await Task.WhenAll(Enumerable.Range(0, clients).Select(client =>
            load.RunAsync(Api, $"c{client}", chance.Fork(), () => Recording.Acknowledged() >= writes, Stop)));
        foreach (var colour in Colours)
        {
            var end = new Attempt { Kind = AttemptKind.Create, Key = $"o-end-{colour}", Value = $"end-{colour}", Colour = colour, Started = Recording.Now() };
            Recording.Add(end);
            var answer = await Api.SendAsync(HttpMethod.Post, ApiConnection.Maps, System.Text.Json.Nodes.JsonNode.Parse(
                $$"""{ "metadata": { "name": "{{end.Key}}", "labels": { "colour": "{{colour}}" } }, "data": { "value": "{{end.Value}}" } }"""), Stop);
            Assert.Equal(201, answer.Code);
            (end.Outcome, end.Revision, end.Ended) = (Outcome.Acknowledged, answer.Revision, Recording.Now());
        }
        _loadEnded.SetResult();
    }

    /// <summary>Lists, watches from there, breaks off and goes on, lists again when it is told 410: as every client does.</summary>
    public async Task FollowAsync(string name, string colour, SeededChance chance, Func<long, int, Task<(Stretch Seen, int Code)>> watch)
    {
        long? from = null;
        while (true)
        {
            if (from is null)
            {
                var list = await Readers.ListAsync(Api, Recording, colour, chance.Next(2) * 4, Stop);
                if (list?.Objects.ContainsKey(EndOf(colour)) == true)
                    return;
                from = list?.Revision;
                continue;
            }
            var (seen, code) = await watch(from.Value, 1 + chance.Next(200));
            Assert.True(code is 0 or 410, $"A4/A5: {name} ended with {code}");
            if (HasEnded(seen))
                return;
            from = code == 410 ? null : seen.To;
            if (code == 410)
                Interlocked.Increment(ref _expired);
        }
    }

    /// <summary>A watch over HTTP that breaks off after so many events.</summary>
    public async Task<(Stretch, int)> OverHttpAsync(string name, string colour, long from, int events) => await Readers.WatchAsync(
        Api, Recording, name, colour, from, stretch => Task.FromResult(stretch.Events.Count < events && !HasEnded(stretch)), Stop);

    /// <summary>A watch in this process, with bookmarks so often that most revisions come as one.</summary>
    public async Task<(Stretch, int)> InProcessAsync(string name, string colour, long from, int events)
    {
        var served = _host.Core.Served.Find("", "v1", "configmaps")!;
        var stretch = new Stretch(name, colour, from);
        Recording.Add(stretch);
        var request = new WatchRequest(served, "load", ResourceFilter.Parse(served, colour.Length > 0 ? $"colour={colour}" : "", ""))
        {
            ResourceVersion = $"{from}",
            AllowsBookmarks = true,
            BookmarkInterval = BetweenBookmarks,
        };
        try
        {
            await foreach (var told in _host.Registry.WatchAsync(request, Stop))
            {
                Assert.True(told.Revision > stretch.To, $"A4: {name} told revision {told.Revision} after {stretch.To}");
                if (told.Type != WatchEventType.Bookmark)
                {
                    var map = (ConfigMap)told.Object(served)!;
                    stretch.Events.Add(new Told(told.Revision, told.Type.ToString().ToUpperInvariant(), map.Metadata.Name, map.Data["value"]));
                }
                stretch.To = told.Revision;
                if (stretch.Events.Count >= events || HasEnded(stretch))
                    break;
            }
            return (stretch, 0);
        }
        catch (ApiException refused)
        {
            return (stretch, refused.Code);
        }
    }

    private static string EndOf(string colour) => $"o-end-{(colour.Length > 0 ? colour : Colours[^1])}";

    private static bool HasEnded(Stretch seen) => seen.Events.Count > 0 && seen.Events[^1].Key == EndOf(seen.Colour);

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        await _host.DisposeAsync();
        await _store.DisposeAsync();
        _folder.Dispose();
    }
}

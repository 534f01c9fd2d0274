using Holdfast.Client.Caching;
using Holdfast.Client.Reflectors;
using Holdfast.Model.Core;
using Holdfast.Testing.Api;

namespace Holdfast.Client.Tests.Reflectors;

public sealed class ReflectorTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public Task The_cache_comes_to_equal_the_server_through_faults_and_tells_each_revision_once(ulong seed) => In(seed, async (world, caches) =>
    {
        var draws = new Platform.SeededChance(seed);
        for (var i = 0; i < 30; i++)
            world.Api.Put(Pods.Named($"before-{i}"));
        var cache = caches.Get<Pod>();
        var told = new List<ulong>();
        cache.Subscribe(change =>
        {
            // A relist may tell an end late, and then by the object as it last was.
            if (change.New is not null)
                told.Add(Revision.OrZero(change.New.Metadata.ResourceVersion));
        });
        world.Api.Faults.OnList = _ => draws.Next(4) == 0 ? FakeErrors.ServerError() : null;
        world.Api.Faults.OnWatch = _ => draws.Next(4) == 0 ? FakeErrors.NoAnswer() : null;
        world.Api.Faults.RepeatEvents = draws.Next(2) == 0;
        for (var step = 0; step < 200; step++)
        {
            await Disturb(world, draws);
            await world.PassAsync(TimeSpan.FromMilliseconds(draws.Next(300)));
        }
        world.Api.Faults.WatchLag = world.Api.Faults.ListLag = 0;
        world.Api.Tell();
        await world.UntilAsync("the cache equals the server", () => cache.SeenRevision == world.Api.Revision);
        Assert.Equal(world.Api.All<Pod>(), cache.All);
        Assert.Equal(told.Count, told.Distinct().Count());
    });

    [Fact]
    public Task A_listing_comes_in_pages_and_the_cache_shows_it_only_when_it_is_complete() => In(1, async (world, caches) =>
    {
        for (var i = 0; i < 25; i++)
            world.Api.Put(Pods.Named($"pod-{i:00}"));
        var cache = caches.Get<Pod>();
        var sizes = new HashSet<int>();
        cache.Subscribe(_ => sizes.Add(cache.Current.Count));
        world.Api.Faults.OnList = query => query.Continue.Length > 0 && world.Api.Listings < 4 ? FakeErrors.ServerError() : null;
        await cache.WaitForSyncAsync(CancellationToken.None);
        Assert.Equal(25, Assert.Single(sizes));
        Assert.True(world.Api.Listings >= 3, $"{world.Api.Listings} listings");
    });

    [Fact]
    public Task A_compacted_revision_is_listed_anew_and_what_went_meanwhile_is_told() => In(2, async (world, caches) =>
    {
        world.Api.Put(Pods.Named("a"));
        var cache = caches.Get<Pod>();
        var gone = new List<string>();
        cache.Subscribe(change =>
        {
            if (change.New is null)
                gone.Add(change.Latest.Metadata.Name);
        });
        await world.UntilAsync("the watch is open", () => world.Api.OpenWatches == 1);
        world.Api.Faults.OnWatch = _ => FakeErrors.NoAnswer();
        world.Api.EndWatches();
        await world.UntilAsync("the watch is closed", () => world.Api.OpenWatches == 0);
        world.Api.Remove<Pod>("shop", "a");
        world.Api.Put(Pods.Named("b"));
        world.Api.Compact();
        world.Api.Faults.OnWatch = _ => null;
        await world.UntilAsync("b is there", () => cache.Find("shop", "b") is not null);
        Assert.Equal(["a"], gone);
    });

    [Fact]
    public Task A_relist_that_is_asked_for_overtakes_a_watch_that_lags() => In(3, async (world, caches) =>
    {
        var cache = caches.Get<Pod>();
        await world.UntilAsync("the watch is open", () => world.Api.OpenWatches == 1);
        world.Api.Faults.WatchLag = 1000;
        world.Api.Put(Pods.Named("a"));
        await world.PassAsync(TimeSpan.FromSeconds(30));
        Assert.Null(cache.Find("shop", "a"));
        cache.RequestRelist();
        await world.UntilAsync("a is there", () => cache.Find("shop", "a") is not null);
    });

    [Fact]
    public Task A_silent_watch_is_opened_again_where_it_was() => In(4, async (world, caches) =>
    {
        var cache = caches.Get<Pod>();
        await world.UntilAsync("the watch is open", () => world.Api.OpenWatches == 1);
        var opened = 0;
        world.Api.Faults.OnWatch = _ =>
        {
            opened++;
            return null;
        };
        await world.PassAsync(TimeSpan.FromMinutes(10));
        Assert.InRange(opened, 2, 4);
        Assert.Equal(1, world.Api.OpenWatches);
        Assert.Equal(1, world.Api.Listings);
    });

    [Fact]
    public Task Parts_that_ask_for_the_same_share_one_reflector() => In(5, async (world, caches) =>
    {
        world.Api.Put(Pods.Named("a", node: "n1"));
        world.Api.Put(Pods.Named("b", node: "n2"));
        var all = caches.Get<Pod>();
        var some = caches.Get<Pod>(new ListQuery { FieldSelector = "spec.nodeName=n1" });
        Assert.Same(all, caches.Get<Pod>());
        Assert.Same(some, caches.Get<Pod>(new ListQuery { FieldSelector = "spec.nodeName=n1" }));
        await caches.WaitForSyncAsync(CancellationToken.None);
        Assert.Equal(2, world.Api.Listings);
        Assert.Equal("a", Assert.Single(some.All).Metadata.Name);
        Assert.Same(all.Find("shop", "a"), some.Find("shop", "a"));
    });

    private static async Task Disturb(SimulatedWorld world, Platform.SeededChance draws)
    {
        var name = $"pod-{draws.Next(20)}";
        switch (draws.Next(10))
        {
            case 0:
                world.Api.EndWatches();
                break;
            case 1 when draws.Next(5) == 0:
                world.Api.Compact();
                break;
            case 2:
                world.Api.Faults.WatchLag = (ulong)draws.Next(5);
                break;
            case 3:
                world.Api.Faults.ListLag = (ulong)draws.Next(5);
                break;
            case 4 or 5 when world.Api.Find<Pod>("shop", name) is not null:
                world.Api.Remove<Pod>("shop", name);
                break;
            default:
                world.Api.Put(Pods.Named(name, node: $"node-{draws.Next(1000)}"));
                break;
        }
        await Task.Yield();
    }

    private static Task In(ulong seed, Func<SimulatedWorld, SharedCaches, Task> body)
    {
        var world = new SimulatedWorld(seed);
        return world.Run(async () =>
        {
            using var stop = new CancellationTokenSource();
            var caches = new SharedCaches(world.Environment, new ReflectorOptions { PageSize = 10 });
            caches.Start(stop.Token);
            await body(world, caches);
            Stop(stop);
            await caches.WaitForStopAsync();
            Assert.Equal(0, world.Api.OpenWatches);
            Assert.Empty(world.Faults);
        });
    }

    private static void Stop(CancellationTokenSource source) => source.Cancel();
}

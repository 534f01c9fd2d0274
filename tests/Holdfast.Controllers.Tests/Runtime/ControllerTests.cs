using System.Globalization;
using Holdfast.Client.Caching;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Platform;
using Holdfast.Testing.Api;

namespace Holdfast.Controllers.Tests.Runtime;

public sealed class ControllerTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 4)]
    [InlineData(3, 4)]
    public Task A_controller_never_acts_on_a_cache_older_than_its_own_last_write(ulong seed, int workers) => In(seed, workers, async (world, reconciler) =>
    {
        var draws = new SeededChance(seed);
        for (var step = 0; step < 150; step++)
        {
            var map = $"map-{draws.Next(3)}";
            world.Api.Faults.WatchLag = (ulong)draws.Next(20);
            var most = Put(world, map, draws.Next(5));
            await world.PassAsync(TimeSpan.FromMilliseconds(draws.Next(400)));
            if (draws.Next(4) == 0)
            {
                // Asked for again while the caches lag: without the floors this makes pods over and over.
                for (var i = 0; i < 5; i++)
                {
                    world.Api.Put(most with { Data = most.Data.SetItem("nudge", i.ToString(CultureInfo.InvariantCulture)) });
                    await world.PassAsync(TimeSpan.FromMilliseconds(20));
                }
            }
            AssertNeverTooMany(world);
        }
        world.Api.Faults.WatchLag = 0;
        world.Api.Tell();
        await world.UntilAsync("all pods are there", () => world.Api.All<ConfigMap>().All(map => PodsOf(world, map) == Wanted(map)));
        Assert.Equal(1, reconciler.MostAtOnce);
    });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public Task Lost_answers_lost_requests_and_conflicts_are_survived(ulong seed) => In(seed, 2, async (world, _) =>
    {
        var draws = new SeededChance(seed);
        world.Api.Faults.OnCall = call => draws.Next(6) switch
        {
            0 => FakeFault.LoseAnswer,
            1 => FakeFault.LoseRequest,
            2 => FakeFault.Conflict,
            3 => FakeFault.ServerError,
            _ => FakeFault.None,
        };
        for (var step = 0; step < 40; step++)
        {
            world.Api.Faults.WatchLag = (ulong)draws.Next(5);
            Put(world, $"map-{draws.Next(3)}", draws.Next(5));
            await world.PassAsync(TimeSpan.FromMilliseconds(draws.Next(2000)));
            AssertNeverTooMany(world);
        }
        world.Api.Faults.WatchLag = 0;
        world.Api.Faults.OnCall = _ => FakeFault.None;
        await world.UntilAsync("all pods are there", () => world.Api.All<ConfigMap>().All(map => PodsOf(world, map) == Wanted(map)));
    });

    [Fact]
    public Task A_failed_key_comes_up_again_after_a_growing_span_and_is_told_of_each_time() => In(1, 1, async (world, reconciler) =>
    {
        var starts = new List<DateTimeOffset>();
        reconciler.DuringRun = _ =>
        {
            starts.Add(world.Environment.Time.GetUtcNow());
            throw new InvalidOperationException("no");
        };
        Put(world, "map", 1);
        await world.UntilAsync("it failed eight times", () => starts.Count == 8);
        var spans = starts.Zip(starts.Skip(1), (one, next) => next - one).ToList();
        for (var i = 0; i < spans.Count; i++)
        {
            var longest = TimeSpan.FromMilliseconds(50 * Math.Pow(2, i));
            Assert.InRange(spans[i], longest / 2, longest + TimeSpan.FromMilliseconds(5));
        }
        Assert.Equal(8, world.Log.Count(entry => entry.Message.Contains("InvalidOperationException: no (Unexpected); it is tried again in", StringComparison.Ordinal)));
    });

    [Fact]
    public Task Changes_of_what_looks_at_many_objects_gather_and_of_what_looks_at_few_do_not() => In(1, 1, async (world, reconciler) =>
    {
        reconciler.Size = 10_000;
        for (var i = 0; i < 50; i++)
        {
            Put(world, "large", 0);
            await world.PassAsync(TimeSpan.FromMilliseconds(10));
        }
        await world.PassAsync(TimeSpan.FromSeconds(1));
        Assert.InRange(reconciler.Runs, 4, 7);
        var before = reconciler.Runs;
        reconciler.Size = 999;
        for (var i = 0; i < 50; i++)
        {
            Put(world, "small", 0);
            await world.PassAsync(TimeSpan.FromMilliseconds(10));
        }
        Assert.Equal(50, reconciler.Runs - before);
    });

    [Fact]
    public Task A_stop_lets_the_running_reconcile_end_and_starts_no_other()
    {
        var world = new SimulatedWorld(7);
        return world.Run(async () =>
        {
            using var stop = new CancellationTokenSource();
            var host = Host(world, 1, out var reconciler);
            var released = Completions.Source();
            reconciler.DuringRun = _ => released.Task;
            Put(world, "a", 2);
            Put(world, "b", 2);
            var running = host.RunAsync(stop.Token);
            await world.UntilAsync("a reconcile runs", () => reconciler.Runs == 1);
            Cancel(stop);
            await world.PassAsync(TimeSpan.FromSeconds(3));
            Assert.False(running.IsCompleted);
            released.SetResult();
            await running;
            Assert.Equal(1, reconciler.Runs);
            Assert.Equal(2, world.Api.All<Pod>().Count);
            Assert.Equal(0, world.Api.OpenWatches);
        });
    }

    [Fact]
    public Task Nothing_is_reconciled_before_all_sources_have_their_first_listing()
    {
        var world = new SimulatedWorld(8);
        return world.Run(async () =>
        {
            using var stop = new CancellationTokenSource();
            var host = Host(world, 1, out var reconciler);
            Put(world, "a", 1);
            world.Api.Faults.OnList = _ => world.Api.Listings is 2 or 3 or 4 ? FakeErrors.ServerError() : null;
            var running = host.RunAsync(stop.Token);
            await world.UntilAsync("both are listed", () => world.Api.Listings >= 5);
            await world.UntilAsync("the pod is there", () => world.Api.All<Pod>().Count == 1);
            Assert.Equal(0, world.Log.Count(entry => entry.Severity == LogSeverity.Error));
            Assert.InRange(reconciler.Runs, 1, 3);
            Cancel(stop);
            await running;
        });
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_run()
    {
        Assert.Equal(await Trace(5), await Trace(5));
        Assert.NotEqual(await Trace(5), await Trace(6));

        static async Task<ulong> Trace(ulong seed)
        {
            var world = new SimulatedWorld(seed);
            await world.Run(async () =>
            {
                using var stop = new CancellationTokenSource();
                var running = Host(world, 4, out _).RunAsync(stop.Token);
                for (var i = 0; i < 20; i++)
                    Put(world, $"map-{i}", 3);
                await world.UntilAsync("all pods are there", () => world.Api.All<Pod>().Count == 60);
                Cancel(stop);
                await running;
            });
            return world.Scheduler.TraceHash;
        }
    }

    private static Task In(ulong seed, int workers, Func<SimulatedWorld, CounterReconciler, Task> body)
    {
        var world = new SimulatedWorld(seed);
        return world.Run(async () =>
        {
            using var stop = new CancellationTokenSource();
            var running = Host(world, workers, out var reconciler).RunAsync(stop.Token);
            await body(world, reconciler);
            Cancel(stop);
            await running;
            Assert.Empty(world.Faults);
        });
    }

    private static ControllerHost Host(SimulatedWorld world, int workers, out CounterReconciler reconciler)
    {
        var context = new ControllerContext(world.Environment, new SharedCaches(world.Environment), new ControllerOptions { Workers = workers });
        return new ControllerHost(context).Add(CounterReconciler.Create(context, out reconciler));
    }

    private static ConfigMap Put(SimulatedWorld world, string name, int pods)
    {
        var before = world.Api.Find<ConfigMap>("shop", name) ?? ConfigMap.Empty with { Metadata = ObjectMeta.Empty with { Namespace = "shop", Name = name } };
        return world.Api.Put(before with { Data = before.Data.SetItem("pods", pods.ToString(CultureInfo.InvariantCulture)) });
    }

    private static void AssertNeverTooMany(SimulatedWorld world)
    {
        foreach (var map in world.Api.All<ConfigMap>())
            Assert.InRange(PodsOf(world, map), 0, 4);
    }

    private static int PodsOf(SimulatedWorld world, ConfigMap map) =>
        world.Api.All<Pod>().Count(pod => pod.Metadata.OwnerReferences[0].Uid == map.Metadata.Uid);

    private static int Wanted(ConfigMap map) => int.Parse(map.Data["pods"], CultureInfo.InvariantCulture);

    private static void Cancel(CancellationTokenSource source) => source.Cancel();
}

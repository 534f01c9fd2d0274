using System.Globalization;
using Holdfast.Client.Caching;
using Holdfast.Client.LeaderElection;
using Holdfast.Model.Coordination;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using Holdfast.Model.Values;
using Holdfast.Platform;
using Holdfast.Platform.Simulation;
using Holdfast.Testing;
using Holdfast.Testing.Api;

namespace Holdfast.Client.Tests.LeaderElection;

/// <summary>What a leader may still write to a server that knows nothing of fences, as a plain Kubernetes.</summary>
public sealed class FencedTransportTests
{
    private static readonly ResourceKey Key = new("kube-system", "steward");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public Task A_leader_that_was_paused_writes_nothing_any_more_once_another_leads(ulong seed) => In(seed, async world =>
    {
        var clock = new PausableTime(world.Environment.Time);
        using var stop = new CancellationTokenSource();
        var refusals = new List<string>();
        var running = new[]
        {
            Stand(world, "a", world.Environment with { Time = clock }, refusals, stop.Token),
            Stand(world, "b", world.Environment, refusals, stop.Token),
        };
        await world.UntilAsync("a leads", () => Holder(world) == "a" && Writers(world).Contains("a1"));
        clock.Pause();
        await world.UntilAsync("b leads and writes", () => Writers(world).Contains("b2"));
        await world.PassAsync(TimeSpan.FromSeconds(30));
        clock.Continue();
        await world.PassAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(["a1", "b2"], Writers(world));
        Assert.NotEmpty(refusals);
        Assert.All(refusals, refusal => Assert.Contains("a no longer holds the lease kube-system/steward with term 1", refusal, StringComparison.Ordinal));
        Cancel(stop);
        await Task.WhenAll(running);
    });

    [Theory]
    [InlineData(3600)]
    [InlineData(-3600)]
    [InlineData(16)]
    public Task A_jump_of_the_wall_clock_deposes_nobody(int seconds) => In(5, async world =>
    {
        using var stop = new CancellationTokenSource();
        var running = new[] { "a", "b", "c" }.Select(name => Stand(world, name, world.Environment, [], stop.Token)).ToList();
        await world.UntilAsync("somebody leads", () => Writers(world).Count == 1);
        for (var jump = 0; jump < 10; jump++)
        {
            ((SimulatedTime)world.Environment.Time).JumpWallClock(TimeSpan.FromSeconds(seconds));
            await world.PassAsync(TimeSpan.FromSeconds(20));
        }
        Assert.Single(Writers(world));
        Cancel(stop);
        await Task.WhenAll(running);
    });

    [Fact]
    public Task A_leader_whose_lease_cannot_be_renewed_stops_writing_ten_seconds_after_the_last_renewal_began_and_five_before_others_may() => In(1, async world =>
    {
        using var stop = new CancellationTokenSource();
        var running = Stand(world, "a", world.Environment, [], stop.Token);
        await world.UntilAsync("a writes", () => Writers(world).Contains("a1"));
        await world.PassAsync(TimeSpan.FromSeconds(30));
        world.Api.Faults.OnCall = call => call.Type == Lease.ResourceType ? FakeFault.LoseRequest : FakeFault.None;
        var cutAt = world.Environment.Time.GetUtcNow();
        await world.PassAsync(TimeSpan.FromSeconds(60));
        var last = world.Api.All<ConfigMap>().Max(map => map.Metadata.CreationTimestamp!.Value) - cutAt;
        Assert.InRange(last, TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(10));
        Cancel(stop);
        world.Api.Faults.OnCall = _ => FakeFault.None;
        await running;
    });

    [Fact]
    public Task After_a_stop_a_leader_keeps_the_lease_and_writes_until_its_work_has_ended() => In(1, async world =>
    {
        using var stop = new CancellationTokenSource();
        var written = new List<DateTimeOffset>();
        var running = new LeaderElector(Key, "a", world.Environment, new LeaderElectionOptions()).RunAsync(async term =>
        {
            var client = new KubernetesClient(new FencedTransport(world.Environment.Transport, term), "a");
            while (!term.Ended.IsCancellationRequested)
                await world.PassAsync(TimeSpan.FromMilliseconds(100));
            for (var second = 0; second < 30; second++)
            {
                await world.PassAsync(TimeSpan.FromSeconds(1));
                await client.CreateAsync(Map("a", term.Number), CancellationToken.None);
                Assert.Equal("a", Holder(world));
            }
        }, stop.Token);
        await world.UntilAsync("a leads", () => Holder(world) == "a");
        Cancel(stop);
        await running;
        Assert.Equal(30, world.Api.All<ConfigMap>().Count);
        Assert.Equal("", Holder(world));
    });

    [Fact]
    public Task A_write_that_hangs_when_the_term_ends_is_given_up() => In(2, async world =>
    {
        using var stop = new CancellationTokenSource();
        var hanging = new HangingTransport(world.Environment.Transport);
        var (refusal, at) = ("", TimeSpan.Zero);
        var running = new LeaderElector(Key, "a", world.Environment, new LeaderElectionOptions()).RunAsync(async term =>
        {
            world.Api.Faults.OnCall = call => call.Type == Lease.ResourceType ? FakeFault.LoseRequest : FakeFault.None;
            var begun = world.Environment.Time.GetTimestamp();
            var client = new KubernetesClient(new FencedTransport(hanging, term), "a");
            refusal = (await Assert.ThrowsAsync<ApiException>(() => client.CreateAsync(Map("a", 1), CancellationToken.None))).Message;
            at = world.Environment.Time.GetElapsedTime(begun);
            Cancel(stop);
        }, stop.Token);
        await running;
        Assert.InRange(at, TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(10));
        Assert.Contains("was given up and may have taken effect: a no longer holds the lease kube-system/steward with term 1", refusal, StringComparison.Ordinal);
    });

    private sealed class HangingTransport(IApiTransport inner) : IApiTransport
    {
        public async Task<ApiAnswer> CallAsync(ApiCall call, CancellationToken cancellationToken) => await Completions.Source<ApiAnswer>().Task.WaitAsync(cancellationToken);

        public Task<ResourceList<T>> ListAsync<T>(ListQuery query, CancellationToken cancellationToken) where T : class, IResource<T> =>
            inner.ListAsync<T>(query, cancellationToken);

        public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ListQuery query, CancellationToken cancellationToken) where T : class, IResource<T> =>
            inner.WatchAsync<T>(query, cancellationToken);
    }

    [Fact]
    public void A_fence_comes_out_of_its_header_as_it_went_in()
    {
        var fence = new Fence(Key, "host-1_a/b c", 17);
        Assert.Equal(fence, Fence.Parse(fence.ToHeader()));
        Assert.All(new[] { "", "a/b/1", "a/b/x/c", "a/b/-1/c", "/b/1/c", "a/b/1/", "a/b/1/c/d" }, value => Assert.Null(Fence.Parse(value)));
    }

    /// <summary>A candidate that, while it leads, writes who it is and with what term, several times a second.</summary>
    private static Task Stand(SimulatedWorld world, string name, ClientEnvironment environment, List<string> refusals, CancellationToken stop) =>
        new LeaderElector(Key, name, environment, new LeaderElectionOptions()).RunAsync(async term =>
        {
            var client = new KubernetesClient(new FencedTransport(environment.Transport, term), name);
            // The leader itself never looks whether it leads: it is the fence that is tested.
            for (var last = false; !last;)
            {
                last = term.Ended.IsCancellationRequested;
                try
                {
                    await client.CreateAsync(Map(name, term.Number), CancellationToken.None);
                }
                catch (ApiException refusal)
                {
                    refusals.Add(refusal.Message);
                }
                await environment.Time.DelayAsync(TimeSpan.FromMilliseconds(300), CancellationToken.None);
            }
        }, stop);

    private static ConfigMap Map(string name, long term) => new()
    {
        Metadata = new ObjectMeta { Namespace = "shop", GenerateName = "written-" },
        Data = ValueMap.Of(("by", name + term.ToString(CultureInfo.InvariantCulture))),
    };

    /// <summary>Who wrote, each once for each time in a row.</summary>
    private static List<string> Writers(SimulatedWorld world)
    {
        var writers = new List<string>();
        foreach (var map in world.Api.All<ConfigMap>().OrderBy(map => ulong.Parse(map.Metadata.ResourceVersion, CultureInfo.InvariantCulture)))
        {
            if (writers.Count == 0 || writers[^1] != map.Data["by"])
                writers.Add(map.Data["by"]);
        }
        return writers;
    }

    private static string Holder(SimulatedWorld world) => world.Api.Find<Lease>(Key.Namespace, Key.Name)?.Spec.HolderIdentity ?? "";

    private static Task In(ulong seed, Func<SimulatedWorld, Task> body)
    {
        var world = new SimulatedWorld(seed);
        return world.Run(async () =>
        {
            await body(world);
            Assert.Empty(world.Faults);
        });
    }

    private static void Cancel(CancellationTokenSource source) => source.Cancel();
}

using Holdfast.Client.Caching;
using Holdfast.Client.LeaderElection;
using Holdfast.Model.Coordination;
using Holdfast.Model.Meta;
using Holdfast.Platform;
using Holdfast.Testing.Api;

namespace Holdfast.Client.Tests.LeaderElection;

public sealed class LeaderElectorTests
{
    private static readonly ResourceKey Key = new("kube-system", "steward");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public Task At_most_one_leads_at_a_time_and_each_with_a_higher_term_through_faults(ulong seed)
    {
        var world = new SimulatedWorld(seed);
        return world.Run(async () =>
        {
            var draws = new SeededChance(seed);
            using var stop = new CancellationTokenSource();
            var leading = new List<string>();
            var terms = new List<long>();
            world.Api.Faults.OnCall = _ => draws.Next(3) == 0 ? (FakeFault)draws.Next(5) : FakeFault.None;
            var candidates = new[] { "a", "b", "c" }.Select(name => Candidate(world, name).RunAsync(
                async term =>
                {
                    leading.Add(name);
                    terms.Add(term.Number);
                    Assert.Single(leading);
                    await UntilCancelled(world, term.Ended);
                    leading.Remove(name);
                }, stop.Token)).ToList();
            for (var i = 0; i < 100; i++)
            {
                await world.PassAsync(TimeSpan.FromSeconds(draws.Next(30)));
                if (draws.Next(3) == 0)
                    world.Api.Faults.OnCall = draws.Next(2) == 0 ? _ => FakeFault.LoseRequest : _ => FakeFault.None;
            }
            world.Api.Faults.OnCall = _ => FakeFault.None;
            await world.UntilAsync("somebody leads", () => leading.Count == 1);
            Cancel(stop);
            await Task.WhenAll(candidates);
            Assert.True(terms.Count > 3, $"only {terms.Count} terms");
            Assert.Equal(terms.Distinct().Order(), terms);
            Assert.Empty(world.Faults);
        });
    }

    [Fact]
    public Task A_stop_gives_the_lease_back_and_the_next_leads_at_once()
    {
        var world = new SimulatedWorld(1);
        return world.Run(async () =>
        {
            using var stopFirst = new CancellationTokenSource();
            using var stopSecond = new CancellationTokenSource();
            var terms = new List<string>();
            Task Lead(string name, LeaderTerm term)
            {
                terms.Add($"{name}{term.Number}");
                return UntilCancelled(world, term.Ended);
            }
            var first = Candidate(world, "a").RunAsync(term => Lead("a", term), stopFirst.Token);
            await world.UntilAsync("a leads", () => terms.Count == 1);
            var second = Candidate(world, "b").RunAsync(term => Lead("b", term), stopSecond.Token);
            await world.PassAsync(TimeSpan.FromMinutes(5));
            Assert.Equal(["a1"], terms);
            Cancel(stopFirst);
            await first;
            Assert.Equal("", world.Api.Find<Lease>(Key.Namespace, Key.Name)!.Spec.HolderIdentity ?? "");
            var stoppedAt = world.Environment.Time.GetUtcNow();
            await world.UntilAsync("b leads", () => terms.Count == 2);
            Assert.Equal(["a1", "b2"], terms);
            Assert.InRange(world.Environment.Time.GetUtcNow() - stoppedAt, TimeSpan.Zero, TimeSpan.FromSeconds(5));
            Cancel(stopSecond);
            await second;
        });
    }

    [Fact]
    public Task Whoever_the_server_no_longer_knows_leads_no_more_and_gives_up_for_good()
    {
        var world = new SimulatedWorld(1);
        return world.Run(async () =>
        {
            var isLeading = false;
            var elector = new LeaderElector(Key, "a", world.Environment, new LeaderElectionOptions { RefusalLimit = TimeSpan.FromSeconds(60) });
            var running = elector.RunAsync(async term =>
            {
                isLeading = true;
                await UntilCancelled(world, term.Ended);
                isLeading = false;
            }, CancellationToken.None);
            await world.UntilAsync("it leads", () => isLeading);
            world.Api.Faults.OnCall = _ => throw new ApiException(Status.Empty with { Code = 401, Reason = "Unauthorized", Message = "Unauthorized" });
            await world.PassAsync(TimeSpan.FromSeconds(15));
            Assert.False(isLeading);
            Assert.False(running.IsCompleted);
            world.Api.Faults.OnCall = _ => FakeFault.None;
            await world.UntilAsync("it leads again, since that was not for good", () => isLeading);
            world.Api.Faults.OnCall = _ => throw new ApiException(Status.Empty with { Code = 401, Reason = "Unauthorized", Message = "Unauthorized" });
            await world.PassAsync(TimeSpan.FromSeconds(90));
            Assert.False(isLeading);
            Assert.True(running.IsCompletedSuccessfully);
            Assert.Equal("for 60 s the API server has not known who asks: Unauthorized", elector.Refusal);
        });
    }

    private static LeaderElector Candidate(SimulatedWorld world, string name) => new(Key, name, world.Environment, new LeaderElectionOptions());

    private static async Task UntilCancelled(SimulatedWorld world, CancellationToken ended)
    {
        try
        {
            await world.Environment.Time.DelayAsync(TimeSpan.FromDays(1), ended);
        }
        catch (OperationCanceledException)
        {
            // The term is over.
        }
    }

    private static void Cancel(CancellationTokenSource source) => source.Cancel();
}

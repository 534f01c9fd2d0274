using Holdfast.Simulator.Corpus;
using Holdfast.Simulator.Options;

namespace Holdfast.Simulator.Tests;

public sealed class SimulationTests
{
    [Theory]
    [InlineData(1, WorldKind.Sets)]
    [InlineData(7, WorldKind.Sets)]
    [InlineData(42, WorldKind.Sets)]
    [InlineData(1, WorldKind.Stewarded)]
    [InlineData(20, WorldKind.Stewarded)]
    [InlineData(3, WorldKind.Restarted)]
    public void The_same_seed_gives_the_same_run_twice(ulong seed, WorldKind world)
    {
        var (first, second) = (Simulation.Run(SimulationOptions.Draw(seed, world: world)), Simulation.Run(SimulationOptions.Draw(seed, world: world)));
        Assert.Equal(first.Story, second.Story);
        Assert.Equal((first.TraceHash, first.Steps), (second.TraceHash, second.Steps));
    }

    [Fact]
    public void Different_seeds_give_different_runs() =>
        Assert.Equal(10, Seeds.Run(1, 10).Select(result => result.TraceHash).Distinct().Count());

    [Fact]
    public void Two_hundred_seeds_hold_every_invariant_come_to_rest_inject_every_fault_and_check_every_invariant()
    {
        var results = Seeds.Run(1, 200).ToList();
        Assert.All(results, AssertHolds);
        var faults = results.SelectMany(result => result.Faults.Counts.Keys).ToHashSet();
        var checks = results.SelectMany(result => result.Checks.Counts.Keys).ToHashSet();
        Assert.Empty(Enum.GetNames<FaultKind>().Concat(Enum.GetNames<LedgerFault>()).Concat(["member's answer lost", "request lost", "answer lost", "request repeated", "request refused", "conflict", "list from the past"]).Except(faults));
        string[] invariants =
            ["A1", "A2", "A3", "A4", "A6", "S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8", "S9", "S10", "V1", "V2", "V3", "V4", "V5", "P1", "P2", "P3", "R4", "R5", "T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9", "T10", "Liveness", "Endpoints", "Others"];
        Assert.Empty(invariants.Except(checks));
    }

    [Fact]
    public void Every_seed_of_the_corpus_holds() =>
        Assert.All(SeedCorpus.Seeds.Select(seed => Simulation.Run(SimulationOptions.Draw(seed.Seed, world: seed.World))), AssertHolds);

    [Fact]
    public void A_Steward_that_is_killed_between_two_of_its_writes_does_the_same_in_the_same_order() =>
        Assert.All(Enumerable.Range(1, 16).AsParallel().AsOrdered().Select(seed => Simulation.Run(SimulationOptions.Draw((ulong)seed, world: WorldKind.Restarted))), AssertHolds);

    [Fact]
    public void The_story_tells_what_the_user_did_and_what_came_of_it()
    {
        var story = Simulation.Run(SimulationOptions.Draw(3, world: WorldKind.Sets)).Story;
        Assert.Contains(story, line => line.Contains("user         makes web with 3 replicas", StringComparison.Ordinal));
        Assert.Contains(story, line => line.Contains("web-0 runs example/web:1", StringComparison.Ordinal));
        Assert.Contains(story, line => line.Contains("web-0 is shown ready", StringComparison.Ordinal));
        Assert.Contains(story, line => line.EndsWith("end          everything is as it is wanted", StringComparison.Ordinal));
    }

    private static void AssertHolds(SimulationResult result) =>
        Assert.True(result.Violation is null, $"{result.Summary}\n{result.Violation}\n{string.Join('\n', result.Story.TakeLast(30))}");
}

using Holdfast.Simulator.Corpus;
using Holdfast.Simulator.Options;

namespace Holdfast.Simulator.Tests;

public sealed class SimulationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(42)]
    public void The_same_seed_gives_the_same_run_twice(ulong seed)
    {
        var (first, second) = (Simulation.Run(SimulationOptions.Draw(seed)), Simulation.Run(SimulationOptions.Draw(seed)));
        Assert.Equal(first.Story, second.Story);
        Assert.Equal((first.TraceHash, first.Steps), (second.TraceHash, second.Steps));
    }

    [Fact]
    public void Different_seeds_give_different_runs() =>
        Assert.Equal(10, Enumerable.Range(1, 10).Select(seed => Simulation.Run(SimulationOptions.Draw((ulong)seed)).TraceHash).Distinct().Count());

    [Fact]
    public void Sixty_seeds_hold_every_invariant_and_come_to_rest()
    {
        for (var seed = 1ul; seed <= 60; seed++)
            AssertHolds(Simulation.Run(SimulationOptions.Draw(seed)));
    }

    [Fact]
    public void Every_seed_of_the_corpus_holds()
    {
        foreach (var (seed, _) in SeedCorpus.Seeds)
            AssertHolds(Simulation.Run(SimulationOptions.Draw(seed)));
    }

    [Theory]
    [InlineData(Mutant.IgnoresReadiness, "S4", "S7")]
    [InlineData(Mutant.IgnoresPartition, "S6", "S7")]
    [InlineData(Mutant.OwnsRetainedClaims, "V1")]
    [InlineData(Mutant.ConfirmsEndTooSoon, "S1", "S2")]
    public void A_known_bug_is_found_within_thirty_seeds_and_by_the_invariant_that_it_breaks(Mutant mutant, params string[] invariants)
    {
        var violations = Enumerable.Range(1, 30).Select(seed => Simulation.Run(SimulationOptions.Draw((ulong)seed, mutant)).Violation).OfType<string>().ToList();
        Assert.Contains(violations, violation => invariants.Contains(Letter(violation)));
        // Where the bug shows itself late it may also keep the end from being reached.
        Assert.All(violations, violation => Assert.Contains(Letter(violation), invariants.Append("Liveness")));
    }

    [Fact]
    public void The_story_tells_what_the_user_did_and_what_came_of_it()
    {
        var story = Simulation.Run(SimulationOptions.Draw(1)).Story;
        Assert.Contains(story, line => line.Contains("user         makes web with 3 replicas", StringComparison.Ordinal));
        Assert.Contains(story, line => line.Contains("web-0 is ready", StringComparison.Ordinal));
        Assert.Contains("everything is as it is wanted", story[^1], StringComparison.Ordinal);
    }

    private static string Letter(string violation) => violation[..violation.IndexOf(':', StringComparison.Ordinal)];

    private static void AssertHolds(SimulationResult result) =>
        Assert.True(result.Violation is null, $"{result.Summary}\n{result.Violation}\n{string.Join('\n', result.Story.TakeLast(30))}");
}

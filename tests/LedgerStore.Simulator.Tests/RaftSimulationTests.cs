using LedgerStore.Simulator.Options;

namespace LedgerStore.Simulator.Tests;

public sealed class RaftSimulationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(29)]
    public void The_same_seed_gives_the_same_run_twice(ulong seed)
    {
        var (first, second) = (Run(seed), Run(seed));
        Assert.Equal(first.Story, second.Story);
        Assert.Equal((first.Steps, first.Appends, first.Reads), (second.Steps, second.Appends, second.Reads));
    }

    [Fact]
    public void Four_hundred_seeds_hold_every_invariant_and_come_to_rest()
    {
        var results = Enumerable.Range(1, 400).Select(seed => Run((ulong)seed)).ToList();
        Assert.All(results, AssertHolds);
        Assert.Contains(results, static result => result.Options.Members == 3);
        Assert.Contains(results, static result => result.Options.Members == 5);
        // A run that does nothing would hold too.
        Assert.True(results.Sum(static result => result.Appends) > 20_000 && results.Sum(static result => result.Reads) > 20_000);
        Assert.Contains(results, static result => result.QuietLooks > 0);
        Assert.True(results.Sum(static result => result.Repeats) > 1_000);
        Assert.Contains(results, static result => result.Names > 2 * result.Options.RememberedClients);
        Assert.Contains(results, static result => result.Story.Any(static line => line.Contains("installed a snapshot", StringComparison.Ordinal)));
    }

    [Fact]
    public void Eighty_seeds_of_endless_elections_hold_too()
    {
        for (var seed = 1ul; seed <= 80; seed++)
            AssertHolds(RaftSimulation.Run(RaftSimulationOptions.DrawRestless(seed)));
    }

    [Fact]
    public void Flipped_bits_are_found_at_the_start_and_the_member_stops_before_it_serves()
    {
        var results = Enumerable.Range(1, 120).Select(seed => RaftSimulation.Run(RaftSimulationOptions.Draw(RaftRunKind.Rot, (ulong)seed))).ToList();
        Assert.All(results, AssertHolds);
        foreach (var what in new[] { "term and vote", "entry ", "the snapshot" })
        {
            Assert.Contains(results, result => Tells(result, $"a bit of {what}"));
            Assert.Contains(results, result => Tells(result, $"stops before it serves: the checksum of {what}"));
        }
        var flips = results.Sum(static result => result.Story.Count(static line => line.Contains("a bit of", StringComparison.Ordinal)));
        Assert.Equal(flips, results.Sum(static result => result.Story.Count(static line => line.Contains("stops before it serves", StringComparison.Ordinal))));
    }

    [Fact]
    public void Members_of_two_releases_run_together_go_forth_and_back_and_switch_the_format_only_when_all_can_read_it()
    {
        var results = Enumerable.Range(1, 120).Select(seed => RaftSimulation.Run(RaftSimulationOptions.Draw(RaftRunKind.Releases, (ulong)seed))).ToList();
        Assert.All(results, AssertHolds);
        Assert.Contains(results, static result => Tells(result, "to come back as 2.8.1"));
        Assert.Contains(results, static result => result.Format == 9);
        Assert.Contains(results, static result => result.Format == 8);
    }

    [Fact]
    public void A_majority_that_can_talk_elects_within_a_bound_whatever_the_other_links_are()
    {
        var results = Enumerable.Range(1, 80).Select(seed => RaftSimulation.Run(RaftSimulationOptions.Draw(RaftRunKind.Bridges, (ulong)seed))).ToList();
        Assert.All(results, AssertHolds);
        Assert.True(results.Sum(static result => result.MajorityLooks) > 10_000);
    }

    [Fact]
    public void Members_that_were_removed_or_are_cut_off_raise_no_healthy_quorums_term()
    {
        var results = Enumerable.Range(1, 60).Select(seed => RaftSimulation.Run(RaftSimulationOptions.Draw(RaftRunKind.Outsiders, (ulong)seed))).ToList();
        Assert.All(results, AssertHolds);
        Assert.True(results.Sum(static result => result.QuietLooks) > 10_000);
        // One that was removed can still be heard, and so is seen by what it does to the others' term alone.
        var heeded = Enumerable.Range(1, 60).Select(seed => RaftSimulation.Run(RaftSimulationOptions.Draw(RaftRunKind.Outsiders, (ulong)seed, RaftMutant.HeedsTheRemoved)).Violation);
        Assert.Contains(heeded, static violation => violation?.Contains(" rose from ", StringComparison.Ordinal) == true);
    }

    // Each seed here once showed a mistake: of the core, of what drives it, or of the checkers.
    [Theory]
    [InlineData(29)]
    [InlineData(274)]
    [InlineData(489)]
    [InlineData(1408)]
    [InlineData(1431)]
    public void Every_seed_of_the_corpus_holds(ulong seed) => AssertHolds(Run(seed));

    [Theory]
    [InlineData(RaftMutant.CommitsOldTerms, 120, RaftRunKind.Restless, "R4", "R5", "R9")]
    [InlineData(RaftMutant.ChangesMembershipEarly, 20, RaftRunKind.Any, "R7")]
    [InlineData(RaftMutant.KeepsVoteInCache, 5, RaftRunKind.Any, "R6")]
    [InlineData(RaftMutant.ReadsWithoutQuorum, 20, RaftRunKind.Any, "R8")]
    [InlineData(RaftMutant.LeaseOverTransfer, 400, RaftRunKind.Any, "R8")]
    [InlineData(RaftMutant.IgnoresFailedSync, 120, RaftRunKind.Any, "R2", "R3", "R4", "R5", "R6")]
    [InlineData(RaftMutant.KeepsIdentityOnEmptyDisk, 30, RaftRunKind.Any, "R1", "R3", "R4", "R5", "R6")]
    [InlineData(RaftMutant.TrustsDamagedDisk, 30, RaftRunKind.Rot, "R1", "R3", "R4", "R5", "R6", "R9", "R12")]
    [InlineData(RaftMutant.LeadsUnheard, 40, RaftRunKind.Bridges, "R11")]
    [InlineData(RaftMutant.AppliesRepeats, 5, RaftRunKind.Any, "R12")]
    [InlineData(RaftMutant.ForgetsClientsEarly, 60, RaftRunKind.Any, "R12")]
    [InlineData(RaftMutant.ForgetsClientsInSnapshots, 60, RaftRunKind.Any, "R9", "R12")]
    [InlineData(RaftMutant.CampaignsUnasked, 20, RaftRunKind.Outsiders, "R10")]
    [InlineData(RaftMutant.HeedsTheRemoved, 20, RaftRunKind.Outsiders, "R10")]
    [InlineData(RaftMutant.SwitchesFormatEarly, 30, RaftRunKind.Releases, "Format")]
    [InlineData(RaftMutant.TrustsEarlierWord, 120, RaftRunKind.Releases, "Format")]
    public void A_known_bug_is_found_within_a_bounded_number_of_seeds_and_by_an_invariant_that_it_breaks(
        RaftMutant mutant, int seeds, RaftRunKind kind, params string[] invariants)
    {
        var found = Enumerable.Range(1, seeds)
            .Select(seed => RaftSimulationOptions.Draw(kind, (ulong)seed, mutant))
            .Select(static options => RaftSimulation.Run(options).Violation)
            .FirstOrDefault(violation => violation is not null && invariants.Contains(violation[..violation.IndexOf(':', StringComparison.Ordinal)]));
        Assert.True(found is not null, $"{mutant} was not found within {seeds} seeds");
    }

    [Theory]
    [InlineData("--seeds 5..1", "5..1")]
    [InlineData("--seed x", "x is not a seed")]
    [InlineData("--seed 1 --mutant Nobody", "Nobody")]
    [InlineData("--colour", "--colour")]
    [InlineData("", "no seed")]
    public void A_wrong_argument_is_named(string arguments, string word) => Assert.Contains(word,
        Assert.Throws<FormatException>(() => RaftCommandLine.Read(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries))).Message, StringComparison.Ordinal);

    private static RaftSimulationResult Run(ulong seed) => RaftSimulation.Run(RaftSimulationOptions.Draw(seed));

    private static bool Tells(RaftSimulationResult result, string what) => result.Story.Any(line => line.Contains(what, StringComparison.Ordinal));

    private static void AssertHolds(RaftSimulationResult result) =>
        Assert.True(result.Violation is null, $"{result.Summary}\n{result.Options}\n{string.Join('\n', result.Story.TakeLast(30))}");
}

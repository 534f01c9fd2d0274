using Holdfast.Simulator.Options;

namespace Holdfast.Simulator.Tests;

/// <summary>A checker that finds nothing is worth nothing: each known bug must be found, by an invariant that it breaks.</summary>
public sealed class MutantTests
{
    private const int Few = 60;
    private const int Many = 400;

    public static TheoryData<Mutant, int, string[]> KnownBugs => new()
    {
        { Mutant.IgnoresReadiness, Few, ["S4", "S7"] },
        { Mutant.IgnoresPartition, Many, ["S6", "S7"] },
        { Mutant.IgnoresMinReadySeconds, Few, ["S4", "S7"] },
        { Mutant.ActsOnAStaleCache, Many, ["S4", "S7"] },
        { Mutant.OwnsRetainedClaims, Few, ["V1", "V2"] },
        { Mutant.AdoptsStrangers, Few, ["S5"] },
        { Mutant.DeletesClaimsByName, Few, ["V1", "V2", "V3"] },
        { Mutant.CreatesBeforeTheOldIsGone, Few, ["S1", "S2"] },
        { Mutant.IgnoresObservedGeneration, Many, ["S9"] },
        { Mutant.LeavesFailedPods, Few, ["S8"] },
        { Mutant.WritesToSettledSets, Few, ["S10"] },
        { Mutant.GivesClaimsUnasked, Many, ["V2", "V3"] },
        { Mutant.CountsPodsUnasked, Many, ["S9"] },
        { Mutant.SharesVolumes, Few, ["V5", "S5"] },
        { Mutant.ForgetsPhases, Few, ["S3"] },
        { Mutant.CollectsOnAStaleAbsence, Many, ["V2", "V3", "S7"] },
        { Mutant.RemovesFinalizersTooEarly, Many, ["V3"] },
        { Mutant.ForceDeletesOnSilentNodes, Many, ["S1", "S2"] },
        { Mutant.TrustsTheWallClock, Many, ["S1", "S2"] },
        { Mutant.CountsGrantedAsHealthy, Many, ["P1", "P3"] },
        { Mutant.EvictsByStaleStatus, Many, ["P1", "P3"] },
        { Mutant.ReappliesBudgetAfterConflict, Many, ["P1", "P3"] },
        { Mutant.GrantsWithoutRecord, Many, ["P1", "P3"] },
        { Mutant.FreesUnreadyPods, Many, ["P1", "P3"] },
        { Mutant.EvictsOnDryRuns, Many, ["A1"] },
        { Mutant.IgnoresEvictionPreconditions, Many, ["A6"] },
        { Mutant.IgnoresFences, Many, ["T7"] },
        { Mutant.ConfirmsEndTooSoon, Few, ["S1", "S2"] },
        { Mutant.RepeatsSlowStarts, Few, ["S1"] },
        { Mutant.ForgetsWhatRuns, Few, ["S1"] },
        { Mutant.MountsTerminatingClaims, Many, ["V4"] },
        { Mutant.SkipsSync, Few, ["A1", "A3"] },
        { Mutant.AcknowledgesBeforeCommit, Few, ["A1", "A3"] },
        { Mutant.TrustsDamagedLog, Few, ["A1"] },
        { Mutant.RestoresAnOlderCopy, Few, ["A1", "A2"] },
        { Mutant.SkipsEvents, Few, ["A4"] },
        { Mutant.WatchesFromNow, Few, ["A4"] },
        { Mutant.IgnoresResourceVersion, Few, ["A6"] },
        { Mutant.IgnoresTheAgeOfAnswers, Few, ["T1"] },
        { Mutant.CountsTheSilentAsBefore, Few, ["T1"] },
        { Mutant.EvictsUnasked, Few, ["T1", "T2"] },
        { Mutant.ForgetsGrants, Few, ["T2"] },
        { Mutant.ShrinksBeforeRemoval, Few, ["T3"] },
        { Mutant.KeepsIdentitiesOnEmptyDisks, Few, ["T4"] },
        { Mutant.ForgetsWhatWasBegun, Few, ["T5"] },
        { Mutant.SaysReadyTooEarly, Few, ["T6"] },
        { Mutant.DeposedStewardsGoOn, Few, ["T7"] },
        { Mutant.WritesWithoutTerm, Few, ["T7"] },
        { Mutant.AllowsForce, Few, ["T8", "T1", "T2"] },
        { Mutant.FoundsASecondCluster, Few, ["T9"] },
        { Mutant.KeepsOldLabels, Few, ["T10"] },
        { Mutant.RoutesToEveryone, Few, ["T10"] },
    };

    [Theory]
    [MemberData(nameof(KnownBugs))]
    public void A_known_bug_is_found_by_an_invariant_that_it_breaks(Mutant mutant, int seeds, string[] invariants)
    {
        var found = Seeds.Find(mutant, seeds, invariants);
        Assert.True(found is not null, $"{mutant} was not found in {seeds} seeds by {string.Join(" or ", invariants)}");
        TestContext.Current.TestOutputHelper?.WriteLine($"{mutant}: seed {found.Options.Seed}, {found.Violation}");
    }

    [Fact]
    public void Every_mutant_is_among_the_known_bugs() =>
        Assert.Equal(Enum.GetValues<Mutant>().Except([Mutant.None]).Order(), KnownBugs.Select(row => row.Data.Item1).Order());
}

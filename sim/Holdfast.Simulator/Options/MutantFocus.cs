namespace Holdfast.Simulator.Options;

/// <summary>
/// Switches on the habits and faults that a mutant's class of bugs lives on, so that few of its runs have nothing to find; all else stays as
/// the seed drew it.
/// </summary>
internal static class MutantFocus
{
    /// <summary>In which world a mutant's bug is.</summary>
    /// <param name="mutant">The mutant.</param>
    public static WorldKind WorldOf(Mutant mutant) => mutant == Mutant.ForgetsWhatWasBegun ? WorldKind.Restarted : mutant >= Mutant.IgnoresTheAgeOfAnswers ? WorldKind.Stewarded : WorldKind.Sets;

    /// <summary>The options of a mutant's run.</summary>
    /// <param name="options">As the seed drew them.</param>
    public static SimulationOptions On(SimulationOptions options) => options.Mutant switch
    {
        Mutant.IgnoresPartition => With(options, UserHabit.SetsPartition),
        Mutant.IgnoresMinReadySeconds => options with { MinReadySeconds = Math.Max(10, options.MinReadySeconds), Faults = [.. options.Faults.Where(fault => fault is not (FaultKind.ClockJump or FaultKind.ClockDrift))] },
        Mutant.ActsOnAStaleCache => options with { Faults = [FaultKind.NodeKill, FaultKind.ContainerFailure], FaultPause = TimeSpan.FromSeconds(8), MinReadySeconds = 0, LongestFreeze = TimeSpan.Zero },
        Mutant.AdoptsStrangers => With(options, UserHabit.PlaysWithLabels),
        Mutant.IgnoresObservedGeneration => With(options, FaultKind.StaleCache) with { LongestFreeze = TimeSpan.FromSeconds(15) },
        Mutant.CollectsOnAStaleAbsence => With(options, UserHabit.ChainsOwners) with { WatchDelay = TimeSpan.FromMilliseconds(100) },
        Mutant.RemovesFinalizersTooEarly => With(options, UserHabit.DeletesClaims),
        Mutant.MountsTerminatingClaims => With(With(options, UserHabit.DeletesClaims), FaultKind.NodeKill),
        Mutant.ForceDeletesOnSilentNodes => With(options, FaultKind.NodeCutOff) with { TolerationSeconds = 5 },
        Mutant.TrustsTheWallClock => With(With(options, UserHabit.RemovesNodes), FaultKind.ClockJump),
        Mutant.CountsGrantedAsHealthy or Mutant.EvictsByStaleStatus or Mutant.ReappliesBudgetAfterConflict
            or Mutant.GrantsWithoutRecord or Mutant.FreesUnreadyPods or Mutant.EvictsOnDryRuns or Mutant.IgnoresEvictionPreconditions => With(options, UserHabit.Evicts),
        Mutant.ForgetsWhatRuns => With(options, FaultKind.AgentKill),
        Mutant.AcknowledgesBeforeCommit => With(options, FaultKind.ServerCrash) with { DiskDelay = TimeSpan.FromMilliseconds(20) },
        Mutant.SkipsSync => With(options, FaultKind.ServerCrash),
        Mutant.TrustsDamagedLog or Mutant.RestoresAnOlderCopy => With(options, FaultKind.DamagedLog),
        Mutant.LeavesFailedPods => With(options, FaultKind.PodFailure),
        Mutant.ForgetsPhases => With(options, FaultKind.ContainerFailure),
        Mutant.GivesClaimsUnasked => With(With(With(options, UserHabit.MovesOrdinals), FaultKind.ControllerKill), FaultKind.PastList) with
        {
            WhenScaled = "Delete",
            FaultPause = TimeSpan.FromSeconds(6),
            LongestPause = TimeSpan.FromSeconds(6),
            Operations = 15,
        },
        Mutant.CountsPodsUnasked => options with
        {
            Habits = [UserHabit.RunsOthers],
            Faults = [FaultKind.ControllerKillBetweenWrites, FaultKind.ControllerKill, FaultKind.PastList],
            FaultPause = TimeSpan.FromSeconds(1),
            LongestPause = TimeSpan.FromSeconds(3),
            WatchDelay = TimeSpan.FromMilliseconds(100),
            StartDelay = TimeSpan.FromSeconds(1),
            HistoryEvents = 4096,
            Operations = 15,
        },
        Mutant.IgnoresFences => With(With(options, UserHabit.RunsOthers), FaultKind.ControllerPause) with
        {
            HasRival = true,
            HasEvents = true,
            Faults = [FaultKind.ControllerPause],
            FaultPause = TimeSpan.FromSeconds(4),
            CallDelay = TimeSpan.FromSeconds(2),
            LongestPause = TimeSpan.FromSeconds(4),
            Operations = 15,
        },
        Mutant.WatchesFromNow => With(options, FaultKind.ServerCrash),
        Mutant.IgnoresResourceVersion => With(options, FaultKind.StaleCache) with { LongestFreeze = TimeSpan.FromSeconds(15) },
        _ => InStewardedWorlds(options),
    };

    private static SimulationOptions InStewardedWorlds(SimulationOptions options) => options.Mutant switch
    {
        // Who is dead is silent, and a follower's death changes no term: only the age of what it said tells of it.
        Mutant.IgnoresTheAgeOfAnswers => Restless(options, world => world with { Members = 3, HasBudget = false, Habits = [StewardedHabit.EvictsInTurn] }) with
        {
            Faults = [FaultKind.NodeKill],
            FaultPause = TimeSpan.FromSeconds(40),
            LongestPause = TimeSpan.FromSeconds(6),
            Operations = 12,
        },
        Mutant.CountsTheSilentAsBefore => Restless(options, world => world with
        {
            Members = 3,
            HasBudget = false,
            Habits = [StewardedHabit.EvictsInTurn],
            Faults = [LedgerFault.MemberPause],
            FaultPause = TimeSpan.FromSeconds(15),
        }) with
        { LongestPause = TimeSpan.FromSeconds(6), Operations = 12 },
        Mutant.EvictsUnasked or Mutant.ShrinksBeforeRemoval => Restless(options, world => world with { Members = 5, HasBudget = false }),
        Mutant.ForgetsGrants => Restless(options, world => world with { Members = 5, HasBudget = false, Habits = [StewardedHabit.EvictsInTurn] }),
        Mutant.DeposedStewardsGoOn => Restless(options, world => world with { HasTwo = true, Faults = [LedgerFault.StewardPause], FaultPause = TimeSpan.FromSeconds(10) }),
        // What is written down of the last steps alone tells that claims are to go.
        Mutant.ForgetsWhatWasBegun => options with
        {
            Steward = options.Steward! with { Members = 5, Claims = "Delete" },
            Script = options.Script! with { Changes = [ScriptedChange.Shrinks, ScriptedChange.Shrinks] },
        },
        Mutant.WritesWithoutTerm => Restless(options, world => world with { HasTwo = true }),
        Mutant.RoutesToEveryone => Restless(options, world => world with { HasRouting = true }),
        Mutant.KeepsIdentitiesOnEmptyDisks or Mutant.FoundsASecondCluster => Restless(options, world => world with { Faults = [LedgerFault.DiskLoss], FaultPause = TimeSpan.FromSeconds(10) }),
        Mutant.SaysReadyTooEarly or Mutant.KeepsOldLabels => Restless(options, world => world with { Faults = [LedgerFault.MemberKill], FaultPause = TimeSpan.FromSeconds(20) }),
        Mutant.AllowsForce => Restless(options, world => world with { Habits = [StewardedHabit.ForcesDeletions] }) with { StopDelay = TimeSpan.FromSeconds(5) },
        _ => options,
    };

    /// <summary>A stewarded world in which much is asked for, and nothing goes wrong but what is switched on besides.</summary>
    private static SimulationOptions Restless(SimulationOptions options, Func<StewardedWorld, StewardedWorld> change) => options with
    {
        Steward = change(options.Steward! with { Faults = [], Habits = [] }),
        Faults = [],
        LossProbability = 0,
        Operations = 25,
        LongestPause = TimeSpan.FromSeconds(12),
    };

    private static SimulationOptions With(SimulationOptions options, UserHabit habit) => options with { Habits = [habit, .. options.Habits.Where(other => other != habit).Take(2)] };

    private static SimulationOptions With(SimulationOptions options, FaultKind fault) => options with { Faults = [fault, .. options.Faults.Where(other => other != fault).Take(3)] };
}

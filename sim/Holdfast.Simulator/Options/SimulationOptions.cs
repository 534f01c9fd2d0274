using System.Globalization;
using Holdfast.Platform;

namespace Holdfast.Simulator.Options;

/// <summary>What one run is like. Everything but the seed and the mutant is drawn from the seed: each fault is on in some runs only, so that combinations differ.</summary>
public sealed record SimulationOptions
{
    /// <summary>How much too fast or too slow a clock goes at most, as a share.</summary>
    public const double WorstDrift = 0.05;

    /// <summary>The longest time for which the controllers stand still.</summary>
    public static TimeSpan LongestStandstill { get; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest time for an append while the disk is slow.</summary>
    public static TimeSpan SlowestAppend { get; } = TimeSpan.FromSeconds(2);

    /// <summary>The seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The known bug that is switched on.</summary>
    public Mutant Mutant { get; init; }

    /// <summary>How many things the user does.</summary>
    public int Operations { get; init; }

    /// <summary>The longest pause between two of them.</summary>
    public TimeSpan LongestPause { get; init; }

    /// <summary>What the user does besides scaling, changing templates and deleting pods.</summary>
    public IReadOnlyList<UserHabit> Habits { get; init; } = [];

    /// <summary>How many sets there are.</summary>
    public int Sets { get; init; } = 1;

    /// <summary><c>OrderedReady</c> or <c>Parallel</c>.</summary>
    public string PodManagementPolicy { get; init; } = "OrderedReady";

    /// <summary>How long a pod must be ready to be available, in seconds.</summary>
    public int MinReadySeconds { get; init; }

    /// <summary><c>whenDeleted</c> of the claims' retention policy at first.</summary>
    public string WhenDeleted { get; init; } = "Retain";

    /// <summary><c>whenScaled</c> of the claims' retention policy at first.</summary>
    public string WhenScaled { get; init; } = "Retain";

    /// <summary>Whether volumes are for one pod alone.</summary>
    public bool IsForOnePod { get; init; }

    /// <summary>Whether containers have a readiness probe.</summary>
    public bool HasProbes { get; init; }

    /// <summary>How long pods tolerate a node that is not ready, in seconds.</summary>
    public int TolerationSeconds { get; init; } = 300;

    /// <summary>Which faults there are.</summary>
    public IReadOnlyList<FaultKind> Faults { get; init; } = [];

    /// <summary>The longest pause between two faults.</summary>
    public TimeSpan FaultPause { get; init; }

    /// <summary>The longest time for an append to reach the disk.</summary>
    public TimeSpan DiskDelay { get; init; }

    /// <summary>The longest time for a request or an answer on its way.</summary>
    public TimeSpan CallDelay { get; init; }

    /// <summary>The longest time for an event on its way to a watcher.</summary>
    public TimeSpan WatchDelay { get; init; }

    /// <summary>The probability, 0 to 1, that a request or its answer is lost.</summary>
    public double LossProbability { get; init; }

    /// <summary>The probability, 0 to 1, that a change or a deletion arrives twice.</summary>
    public double RepeatProbability { get; init; }

    /// <summary>The probability, 0 to 1, that a write meets a conflict.</summary>
    public double ConflictProbability { get; init; }

    /// <summary>The longest time for which a kind's events are held back.</summary>
    public TimeSpan LongestFreeze { get; init; }

    /// <summary>How many events of a kind the store keeps for watches.</summary>
    public int HistoryEvents { get; init; } = 4096;

    /// <summary>Whether controllers write events.</summary>
    public bool HasEvents { get; init; }

    /// <summary>Whether each set has its Service, and the Endpoints controller runs.</summary>
    public bool HasServices { get; init; }

    /// <summary>Whether two processes with controllers stand for election.</summary>
    public bool HasRival { get; init; }

    /// <summary>The longest time until a container runs.</summary>
    public TimeSpan StartDelay { get; init; }

    /// <summary>The longest time until a running pod is ready.</summary>
    public TimeSpan ReadyDelay { get; init; }

    /// <summary>The longest time that a process takes to end when asked.</summary>
    public TimeSpan StopDelay { get; init; }

    /// <summary>What is drawn for a run whose set has a Steward; null for the others.</summary>
    public StewardedWorld? Steward { get; init; }

    /// <summary>What is asked for, one thing after the other, in a run that is held against itself with a killed Steward; null for all others.</summary>
    public RestartScript? Script { get; init; }

    /// <summary>Whether clocks go wrong.</summary>
    public bool ClockFaults => Faults.Contains(FaultKind.ClockJump) || Faults.Contains(FaultKind.ClockDrift);

    /// <summary>How long what a component has asked may be on its way back, and what it then writes on its way there.</summary>
    public TimeSpan LongestWay => TimeSpan.FromSeconds(2)
        + (Faults.Contains(FaultKind.ControllerPause) || Steward?.Faults.Contains(LedgerFault.StewardPause) == true ? LongestStandstill : TimeSpan.Zero)
        + (Faults.Contains(FaultKind.SlowDisk) ? 2 * SlowestAppend : TimeSpan.Zero);

    /// <summary>Whether lists are answered from the past.</summary>
    public bool ListsThePast => Faults.Contains(FaultKind.PastList);

    /// <summary>Draws a run.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="mutant">The known bug to switch on.</param>
    /// <param name="world">Which world it is in; left out, one seed in eight draws the stewarded one, and a mutant that in which its bug is.</param>
    public static SimulationOptions Draw(ulong seed, Mutant mutant = Mutant.None, WorldKind? world = null)
    {
        // Another stream than the run's own, so that a new option does not move the rest.
        var chance = new SeededChance(seed ^ 0x6f7074696f6e73);
        var faults = Some(chance, Enum.GetValues<FaultKind>(), chance.Next(5) == 0 ? 1.0 : 0.3);
        var options = new SimulationOptions
        {
            Seed = seed,
            Mutant = mutant,
            Operations = 4 + chance.Next(12),
            LongestPause = Milliseconds(chance, 2_000, 30_000),
            Habits = Some(chance, Enum.GetValues<UserHabit>(), 0.3),
            Sets = chance.Next(3) == 0 ? 2 : 1,
            PodManagementPolicy = chance.Next(3) == 0 ? "Parallel" : "OrderedReady",
            MinReadySeconds = chance.Next(3) == 0 ? 1 + chance.Next(20) : 0,
            WhenDeleted = chance.Next(3) == 0 ? "Delete" : "Retain",
            WhenScaled = chance.Next(3) == 0 ? "Delete" : "Retain",
            IsForOnePod = chance.Next(4) == 0,
            HasProbes = chance.Next(3) == 0,
            TolerationSeconds = chance.Next(2) == 0 ? chance.Next(20) : 300,
            Faults = faults,
            FaultPause = Milliseconds(chance, 2_000, 30_000),
            DiskDelay = Sometimes(chance, 20),
            CallDelay = Sometimes(chance, 50),
            WatchDelay = Sometimes(chance, 100),
            LossProbability = chance.Next(3) == 0 ? (chance.Next(4) == 0 ? 0.3 : 0.1) * chance.NextDouble() : 0,
            RepeatProbability = chance.Next(4) == 0 ? 0.2 * chance.NextDouble() : 0,
            ConflictProbability = chance.Next(4) == 0 ? 0.2 * chance.NextDouble() : 0,
            LongestFreeze = faults.Contains(FaultKind.StaleCache) ? Milliseconds(chance, 1_000, 20_000) : TimeSpan.Zero,
            HistoryEvents = chance.Next(3) == 0 ? 20 + chance.Next(50) : 4096,
            HasEvents = chance.Next(8) == 0,
            HasServices = chance.Next(2) == 0,
            StartDelay = Milliseconds(chance, 50, 3_000),
            ReadyDelay = Milliseconds(chance, 50, 6_000),
            StopDelay = Milliseconds(chance, 50, 5_000),
            HasRival = chance.Next(4) == 0,
        };
        // Streams of their own again.
        world ??= mutant == Mutant.None ? (new SeededChance(seed ^ 0x776f726c64).Next(8) == 0 ? WorldKind.Stewarded : WorldKind.Sets) : MutantFocus.WorldOf(mutant);
        if (world != WorldKind.Sets)
            options = options with { Steward = StewardedWorld.Draw(seed), Habits = [], Sets = 1, HasProbes = true, HasServices = true };
        if (world == WorldKind.Restarted)
            options = RestartScript.On(options);
        return mutant == Mutant.None ? options : MutantFocus.On(options);
    }

    /// <summary>The options in one line.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"mutant {Mutant}, operations {Operations}, pauses to {LongestPause.TotalSeconds:0.0} s, habits [{string.Join(' ', Habits)}], sets {Sets}, {PodManagementPolicy}, "
        + $"minReadySeconds {MinReadySeconds}, claims {WhenDeleted}/{WhenScaled}{(IsForOnePod ? " for one pod" : "")}, {(HasProbes ? "probes, " : "")}tolerations {TolerationSeconds} s, "
        + $"faults [{string.Join(' ', Faults)}] every {FaultPause.TotalSeconds:0.0} s, disk {DiskDelay.TotalMilliseconds:0} ms, calls {CallDelay.TotalMilliseconds:0} ms, "
        + $"watches {WatchDelay.TotalMilliseconds:0} ms, loss {LossProbability:0.000}, repeats {RepeatProbability:0.000}, conflicts {ConflictProbability:0.000}, freezes to {LongestFreeze.TotalSeconds:0.0} s, history {HistoryEvents}, "
        + $"{(HasEvents ? "events, " : "")}{(HasServices ? "services, " : "")}{(HasRival ? "two leaders, " : "")}start {StartDelay.TotalSeconds:0.0} s, ready {ReadyDelay.TotalSeconds:0.0} s, stop {StopDelay.TotalSeconds:0.0} s{(Steward is null ? "" : $"; {Steward}")}{(Script is null ? "" : $"; {Script}")}");

    private static T[] Some<T>(SeededChance chance, T[] all, double probability) => [.. all.Where(_ => chance.NextDouble() < probability)];

    private static TimeSpan Sometimes(SeededChance chance, int mostMilliseconds) =>
        chance.Next(2) == 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(1 + chance.Next(mostMilliseconds));

    private static TimeSpan Milliseconds(SeededChance chance, int least, int most) =>
        TimeSpan.FromMilliseconds(least + chance.Next(most - least));
}

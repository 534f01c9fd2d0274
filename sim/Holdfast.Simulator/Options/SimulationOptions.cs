using Holdfast.Platform;

namespace Holdfast.Simulator.Options;

/// <summary>What one run is like. Everything but the seed and the mutant is drawn from the seed.</summary>
public sealed record SimulationOptions
{
    /// <summary>The seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The known bug that is switched on.</summary>
    public Mutant Mutant { get; init; }

    /// <summary>How many things the user does.</summary>
    public int Operations { get; init; }

    /// <summary>The longest pause between two of them.</summary>
    public TimeSpan LongestPause { get; init; }

    /// <summary><c>OrderedReady</c> or <c>Parallel</c>.</summary>
    public string PodManagementPolicy { get; init; } = "OrderedReady";

    /// <summary>How long a pod must be ready to be available, in seconds.</summary>
    public int MinReadySeconds { get; init; }

    /// <summary>The longest time for an append to reach the disk.</summary>
    public TimeSpan DiskDelay { get; init; }

    /// <summary>The longest time for a request or an answer on its way.</summary>
    public TimeSpan CallDelay { get; init; }

    /// <summary>The longest time for an event on its way to a watcher.</summary>
    public TimeSpan WatchDelay { get; init; }

    /// <summary>The probability, 0 to 1, that a request or an answer is lost.</summary>
    public double LossProbability { get; init; }

    /// <summary>How often the controllers' process is killed and started again.</summary>
    public int ControllerKills { get; init; }

    /// <summary>The longest time until a container runs.</summary>
    public TimeSpan StartDelay { get; init; }

    /// <summary>The longest time until a running pod is ready.</summary>
    public TimeSpan ReadyDelay { get; init; }

    /// <summary>The longest time that a process takes to end when asked.</summary>
    public TimeSpan StopDelay { get; init; }

    /// <summary>Draws a run: each fault is on in some runs only, so that combinations differ.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="mutant">The known bug to switch on.</param>
    public static SimulationOptions Draw(ulong seed, Mutant mutant = Mutant.None)
    {
        // Another stream than the run's own, so that a new option does not move the rest.
        var chance = new SeededChance(seed ^ 0x6f7074696f6e73);
        return new SimulationOptions
        {
            Seed = seed,
            Mutant = mutant,
            Operations = 4 + chance.Next(9),
            LongestPause = Milliseconds(chance, 2_000, 40_000),
            PodManagementPolicy = chance.Next(4) == 0 ? "Parallel" : "OrderedReady",
            MinReadySeconds = chance.Next(3) == 0 ? 1 + chance.Next(5) : 0,
            DiskDelay = Sometimes(chance, 20),
            CallDelay = Sometimes(chance, 50),
            WatchDelay = Sometimes(chance, 100),
            LossProbability = chance.Next(3) == 0 ? 0.1 * chance.NextDouble() : 0,
            ControllerKills = chance.Next(2) == 0 ? 0 : chance.Next(5),
            StartDelay = Milliseconds(chance, 50, 3_000),
            ReadyDelay = Milliseconds(chance, 50, 6_000),
            StopDelay = Milliseconds(chance, 50, 5_000),
        };
    }

    /// <summary>The options in one line.</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"operations {Operations}, pauses to {LongestPause.TotalSeconds:0.0} s, {PodManagementPolicy}, minReadySeconds {MinReadySeconds}, "
        + $"disk {DiskDelay.TotalMilliseconds:0} ms, calls {CallDelay.TotalMilliseconds:0} ms, watches {WatchDelay.TotalMilliseconds:0} ms, "
        + $"loss {LossProbability:0.000}, controller kills {ControllerKills}, start {StartDelay.TotalSeconds:0.0} s, "
        + $"ready {ReadyDelay.TotalSeconds:0.0} s, stop {StopDelay.TotalSeconds:0.0} s, mutant {Mutant}");

    private static TimeSpan Sometimes(SeededChance chance, int mostMilliseconds) =>
        chance.Next(2) == 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(1 + chance.Next(mostMilliseconds));

    private static TimeSpan Milliseconds(SeededChance chance, int least, int most) =>
        TimeSpan.FromMilliseconds(least + chance.Next(most - least));
}

using System.Globalization;
using Holdfast.Simulator.Checkers;
using Holdfast.Simulator.Options;

namespace Holdfast.Simulator;

/// <summary>How a run went.</summary>
/// <param name="Options">What it was like.</param>
/// <param name="Violation">What did not hold, beginning with the invariant's letter; null when all held.</param>
/// <param name="TraceHash">A digest of every step and every line of the story: equal for equal runs.</param>
/// <param name="Steps">How many steps it took.</param>
/// <param name="Checks">How often each invariant was checked.</param>
/// <param name="Faults">How often each fault was injected.</param>
/// <param name="SimulatedTime">How much time passed in it.</param>
/// <param name="Story">What happened, line by line.</param>
public sealed record SimulationResult(
    SimulationOptions Options, string? Violation, ulong TraceHash, long Steps, Tally Checks, Tally Faults, TimeSpan SimulatedTime, IReadOnlyList<string> Story)
{
    /// <summary>What was done to a quorum, in its order, where that is noted.</summary>
    public IReadOnlyList<string> Deeds { get; init; } = [];

    /// <summary>How many writes of the Steward took effect, where that is counted.</summary>
    public int StewardWrites { get; init; }

    /// <summary>The letter of the invariant that did not hold; empty when all held.</summary>
    public string Invariant => Violation is null ? "" : Violation[..Math.Max(0, Violation.IndexOf(':', StringComparison.Ordinal))];

    /// <summary>The run in one line.</summary>
    public string Summary => string.Create(CultureInfo.InvariantCulture,
        $"seed {Options.Seed,-6} {(Violation is null ? "ok    " : "FAILED")} trace {TraceHash:x16}  {Steps} steps, {Checks.Total} checks, {Faults.Total} faults, {SimulatedTime:h\\:mm\\:ss} simulated");
}

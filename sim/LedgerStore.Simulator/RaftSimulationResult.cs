using System.Globalization;
using LedgerStore.Simulator.Options;

namespace LedgerStore.Simulator;

/// <summary>How a run went.</summary>
/// <param name="Options">What it was like.</param>
/// <param name="Violation">What was broken, or null.</param>
/// <param name="Story">What happened.</param>
/// <param name="Steps">How many events there were.</param>
/// <param name="Microseconds">Simulated time.</param>
/// <param name="Appends">Appends that were acknowledged.</param>
/// <param name="Reads">Reads that were served.</param>
/// <param name="Term">The newest term with a leader.</param>
/// <param name="QuietLooks">How often an outsider was looked at while nothing else was wrong.</param>
/// <param name="MajorityLooks">How often a majority that could talk was looked at after the time in which it must elect, with links cut.</param>
/// <param name="Format">The data format that the cluster ended with.</param>
/// <param name="Repeats">How often a member recognised a repeated append.</param>
/// <param name="Names">How many clients there were, by name.</param>
public sealed record RaftSimulationResult(
    RaftSimulationOptions Options, string? Violation, IReadOnlyList<string> Story, long Steps, long Microseconds,
    int Appends, int Reads, long Term, int QuietLooks, int MajorityLooks, int Format, int Repeats, int Names)
{
    /// <summary>One line.</summary>
    public string Summary => string.Create(CultureInfo.InvariantCulture,
        $"seed {Options.Seed}: {(Violation is null ? "holds" : "BROKEN")}, {Steps} steps, {Microseconds / 1e6:0.0} s simulated, {Appends} appends, {Reads} reads, term {Term}");
}

using System.Globalization;
using Holdfast.Simulator.Options;

namespace Holdfast.Simulator;

/// <summary>T5: the same run twice, in the second of which the Steward is killed after one of its writes and started again. It may not repeat, leave out or swap anything.</summary>
internal static class RestartTwins
{
    /// <summary>Runs both.</summary>
    /// <param name="options">How they are.</param>
    /// <param name="run">Runs one.</param>
    /// <returns>The second run, or the first one when that already fails.</returns>
    public static SimulationResult Run(SimulationOptions options, Func<SimulationOptions, SimulationResult> run)
    {
        var first = run(options);
        if (first.Violation is not null)
            return first;
        var after = 1 + (int)(options.Script!.KilledAt * first.StewardWrites);
        var second = run(options with { Script = options.Script with { KilledAfter = after } });
        second.Checks.Add("T5");
        var words = second.Violation is { } violation ? $"comes to what it does not come to without: {violation}" : Difference(first.Deeds, second.Deeds);
        return words is null ? second : second with { Violation = string.Create(CultureInfo.InvariantCulture, $"T5: killed after {after} of its {first.StewardWrites} writes the Steward {words}") };
    }

    private static string? Difference(IReadOnlyList<string> without, IReadOnlyList<string> with)
    {
        for (var at = 0; at < Math.Max(without.Count, with.Count); at++)
        {
            var (meant, done) = (at < without.Count ? without[at] : "nothing more", at < with.Count ? with[at] : "nothing more");
            if (meant != done)
                return $"goes another way after {at} deeds: \"{done}\" and not \"{meant}\"";
        }
        return null;
    }
}

using Holdfast.Simulator.Options;

namespace Holdfast.Simulator.Tests;

/// <summary>Runs seeds side by side, each on one thread.</summary>
internal static class Seeds
{
    /// <summary>The runs of a range of seeds, in order.</summary>
    public static IEnumerable<SimulationResult> Run(int first, int last) => Enumerable.Range(first, last - first + 1)
        .AsParallel().AsOrdered().Select(seed => Simulation.Run(SimulationOptions.Draw((ulong)seed)));

    /// <summary>The first run of a mutant, of a number of seeds, in which it breaks one of its own invariants; null when there is none.</summary>
    public static SimulationResult? Find(Mutant mutant, int seeds, IReadOnlyCollection<string> invariants)
    {
        var width = Environment.ProcessorCount;
        for (var next = 1; next <= seeds; next += width)
        {
            var found = Enumerable.Range(next, Math.Min(width, seeds - next + 1)).AsParallel().AsOrdered()
                .Select(seed => Simulation.Run(SimulationOptions.Draw((ulong)seed, mutant)))
                .FirstOrDefault(result => invariants.Contains(result.Invariant));
            if (found is not null)
                return found;
        }
        return null;
    }
}

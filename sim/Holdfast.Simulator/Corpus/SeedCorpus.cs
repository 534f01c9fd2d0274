namespace Holdfast.Simulator.Corpus;

/// <summary>Seeds that once found a bug, kept so that it stays found; each with what it found.</summary>
public static class SeedCorpus
{
    /// <summary>The seeds, each with the bug it found.</summary>
    public static IReadOnlyList<(ulong Seed, string Found)> Seeds { get; } = [];
}

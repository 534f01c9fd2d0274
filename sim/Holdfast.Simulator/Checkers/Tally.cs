namespace Holdfast.Simulator.Checkers;

/// <summary>Counts by name: faults that were injected, invariants that were checked.</summary>
public sealed class Tally
{
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    /// <summary>The counts, by name.</summary>
    public IReadOnlyDictionary<string, long> Counts => _counts;

    /// <summary>All of them together.</summary>
    public long Total => _counts.Values.Sum();

    /// <summary>Adds to a count.</summary>
    /// <param name="name">Which.</param>
    /// <param name="count">How many.</param>
    public void Add(string name, long count = 1) => _counts[name] = _counts.GetValueOrDefault(name) + count;

    /// <summary>Adds another tally to this one.</summary>
    /// <param name="other">The other.</param>
    public void Add(Tally other)
    {
        ArgumentNullException.ThrowIfNull(other);
        foreach (var (name, count) in other._counts)
            Add(name, count);
    }
}

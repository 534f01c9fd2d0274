namespace Holdfast.Platform;

/// <summary>Something that must always hold does not. Not for catching and carrying on: the process is to stop.</summary>
/// <param name="name">The invariant's letter or name.</param>
/// <param name="detail">What was found, and what was expected.</param>
public sealed class InvariantBrokenException(string name, string detail)
    : Exception($"invariant {name} is broken: {detail}")
{
    /// <summary>The invariant's letter in docs/INVARIANTS.md, or its short name.</summary>
    public string Name { get; } = name;
}

namespace LedgerStore.Simulator.Checkers;

/// <summary>Something that must always hold did not.</summary>
/// <param name="invariant">Its letter and number: "R4".</param>
/// <param name="what">What was seen and what should have been.</param>
public sealed class RaftViolation(string invariant, string what) : Exception($"{invariant}: {what}")
{
    /// <summary>Its letter and number.</summary>
    public string Invariant { get; } = invariant;
}

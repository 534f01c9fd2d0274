using System.Collections.Immutable;

namespace Holdfast.Store;

/// <summary>
/// Conditions and writes as data. All writes become visible and durable together, or none does. Without operations
/// it is a linearisable check.
/// </summary>
/// <param name="Conditions">What must hold, checked in order against the state before the first operation.</param>
/// <param name="Operations">The writes, in order, each on another key.</param>
public sealed record Transaction(ImmutableArray<Condition> Conditions, ImmutableArray<Operation> Operations)
{
    /// <summary>Creates an object that must not exist yet.</summary>
    /// <param name="key">The object.</param>
    /// <param name="value">Its value.</param>
    public static Transaction Create(ResourceKey key, IPendingValue value) =>
        new([new KeyAbsent(key)], [new Put(key, value)]);

    /// <summary>Replaces an object that must be as it was read.</summary>
    /// <param name="key">The object.</param>
    /// <param name="revision">Its revision as it was read.</param>
    /// <param name="value">Its new value.</param>
    public static Transaction Update(ResourceKey key, long revision, IPendingValue value) =>
        new([new KeyAtRevision(key, revision)], [new Put(key, value)]);

    /// <summary>Removes an object that must be as it was read.</summary>
    /// <param name="key">The object.</param>
    /// <param name="revision">Its revision as it was read.</param>
    /// <param name="finalState">The object for the watch event; null to repeat its last bytes.</param>
    public static Transaction Remove(ResourceKey key, long revision, IPendingValue? finalState) =>
        new([new KeyAtRevision(key, revision)], [new Delete(key, finalState)]);
}

/// <summary>How a transaction ended.</summary>
public abstract record TransactionResult;

/// <summary>It is durable and visible.</summary>
/// <param name="Revision">The revision of its last operation; the store's own when it had none.</param>
/// <param name="Entries">What each operation wrote, in order; for a deletion the final state.</param>
public sealed record Committed(long Revision, ImmutableArray<Entry> Entries) : TransactionResult;

/// <summary>A condition did not hold, and nothing was written. Answered once what was found is durable.</summary>
/// <param name="Failed">The first condition that did not hold.</param>
/// <param name="Current">The object of that condition as it is now; null when absent, or for a collection.</param>
public sealed record Conflict(Condition Failed, Entry? Current) : TransactionResult;

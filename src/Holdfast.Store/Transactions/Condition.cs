namespace Holdfast.Store;

/// <summary>Something that must hold, in the writer, for a transaction to take place.</summary>
public abstract record Condition;

/// <summary>The object exists and was last written at exactly this revision (a fresh resourceVersion).</summary>
/// <param name="Key">The object.</param>
/// <param name="Revision">Its revision as the caller read it.</param>
public sealed record KeyAtRevision(ResourceKey Key, long Revision) : Condition;

/// <summary>The object does not exist.</summary>
/// <param name="Key">The object.</param>
public sealed record KeyAbsent(ResourceKey Key) : Condition;

/// <summary>The object exists.</summary>
/// <param name="Key">The object.</param>
public sealed record KeyPresent(ResourceKey Key) : Condition;

/// <summary>
/// Nothing in a collection was created, changed or deleted after a revision: for a decision that rests on a whole
/// list, such as an eviction that counts pods. A revision older than the collection's retained history counts as
/// changed, as the store can no longer tell; list again and retry.
/// </summary>
/// <param name="Resource">The collection.</param>
/// <param name="Namespace">Only this namespace; null for all of them.</param>
/// <param name="Revision">The revision of the snapshot that was listed.</param>
public sealed record CollectionUnchangedSince(string Resource, string? Namespace, long Revision) : Condition
{
    /// <summary>
    /// Which objects the decision rests on, when not on all; asked for an object as it was before a change and as it was after it. Called by the
    /// writer, so it is pure and quick.
    /// </summary>
    public Func<Entry, bool>? Concerning { get; init; }

    /// <summary>Whether the decision may rest on what an event changed.</summary>
    internal bool IsConcernedBy(StoreEvent change) => change.Revision > Revision
        && (Namespace is null || change.Current.Key.Namespace == Namespace)
        && (Concerning is not { } concerns || concerns(change.Current) || (change.Previous is { } previous && concerns(previous)));
}

/// <summary>
/// The object exists and something is so of it, for what a revision does not tell: a lease is renewed all the time and still held by the same one.
/// </summary>
/// <param name="Key">The object.</param>
/// <param name="Holds">Whether it is so; called by the writer, so it is pure and quick.</param>
public sealed record KeySatisfies(ResourceKey Key, Func<Entry, bool> Holds) : Condition;

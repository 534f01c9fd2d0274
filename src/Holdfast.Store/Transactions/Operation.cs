namespace Holdfast.Store;

/// <summary>One write of a transaction. Each takes a revision of its own.</summary>
/// <param name="Key">The object that is written.</param>
public abstract record Operation(ResourceKey Key);

/// <summary>Creates the object, or replaces it.</summary>
/// <param name="Key">The object.</param>
/// <param name="Value">Its new value.</param>
public sealed record Put(ResourceKey Key, IPendingValue Value) : Operation(Key);

/// <summary>Removes the object. The transaction conflicts (<see cref="KeyPresent"/>) when it does not exist.</summary>
/// <param name="Key">The object.</param>
/// <param name="FinalState">
/// The object as last seen, to carry the deletion's revision in the watch event; null to repeat its last bytes.
/// </param>
public sealed record Delete(ResourceKey Key, IPendingValue? FinalState) : Operation(Key);

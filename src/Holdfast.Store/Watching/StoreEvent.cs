namespace Holdfast.Store;

/// <summary>What an event tells of.</summary>
public enum StoreEventKind
{
    /// <summary>An object was created (no <see cref="StoreEvent.Previous"/>) or replaced.</summary>
    Put,

    /// <summary>An object was removed.</summary>
    Delete,
}

/// <summary>One change, shared by all watchers of its collection.</summary>
public sealed class StoreEvent : ISequenced
{
    internal StoreEvent(StoreEventKind kind, Entry current, Entry? previous)
    {
        Kind = kind;
        Current = current;
        Previous = previous;
    }

    /// <summary>What happened.</summary>
    public StoreEventKind Kind { get; }

    /// <summary>The object after the change; for a deletion, its final state.</summary>
    public Entry Current { get; }

    /// <summary>The object before the change; null for a creation.</summary>
    public Entry? Previous { get; }

    /// <summary>The revision of the change.</summary>
    public long Revision => Current.Revision;

    long ISequenced.Sequence { get; set; }
}

namespace Holdfast.Store;

/// <summary>
/// A collection's recent events. One writer appends; watchers read at their own pace, and none of them can make it
/// grow.
/// </summary>
internal sealed class History(StoreOptions options, long floorRevision)
{
    private readonly RecentRing<StoreEvent> _events = new(options.HistoryEventsPerCollection);
    private long _bytes;
    private long _floorRevision = floorRevision;

    public RecentRing<StoreEvent> Events => _events;

    /// <summary>How many bytes of JSON it holds; for the writer.</summary>
    public long Bytes => _bytes;

    public Signal Changed { get; } = new();

    /// <summary>Events up to this revision are no longer complete.</summary>
    public long FloorRevision => Volatile.Read(ref _floorRevision);

    /// <summary>Adds an event, and hands each event that had to go for it to <paramref name="dropped"/>.</summary>
    public void Append(StoreEvent added, Action<StoreEvent> dropped)
    {
        _bytes += added.Current.Json.Length;
        while (!_events.IsEmpty && (_events.IsFull || _bytes > options.HistoryBytesPerCollection))
            DropOldest(dropped);
        _events.Append(added);
    }

    /// <summary>Drops the older half; the newest event stays.</summary>
    public void Halve(Action<StoreEvent> dropped)
    {
        for (var left = (_events.End - _events.First) / 2; left > 0; left--)
            DropOldest(dropped);
    }

    private void DropOldest(Action<StoreEvent> dropped)
    {
        _events.TryGet(_events.First, out var oldest);
        // The floor rises before the event goes: a watcher that misses the event finds the floor above it.
        Volatile.Write(ref _floorRevision, oldest!.Revision);
        _events.DropFirst();
        _bytes -= oldest.Current.Json.Length;
        dropped(oldest);
    }

    /// <summary>Whether a change that a decision may rest on is known, or can no longer be ruled out.</summary>
    public bool MayHaveChanged(CollectionUnchangedSince unchanged)
    {
        if (unchanged.Revision < FloorRevision)
            return true;
        for (var at = _events.FirstAtOrAbove(unchanged.Revision + 1); at < _events.End; at++)
        {
            if (!_events.TryGet(at, out var found) || unchanged.IsConcernedBy(found))
                return true;
        }
        return false;
    }
}

namespace Holdfast.Store;

/// <summary>The records that nothing needs any more, in the order in which they became dead.</summary>
internal sealed class CompactionQueue
{
    private readonly Queue<DeadRecord> _dead = [];

    public int Count => _dead.Count;

    /// <summary>
    /// Takes note of an event that left its history: what it replaced is dead now, and so is a deletion itself.
    /// </summary>
    public void Dropped(StoreEvent dropped)
    {
        var resource = dropped.Current.Key.Resource;
        if (dropped.Previous is { } previous)
            _dead.Enqueue(new DeadRecord(previous.Revision, resource, dropped.Revision));
        if (dropped.Kind == StoreEventKind.Delete)
            _dead.Enqueue(new DeadRecord(dropped.Revision, resource, dropped.Revision));
    }

    public Compaction Take(int count, long revision)
    {
        var dead = new List<long>(count);
        var floors = new Dictionary<string, long>(StringComparer.Ordinal);
        while (dead.Count < count && _dead.TryDequeue(out var record))
        {
            dead.Add(record.Revision);
            floors[record.Resource] = record.Floor;
        }
        return new Compaction(dead, floors, revision);
    }

    private readonly record struct DeadRecord(long Revision, string Resource, long Floor);
}

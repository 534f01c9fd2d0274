using System.Collections.Immutable;
using Holdfast.Platform;

namespace Holdfast.Store.Simulation;

/// <summary>
/// What outlives a simulated process: the records that reached the disk, and those that are still on their way.
/// </summary>
/// <param name="identity">The identity of the store on it, a UUID.</param>
public sealed class SimulatedDisk(string identity)
{
    private readonly SortedDictionary<long, JournalRecord> _durable = [];
    private readonly List<JournalRecord[]> _unsynced = [];
    private readonly Dictionary<string, long> _floors = new(StringComparer.Ordinal);
    private long _revisionFloor;

    /// <summary>The records that survive a crash for certain, by revision.</summary>
    public IReadOnlyCollection<JournalRecord> Durable => _durable.Values;

    /// <summary>
    /// The machine or the process died: of the batches on their way a random number arrived, in order and each whole.
    /// </summary>
    /// <param name="chance">Chooses how many.</param>
    public void Crash(IChance chance)
    {
        ArgumentNullException.ThrowIfNull(chance);
        var arrived = chance.Next(_unsynced.Count + 1);
        foreach (var batch in _unsynced.Take(arrived))
            Keep(batch);
        _unsynced.Clear();
    }

    internal void Begin(JournalRecord[] batch) => _unsynced.Add(batch);

    internal void Sync()
    {
        foreach (var batch in _unsynced)
            Keep(batch);
        _unsynced.Clear();
    }

    internal void Compact(Compaction compaction)
    {
        foreach (var revision in compaction.DeadRevisions)
            _durable.Remove(revision);
        foreach (var (resource, floor) in compaction.CollectionFloors)
            _floors[resource] = floor;
        _revisionFloor = compaction.RevisionFloor;
    }

    internal JournalContents Read() => new(
        identity, _revisionFloor, _floors.ToImmutableDictionary(StringComparer.Ordinal),
        [.. _durable.Values.Select(WithoutDecoded)]);

    // A restart knows the bytes only.
    private static JournalRecord WithoutDecoded(JournalRecord record) => record with
    {
        Entry = new Entry(record.Entry.Key, record.Entry.Revision, record.Entry.CreateRevision, record.Entry.Json, null),
    };

    private void Keep(JournalRecord[] batch)
    {
        foreach (var record in batch)
            _durable[record.Entry.Revision] = record;
    }
}

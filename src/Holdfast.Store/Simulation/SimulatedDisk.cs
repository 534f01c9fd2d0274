using System.Collections.Immutable;
using Holdfast.Platform;

namespace Holdfast.Store.Simulation;

/// <summary>
/// What outlives a simulated process: the records that reached the disk, each with its checksum, and those that are still on their way.
/// It can be full, fail a sync, and be damaged.
/// </summary>
/// <param name="identity">The identity of the store on it, a UUID.</param>
public sealed class SimulatedDisk(string identity)
{
    private readonly SortedDictionary<long, Row> _durable = [];
    private readonly List<JournalRecord[]> _unsynced = [];
    private readonly Dictionary<string, long> _floors = new(StringComparer.Ordinal);
    private long _revisionFloor;

    /// <summary>The records that survive a crash for certain, by revision.</summary>
    public IReadOnlyCollection<JournalRecord> Durable => [.. _durable.Values.Select(row => row.Record)];

    /// <summary>The highest revision that survives a crash for certain.</summary>
    public long DurableRevision { get; private set; }

    /// <summary>Whether there is no room for another batch.</summary>
    public bool IsFull { get; set; }

    /// <summary>How much longer than usual an append takes at most.</summary>
    public TimeSpan Slowness { get; set; }

    /// <summary>Whether the next sync fails; what was to be synced may or may not have arrived.</summary>
    public bool FailsNextSync { get; set; }

    /// <summary>
    /// The machine or the process died: of the batches on their way a random number arrived, in order and each whole.
    /// </summary>
    /// <param name="chance">Chooses how many.</param>
    /// <returns>How many batches were lost.</returns>
    public int Crash(IChance chance)
    {
        ArgumentNullException.ThrowIfNull(chance);
        var arrived = chance.Next(_unsynced.Count + 1);
        var lost = _unsynced.Count - arrived;
        foreach (var batch in _unsynced.Take(arrived))
            Keep(batch);
        _unsynced.Clear();
        return lost;
    }

    /// <summary>Another disk with the same durable contents: what a backup holds, or the image of a new cluster.</summary>
    /// <param name="newIdentity">The identity of the store on it; the same one when left out.</param>
    public SimulatedDisk Copy(string? newIdentity = null)
    {
        var copy = new SimulatedDisk(newIdentity ?? identity);
        copy.Restore(this);
        return copy;
    }

    /// <summary>Replaces everything by what a backup holds.</summary>
    /// <param name="backup">The backup.</param>
    public void Restore(SimulatedDisk backup)
    {
        ArgumentNullException.ThrowIfNull(backup);
        _unsynced.Clear();
        _durable.Clear();
        _floors.Clear();
        foreach (var (revision, row) in backup._durable)
            _durable.Add(revision, row);
        foreach (var (resource, floor) in backup._floors)
            _floors.Add(resource, floor);
        (_revisionFloor, DurableRevision) = (backup._revisionFloor, backup.DurableRevision);
    }

    /// <summary>Damages one durable record: a flipped bit, a torn write, or a record that was written to another's place.</summary>
    /// <param name="chance">Chooses the record and the damage.</param>
    /// <returns>What was done, in words.</returns>
    public string Damage(IChance chance)
    {
        ArgumentNullException.ThrowIfNull(chance);
        var revision = _durable.Keys.ElementAt(chance.Next(_durable.Count));
        var row = _durable[revision];
        var json = row.Record.Entry.Json;
        switch (chance.Next(3))
        {
            case 0:
                var flipped = json.ToArray();
                flipped[chance.Next(flipped.Length)] ^= 1;
                _durable[revision] = row with { Record = With(row.Record, flipped) };
                return $"a bit of revision {revision} has flipped";
            case 1:
                _durable[revision] = row with { Record = With(row.Record, json[..(json.Length / 2)]) };
                return $"the record of revision {revision} is torn";
            default:
                var other = _durable.Keys.ElementAt(chance.Next(_durable.Count));
                _durable[revision] = other == revision ? row with { Checksum = ~row.Checksum } : _durable[other];
                return $"the record of revision {other} was written in the place of {revision}";
        }
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

    internal JournalContents Read(bool checks)
    {
        var damaged = checks ? _durable.FirstOrDefault(row => row.Value.IsDamagedAt(row.Key)) : default;
        if (damaged.Value is not null)
            throw new StoreCorruptException($"the simulated disk's record of revision {damaged.Key} is damaged; restore a backup");
        return new(identity, _revisionFloor, _floors.ToImmutableDictionary(StringComparer.Ordinal), [.. _durable.Values.Select(row => WithoutDecoded(row.Record))]);
    }

    // A restart knows the bytes only.
    private static JournalRecord WithoutDecoded(JournalRecord record) => With(record, record.Entry.Json);

    private static JournalRecord With(JournalRecord record, ReadOnlyMemory<byte> json) => record with
    {
        Entry = new Entry(record.Entry.Key, record.Entry.Revision, record.Entry.CreateRevision, json, null),
    };

    private void Keep(JournalRecord[] batch)
    {
        foreach (var record in batch)
        {
            _durable[record.Entry.Revision] = new Row(record, RecordChecksum.Of(record));
            DurableRevision = Math.Max(DurableRevision, record.Entry.Revision);
        }
    }

    private sealed record Row(JournalRecord Record, uint Checksum)
    {
        public bool IsDamagedAt(long revision) => Record.Entry.Revision != revision || RecordChecksum.Of(Record) != Checksum;
    }
}

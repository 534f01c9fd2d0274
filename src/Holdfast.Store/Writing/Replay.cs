using System.Collections.Immutable;
using Holdfast.Store.Index;

namespace Holdfast.Store;

/// <summary>Rebuilds what was published before the restart, with the retained history, from the journal's records.</summary>
internal static class Replay
{
    /// <summary>
    /// The revision of a store that was never written to: above 0, which means "any" in the Kubernetes API.
    /// </summary>
    private const long FirstRevision = 1;

    public static PublishedStore Run(JournalContents contents, StoreOptions options, CompactionQueue compaction)
    {
        var collections = new Dictionary<string, EntryIndex>(StringComparer.Ordinal);
        var events = new List<StoreEvent>();
        var revision = Math.Max(FirstRevision, contents.RevisionFloor);
        long last = 0;
        foreach (var record in contents.Records)
        {
            if (record.Entry.Revision <= last)
                throw new StoreCorruptException($"the journal goes back from revision {last} to {record.Entry.Revision}; "
                    + "restore a backup (holdfast store restore)");
            last = record.Entry.Revision;
            var change = Apply(collections, record);
            if (last <= JournalContents.FloorOf(contents.CollectionFloors, record.Entry.Key.Resource))
            {
                compaction.Dropped(change);
                continue;
            }
            CheckFollows(change);
            events.Add(change);
        }
        revision = Math.Max(revision, last);
        var state = new StoreState(
            revision - 1, revision, collections.ToImmutableDictionary(StringComparer.Ordinal), displacedBytes: 0);
        var published = new PublishedStore(options, state, contents.CollectionFloors);
        foreach (var change in events)
            published.Remember(change, compaction.Dropped);
        return published;
    }

    /// <summary>
    /// Above the floor of its collection nothing was compacted, so a change must find what it changed.
    /// </summary>
    private static void CheckFollows(StoreEvent change)
    {
        var (current, previous) = (change.Current, change.Previous);
        var isCreation = change.Kind == StoreEventKind.Put && current.CreateRevision == current.Revision;
        if (isCreation ? previous is not null : previous?.CreateRevision != current.CreateRevision)
            throw new StoreCorruptException(
                $"the journal's record of revision {current.Revision} ({current.Key}) does not follow from what is before it: "
                + "a record is missing; restore a backup (holdfast store restore)");
    }

    private static StoreEvent Apply(Dictionary<string, EntryIndex> collections, JournalRecord record)
    {
        var entry = record.Entry;
        var index = collections.GetValueOrDefault(entry.Key.Resource, EntryIndex.Empty);
        var previous = index.Find(Bound.Of(entry));
        var isPut = record.Kind == RecordKind.Put;
        collections[entry.Key.Resource] = isPut ? index.Set(entry) : index.Remove(Bound.Of(entry));
        return new StoreEvent(isPut ? StoreEventKind.Put : StoreEventKind.Delete, entry, previous);
    }
}

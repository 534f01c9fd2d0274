using System.Collections.Immutable;

namespace Holdfast.Store;

/// <summary>
/// Where the store's writes become durable: SQLite in production, a simulated one in the simulator. The store calls
/// one method at a time.
/// </summary>
public interface IJournal : IAsyncDisposable
{
    /// <summary>Opens the journal, checks that it can be trusted, and reads what it holds.</summary>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="StoreCorruptException">What is stored cannot be trusted.</exception>
    /// <exception cref="StoreFormatException">It was written by a newer Holdfast.</exception>
    /// <exception cref="StoreUnavailableException">The disk does not allow it.</exception>
    Task<JournalContents> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Makes a batch durable, whole or not at all; ends only when it would survive a loss of power.</summary>
    /// <param name="batch">The records, by rising revision; valid only until the call ends.</param>
    /// <param name="cancellationToken">Ends the attempt, whose outcome is then unknown.</param>
    /// <exception cref="StoreUnavailableException">It could not be made durable.</exception>
    Task AppendAsync(IReadOnlyList<JournalRecord> batch, CancellationToken cancellationToken);

    /// <summary>Drops records that no read, watch or restart needs any more, whole or not at all.</summary>
    /// <param name="compaction">What to drop, and the floors that then hold.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="StoreUnavailableException">It could not be done.</exception>
    Task CompactAsync(Compaction compaction, CancellationToken cancellationToken);
}

/// <summary>What a record did to its object.</summary>
public enum RecordKind
{
    /// <summary>It was created or replaced.</summary>
    Put = 1,

    /// <summary>It was removed; the entry is its final state.</summary>
    Delete = 2,
}

/// <summary>One operation as it is kept in the journal.</summary>
/// <param name="Kind">What it did.</param>
/// <param name="Entry">The object with the revision of the operation.</param>
public readonly record struct JournalRecord(RecordKind Kind, Entry Entry);

/// <summary>What a journal held when it was opened.</summary>
/// <param name="Identity">The identity the store got when it was created, a UUID.</param>
/// <param name="RevisionFloor">The highest revision ever compacted over; revisions go on above it.</param>
/// <param name="CollectionFloors">
/// For each compacted collection: the events up to this revision are no longer complete. <see cref="EveryCollection"/> stands for all.
/// </param>
/// <param name="Records">The records by rising revision.</param>
public sealed record JournalContents(
    string Identity,
    long RevisionFloor,
    ImmutableDictionary<string, long> CollectionFloors,
    IReadOnlyList<JournalRecord> Records)
{
    /// <summary>
    /// The name in <see cref="CollectionFloors"/> that stands for all collections, also those that are still to come: set by a
    /// restore, before which no event is known.
    /// </summary>
    public const string EveryCollection = "";

    /// <summary>The highest revision that was ever in it.</summary>
    public long Revision => Math.Max(RevisionFloor, Records.Count == 0 ? 0 : Records[^1].Entry.Revision);

    /// <summary>The revision up to which the events of a collection are no longer complete; 0 when all are there.</summary>
    /// <param name="floors">As in <see cref="CollectionFloors"/>.</param>
    /// <param name="resource">The collection.</param>
    public static long FloorOf(ImmutableDictionary<string, long> floors, string resource)
    {
        ArgumentNullException.ThrowIfNull(floors);
        return Math.Max(floors.GetValueOrDefault(resource), floors.GetValueOrDefault(EveryCollection));
    }
}

/// <summary>A slice of records to drop.</summary>
/// <param name="DeadRevisions">The records' revisions.</param>
/// <param name="CollectionFloors">The new floors of the collections concerned.</param>
/// <param name="RevisionFloor">The store's revision at this moment.</param>
public sealed record Compaction(
    IReadOnlyList<long> DeadRevisions, IReadOnlyDictionary<string, long> CollectionFloors, long RevisionFloor);

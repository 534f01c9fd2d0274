using System.Collections.Immutable;
using Holdfast.Platform;
using Holdfast.Store.Index;

namespace Holdfast.Store;

/// <summary>
/// What the store will be once a batch is durable: each transaction is decided against everything before it, in the
/// same batch too. Nobody but the writer sees a draft.
/// </summary>
internal sealed class BatchDraft(PublishedStore published, int maxValueBytes)
{
    private readonly List<JournalRecord> _records = [];
    private readonly List<StoreEvent> _events = [];
    private readonly List<StoreState> _states = [];

    public StoreState State { get; private set; } = published.State;

    public IReadOnlyList<JournalRecord> Records => _records;

    /// <summary>How many bytes of JSON are to be written.</summary>
    public long Bytes { get; private set; }

    public IReadOnlyList<StoreEvent> Events => _events;

    /// <summary>The state after each transaction that wrote something.</summary>
    public IReadOnlyList<StoreState> States => _states;

    /// <summary>Decides one transaction. An exception of a pending value leaves the draft as it was.</summary>
    public TransactionResult Apply(Transaction transaction)
    {
        foreach (var condition in transaction.Conditions)
        {
            if (Violation(condition) is { } conflict)
                return conflict;
        }
        if (transaction.Operations.IsEmpty)
            return new Committed(State.Revision, []);
        var written = _events.Count;
        var decided = false;
        try
        {
            var result = Write(transaction.Operations);
            decided = result is Committed;
            return result;
        }
        finally
        {
            if (!decided)
            {
                _events.RemoveRange(written, _events.Count - written);
                _records.RemoveRange(written, _records.Count - written);
            }
        }
    }

    private TransactionResult Write(ImmutableArray<Operation> operations)
    {
        var collections = State.Collections;
        var revision = State.Revision;
        var (written, displaced) = (0L, 0L);
        var entries = ImmutableArray.CreateBuilder<Entry>(operations.Length);
        foreach (var operation in operations)
        {
            var index = collections.GetValueOrDefault(operation.Key.Resource, EntryIndex.Empty);
            var place = new Bound(operation.Key.Namespace, operation.Key.Name);
            var previous = index.Find(place);
            if (operation is Delete && previous is null)
                return new Conflict(new KeyPresent(operation.Key), null);
            var entry = Next(operation, previous, ++revision);
            var changed = operation is Put ? index.Set(entry) : index.Remove(place);
            collections = collections.SetItem(operation.Key.Resource, changed);
            entries.Add(entry);
            written += entry.Json.Length;
            displaced += previous?.Json.Length ?? 0;
            Record(operation is Put, entry, previous);
        }
        State = new StoreState(State.Revision, revision, collections, displaced);
        Bytes += written;
        _states.Add(State);
        return new Committed(revision, entries.MoveToImmutable());
    }

    private Entry Next(Operation operation, Entry? previous, long revision)
    {
        var value = operation switch
        {
            Put put => put.Value.At(revision),
            Delete { FinalState: { } final } => final.At(revision),
            _ => (previous!.Json, previous.Decoded),
        };
        if (operation is Put && value.Json.Length > maxValueBytes)
            throw new ValueTooLargeException(operation.Key, value.Json.Length, maxValueBytes);
        return new Entry(operation.Key, revision, previous?.CreateRevision ?? revision, value.Json, value.Decoded);
    }

    private void Record(bool isPut, Entry entry, Entry? previous)
    {
        Invariant.Holds(_records.Count == 0 || entry.Revision > _records[^1].Entry.Revision, "A2",
            $"{entry.Key} would be written at revision {entry.Revision} after {_records[^1].Entry.Revision}");
        _records.Add(new JournalRecord(isPut ? RecordKind.Put : RecordKind.Delete, entry));
        _events.Add(new StoreEvent(isPut ? StoreEventKind.Put : StoreEventKind.Delete, entry, previous));
    }

    private Conflict? Violation(Condition condition)
    {
        if (condition is CollectionUnchangedSince unchanged)
            return MayHaveChanged(unchanged) ? new Conflict(condition, null) : null;
        var (key, holds) = condition switch
        {
            KeyAtRevision at => (at.Key, (Func<Entry?, bool>)(entry => entry?.Revision == at.Revision)),
            KeyAbsent absent => (absent.Key, entry => entry is null),
            KeyPresent present => (present.Key, entry => entry is not null),
            KeySatisfies satisfies => (satisfies.Key, entry => entry is not null && satisfies.Holds(entry)),
            _ => throw new InvalidOperationException($"{condition.GetType().Name} is not a condition the store knows"),
        };
        var current = State.Find(key);
        return holds(current) ? null : new Conflict(condition, current);
    }

    private bool MayHaveChanged(CollectionUnchangedSince unchanged) =>
        _events.Exists(change => change.Current.Key.Resource == unchanged.Resource && unchanged.IsConcernedBy(change))
        || published.HistoryOf(unchanged.Resource).MayHaveChanged(unchanged);
}

using System.Collections.Concurrent;
using System.Collections.Immutable;
using Holdfast.Platform;

namespace Holdfast.Store;

/// <summary>
/// What readers and watchers see: only what is durable. The writer swaps it forward; nobody takes a lock.
/// </summary>
internal sealed class PublishedStore
{
    private readonly StoreOptions _options;
    private readonly ImmutableDictionary<string, long> _initialFloors;
    private readonly ConcurrentDictionary<string, History> _histories = new(StringComparer.Ordinal);
    private readonly RecentRing<StoreState> _recent;
    private readonly TaskCompletionSource<StoreUnavailableException> _failed =
        Completions.Source<StoreUnavailableException>();

    private StoreState _state;
    private long _watchableRevision;
    private long _historyBytes;
    private long _displacedBytes;
    private StoreUnavailableException? _stopped;

    public PublishedStore(StoreOptions options, StoreState initial, ImmutableDictionary<string, long> initialFloors)
    {
        _options = options;
        _initialFloors = initialFloors;
        _recent = new RecentRing<StoreState>(options.SnapshotsKept);
        _recent.Append(initial);
        _state = initial;
        _watchableRevision = initial.Revision;
    }

    public StoreState State => Volatile.Read(ref _state);

    /// <summary>Every event up to this revision is in the histories.</summary>
    public long WatchableRevision => Volatile.Read(ref _watchableRevision);

    public Signal Advanced { get; } = new();

    public Task<StoreUnavailableException> Failed => _failed.Task;

    public History HistoryOf(string resource) =>
        _histories.TryGetValue(resource, out var history) ? history : _histories.GetOrAdd(
            resource, static (name, self) => new History(self._options, JournalContents.FloorOf(self._initialFloors, name)), this);

    public void Publish(BatchDraft draft, Action<StoreEvent> dropped)
    {
        Invariant.Holds(draft.State.Revision >= _state.Revision, "A2",
            $"the revision would go back from {_state.Revision} to {draft.State.Revision}");
        foreach (var state in draft.States)
            Keep(state);
        Volatile.Write(ref _state, draft.State);
        foreach (var change in draft.Events)
            Remember(change, dropped);
        Volatile.Write(ref _watchableRevision, draft.State.Revision);
        foreach (var change in draft.Events)
            HistoryOf(change.Current.Key.Resource).Changed.Pulse();
        Advanced.Pulse();
    }

    /// <summary>Adds an event to its history, and lets the largest histories go back when all together are too large.</summary>
    public void Remember(StoreEvent change, Action<StoreEvent> dropped)
    {
        var history = HistoryOf(change.Current.Key.Resource);
        var before = history.Bytes;
        history.Append(change, dropped);
        _historyBytes += history.Bytes - before;
        if (_historyBytes <= _options.HistoryBytes)
            return;
        var largest = _histories.Values.MaxBy(static each => each.Bytes)!;
        _historyBytes -= largest.Bytes;
        largest.Halve(dropped);
        _historyBytes += largest.Bytes;
    }

    /// <summary>The state at a revision that is not in the future; null when it is no longer kept.</summary>
    public StoreState? StateAt(long revision)
    {
        var found = _recent.TryGet(_recent.FirstAtOrAbove(revision), out var state) ? state : null;
        return found is not null && revision > found.BaseRevision ? found : null;
    }

    // The newest one always stays: it is the store.
    private void Keep(StoreState state)
    {
        _displacedBytes += state.DisplacedBytes;
        while (!_recent.IsEmpty && (_recent.IsFull || _displacedBytes > _options.SnapshotBytes))
            _displacedBytes -= _recent.DropFirst().DisplacedBytes;
        _recent.Append(state);
    }

    public long OldestKeptRevision => _recent.TryGet(_recent.First, out var oldest) ? oldest.Revision : State.Revision;

    public void Stop(StoreUnavailableException reason)
    {
        if (Interlocked.CompareExchange(ref _stopped, reason, null) is not null)
            return;
        foreach (var history in _histories.Values)
            history.Changed.Pulse();
        Advanced.Pulse();
        if (reason.Reason != StoreUnavailableReason.Closed)
            _failed.TrySetResult(reason);
    }

    public void ThrowIfStopped()
    {
        if (Volatile.Read(ref _stopped) is not null)
            throw StopReason();
    }

    public StoreUnavailableException StopReason() => Volatile.Read(ref _stopped) is { } stopped
        ? new StoreUnavailableException(stopped.Reason, stopped.Message, stopped.InnerException ?? stopped)
        : new StoreUnavailableException(StoreUnavailableReason.Closed, "the store is closed");
}

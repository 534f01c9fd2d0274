using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Holdfast.Store;

/// <summary>
/// Reads a collection's changes in order, without gap or repeat, at its own pace. Holds no queue: it reads the shared
/// history, and is cut with <see cref="RevisionGoneException"/> when it falls behind what that keeps. For one reader
/// at a time.
/// </summary>
public sealed class StoreWatcher
{
    private readonly PublishedStore _store;
    private readonly History _history;
    private readonly string? _namespace;
    private readonly long _from;
    private long _next;

    internal StoreWatcher(PublishedStore store, History history, string? @namespace, long fromRevision)
    {
        _store = store;
        _history = history;
        _namespace = @namespace;
        _from = fromRevision;
        Position = fromRevision;
        if (fromRevision < history.FloorRevision)
            throw new RevisionGoneException(fromRevision, history.FloorRevision);
        _next = history.Events.FirstAtOrAbove(fromRevision + 1);
        // Looked at again: events may have gone while their place was sought.
        if (fromRevision < history.FloorRevision)
            throw new RevisionGoneException(fromRevision, history.FloorRevision);
    }

    /// <summary>
    /// Every matching event up to this revision has been read: what a bookmark may say. It moves on when
    /// <see cref="TryRead"/> finds nothing, also when only other collections changed.
    /// </summary>
    public long Position { get; private set; }

    /// <summary>Reads the next event if there is one.</summary>
    /// <param name="found">The event.</param>
    /// <exception cref="RevisionGoneException">The watcher is too far behind; list again.</exception>
    public bool TryRead([NotNullWhen(true)] out StoreEvent? found)
    {
        // Taken first: whatever was published up to here is in the history by now.
        var published = _store.WatchableRevision;
        while (_next < _history.Events.End)
        {
            if (!_history.Events.TryGet(_next, out found))
                throw new RevisionGoneException(Position, _history.FloorRevision);
            _next++;
            if (found.Revision <= _from || (_namespace is not null && found.Current.Key.Namespace != _namespace))
                continue;
            Position = found.Revision;
            return true;
        }
        Position = Math.Max(Position, published);
        found = null;
        return false;
    }

    /// <summary>Waits until the collection may have an event to read.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StoreUnavailableException">The store has stopped, and there will be no more events.</exception>
    public Task WaitAsync(CancellationToken cancellationToken) => Changed().WaitAsync(cancellationToken);

    /// <summary>
    /// Ends when the collection may have an event to read, or the store has stopped. All watchers of a collection share it, so that a thousand who
    /// wait cost nothing each; whoever waits with a token of its own is to use <see cref="WaitAsync"/>.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The store has stopped, and there will be no more events.</exception>
    public Task Changed()
    {
        var changed = _history.Changed.Next;
        if (_next < _history.Events.End)
            return Task.CompletedTask;
        _store.ThrowIfStopped();
        return changed;
    }

    /// <summary>Reads events as they come, until cancelled.</summary>
    /// <param name="cancellationToken">Ends the reading, as cancelled.</param>
    /// <exception cref="RevisionGoneException">The watcher is too far behind; list again.</exception>
    /// <exception cref="StoreUnavailableException">The store has stopped, and everything was read.</exception>
    public async IAsyncEnumerable<StoreEvent> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            while (TryRead(out var found))
                yield return found;
            await WaitAsync(cancellationToken);
        }
    }
}

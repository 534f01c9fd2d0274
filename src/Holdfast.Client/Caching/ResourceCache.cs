using Holdfast.Model.Resources;

namespace Holdfast.Client.Caching;

/// <summary>
/// Holds the objects of one kind and query as they were last seen. Readers take <see cref="Current"/>, an immutable snapshot that is
/// swapped whole, and never wait; one writer, its reflector, swaps it and then tells the subscribers, in order.
/// </summary>
/// <typeparam name="T">The kind.</typeparam>
/// <param name="query">Which objects it holds.</param>
public sealed class ResourceCache<T>(ListQuery query) : IResourceCache where T : class, IResource<T>
{
    // Orders the writer, those who subscribe and those who wait among each other; held for moments, never over an await.
    private readonly Lock _gate = new();
    private readonly CacheWaiters _waiters = new();
    private readonly List<Action<CacheChange<T>>> _subscribers = [];
    private volatile CacheSnapshot<T> _current = CacheSnapshot<T>.Start;
    private Action _requestRelist = () => { };
    private long _objectsRead;

    /// <summary>A cache of all objects of the kind.</summary>
    public ResourceCache() : this(new ListQuery())
    {
    }

    /// <summary>The objects as they were last seen.</summary>
    public CacheSnapshot<T> Current => _current;

    /// <inheritdoc/>
    public ResourceType Type => query.TypeOf<T>();

    /// <inheritdoc/>
    public ListQuery Query => query;

    /// <inheritdoc/>
    public bool HasSynced => _current.HasSynced;

    /// <inheritdoc/>
    public ulong SeenRevision => _current.Revision;

    /// <inheritdoc/>
    public long ObjectsRead => Interlocked.Read(ref _objectsRead);

    /// <inheritdoc cref="CacheSnapshot{T}.All"/>
    public IEnumerable<T> All
    {
        get
        {
            var snapshot = _current;
            Interlocked.Add(ref _objectsRead, snapshot.Count);
            return snapshot.All;
        }
    }

    /// <inheritdoc cref="CacheSnapshot{T}.Find(ResourceKey)"/>
    public T? Find(ResourceKey key)
    {
        Interlocked.Increment(ref _objectsRead);
        return _current.Find(key);
    }

    /// <inheritdoc cref="CacheSnapshot{T}.Find(string, string)"/>
    public T? Find(string namespaceName, string name) => Find(new ResourceKey(namespaceName, name));

    /// <inheritdoc cref="CacheSnapshot{T}.InNamespace"/>
    public IReadOnlyList<T> InNamespace(string namespaceName) => Lookup(CacheIndex<T>.ByNamespace, namespaceName);

    /// <inheritdoc cref="CacheSnapshot{T}.OwnedBy"/>
    public IReadOnlyList<T> OwnedBy(string uid) => Lookup(CacheIndex<T>.ByOwner, uid);

    /// <inheritdoc cref="CacheSnapshot{T}.Lookup"/>
    public IReadOnlyList<T> Lookup(CacheIndex<T> index, string value)
    {
        var found = _current.Lookup(index, value);
        Interlocked.Add(ref _objectsRead, found.Length);
        return found;
    }

    /// <summary>Whether an index has any object under a value; looks at one at most.</summary>
    /// <param name="index">The index.</param>
    /// <param name="value">The value.</param>
    public bool Any(CacheIndex<T> index, string value)
    {
        Interlocked.Increment(ref _objectsRead);
        return _current.Lookup(index, value).Length > 0;
    }

    /// <inheritdoc/>
    public IResource? FindResource(ResourceKey key) => Find(key);

    /// <summary>Registers an index; at any time, and any number of times.</summary>
    /// <param name="index">The index.</param>
    public ResourceCache<T> AddIndex(CacheIndex<T> index)
    {
        lock (_gate)
            _current = _current.WithIndex(index);
        return this;
    }

    /// <summary>Tells of every object that is there already and then of every change, in order and after the cache shows it.</summary>
    /// <param name="onChange">Called by the writer: it must be quick, must not throw, and typically adds a key to a queue.</param>
    /// <returns>Ends the subscription.</returns>
    public IDisposable Subscribe(Action<CacheChange<T>> onChange)
    {
        lock (_gate)
        {
            _subscribers.Add(onChange);
            foreach (var item in _current.All)
                onChange(new CacheChange<T>(null, item));
        }
        return new Subscription(this, onChange);
    }

    /// <inheritdoc/>
    public Task WaitForSyncAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
            return HasSynced ? Task.CompletedTask : _waiters.ForSync().WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public Task WaitUntilAsync(ulong revision, CancellationToken cancellationToken)
    {
        lock (_gate)
            return SeenRevision >= revision ? Task.CompletedTask : _waiters.For(revision).WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public Task WaitUntilAsync(ResourceKey key, Func<IResource?, bool> condition, CancellationToken cancellationToken)
    {
        lock (_gate)
            return condition(Find(key)) ? Task.CompletedTask : _waiters.For(key, condition).WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public void RequestRelist() => _requestRelist();

    /// <inheritdoc/>
    public async Task<ulong> AskRevisionAsync(IApiTransport transport, CancellationToken cancellationToken)
    {
        var page = await transport.ListAsync<T>(query with { Limit = 1 }, cancellationToken);
        return Revision.OrZero(page.Metadata.ResourceVersion);
    }

    /// <summary>Replaces everything by a complete listing and tells what differs. Only the writer calls it: a reflector, or a test.</summary>
    /// <param name="items">All objects.</param>
    /// <param name="resourceVersion">The listing's resourceVersion.</param>
    public void Replace(IReadOnlyCollection<T> items, string resourceVersion)
    {
        lock (_gate)
        {
            var before = _current;
            _current = before.WithAll(items, resourceVersion);
            foreach (var (key, old) in before.Objects)
            {
                if (_current.Find(key) is null)
                    Tell(new CacheChange<T>(old, null));
            }
            foreach (var (key, item) in _current.Objects)
            {
                var old = before.Find(key);
                if (old is null || old.Metadata.ResourceVersion != item.Metadata.ResourceVersion || old.Metadata.Uid != item.Metadata.Uid)
                    Tell(new CacheChange<T>(old, item));
            }
            _waiters.Replaced(_current.Revision, FindResource);
        }
    }

    /// <summary>Applies one event of a watch. Only the writer calls it: a reflector, or a test.</summary>
    /// <param name="change">The event; of type Added, Modified or Deleted.</param>
    public void Apply(WatchEvent<T> change)
    {
        var item = change.Object ?? throw new ArgumentException($"a {change.Type} event without an object", nameof(change));
        var key = ResourceKey.Of(item);
        lock (_gate)
        {
            var old = _current.Find(key);
            var applied = new CacheChange<T>(old, change.Type == WatchEventType.Deleted ? null : item);
            _current = _current.WithChange(key, applied, change.ResourceVersion);
            if (applied.Old is not null || applied.New is not null)
                Tell(applied);
            _waiters.Changed(key, applied.New, _current.Revision);
        }
    }

    /// <summary>Notes that nothing happened up to a revision. Only the writer calls it: a reflector, or a test.</summary>
    /// <param name="resourceVersion">The revision.</param>
    public void Advance(string resourceVersion)
    {
        lock (_gate)
        {
            _current = _current.WithRevision(resourceVersion);
            _waiters.Advanced(_current.Revision);
        }
    }

    internal void OnRelistRequested(Action requestRelist) => _requestRelist = requestRelist;

    private void Tell(CacheChange<T> change)
    {
        foreach (var subscriber in _subscribers)
            subscriber(change);
    }

    private sealed class Subscription(ResourceCache<T> cache, Action<CacheChange<T>> onChange) : IDisposable
    {
        public void Dispose()
        {
            lock (cache._gate)
                cache._subscribers.Remove(onChange);
        }
    }
}

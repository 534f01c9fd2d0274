using System.Collections.Immutable;
using Holdfast.Client.Reflectors;
using Holdfast.Model.Resources;

namespace Holdfast.Client.Caching;

/// <summary>
/// The caches of one process: one reflector for each kind and query, however many parts ask. All of them get the same immutable
/// objects.
/// </summary>
/// <param name="environment">The server and the world.</param>
/// <param name="options">How the reflectors ask; their defaults when left out.</param>
public sealed class SharedCaches(ClientEnvironment environment, ReflectorOptions? options = null)
{
    private readonly Lock _gate = new();
    private readonly List<Func<CancellationToken, Task>> _notStarted = [];
    private readonly List<Task> _running = [];
    private readonly Dictionary<IResourceCache, CancellationTokenSource> _released = [];
    private ImmutableArray<IResourceCache> _caches = [];
    private CancellationToken? _stop;

    /// <summary>All caches, in the order in which they were asked for.</summary>
    public ImmutableArray<IResourceCache> All => _caches;

    /// <summary>The cache of a kind: made at the first call, and started at once when the others are started.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    /// <param name="query">Which objects; all when left out.</param>
    /// <param name="indices">Indices to register.</param>
    public ResourceCache<T> Get<T>(ListQuery? query = null, params ReadOnlySpan<CacheIndex<T>> indices) where T : class, IResource<T>
    {
        query ??= new ListQuery();
        ResourceCache<T> cache;
        lock (_gate)
            cache = _caches.OfType<ResourceCache<T>>().FirstOrDefault(cache => cache.Query == query) ?? Make<T>(query);
        foreach (var index in indices)
            cache.AddIndex(index);
        return cache;
    }

    /// <summary>The caches of a kind, whatever their query.</summary>
    /// <param name="type">The kind.</param>
    public IEnumerable<IResourceCache> Of(ResourceType type) => _caches.Where(cache => cache.Type == type);

    /// <summary>Ends the reflector of a cache that nobody asks any more, as when its kind is no longer served.</summary>
    /// <param name="cache">The cache.</param>
    public void Release(IResourceCache cache)
    {
        CancellationTokenSource? end;
        lock (_gate)
        {
            _caches = _caches.Remove(cache);
            _ = _released.Remove(cache, out end);
        }
        // Not CancelAsync: it would leave the simulator's one thread.
        end?.Cancel();
    }

    /// <summary>Starts the reflectors of all caches, those made later included.</summary>
    /// <param name="stop">Ends them.</param>
    public void Start(CancellationToken stop)
    {
        lock (_gate)
        {
            if (_stop is not null)
                throw new InvalidOperationException("the caches are started already");
            _stop = stop;
            foreach (var run in _notStarted)
                _running.Add(run(stop));
            _notStarted.Clear();
        }
    }

    /// <summary>Ends when all caches of this moment have their first listing.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task WaitForSyncAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_caches.Select(cache => cache.WaitForSyncAsync(cancellationToken)));

    /// <summary>Ends when all reflectors have ended after their stop.</summary>
    public Task WaitForStopAsync()
    {
        lock (_gate)
            return Task.WhenAll(_running);
    }

    private ResourceCache<T> Make<T>(ListQuery query) where T : class, IResource<T>
    {
        var cache = new ResourceCache<T>(query);
        var reflector = new Reflector<T>(cache, environment, options ?? new ReflectorOptions());
        var released = new CancellationTokenSource();
        _released.Add(cache, released);
        Task Run(CancellationToken stop)
        {
            // Linked for as long as the process has caches: the reflector ends with either.
            _ = stop.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), released);
            return environment.Runner.Start($"reflector {cache.Type.GroupResource}", reflector.RunAsync, released.Token);
        }
        if (_stop is { } stop)
            _running.Add(Run(stop));
        else
            _notStarted.Add(Run);
        _caches = _caches.Add(cache);
        return cache;
    }
}

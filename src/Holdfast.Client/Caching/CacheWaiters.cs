using Holdfast.Model.Resources;
using Holdfast.Platform;

namespace Holdfast.Client.Caching;

/// <summary>
/// Those who wait for a cache. One event wakes those whose revision it reaches and asks those who wait for its object; nobody
/// else, so that many waiting keys do not make events dear. Guarded by its cache.
/// </summary>
internal sealed class CacheWaiters
{
    private readonly PriorityQueue<TaskCompletionSource, ulong> _byRevision = new();
    private readonly Dictionary<ResourceKey, List<ObjectWaiter>> _byKey = [];
    private TaskCompletionSource? _sync;

    public Task ForSync() => (_sync ??= Completions.Source()).Task;

    public Task For(ulong revision)
    {
        var source = Completions.Source();
        _byRevision.Enqueue(source, revision);
        return source.Task;
    }

    public Task For(ResourceKey key, Func<IResource?, bool> condition)
    {
        if (!_byKey.TryGetValue(key, out var waiters))
            _byKey[key] = waiters = [];
        var source = Completions.Source();
        waiters.Add(new ObjectWaiter(condition, source));
        return source.Task;
    }

    public void Advanced(ulong revision)
    {
        while (_byRevision.TryPeek(out var source, out var wanted) && wanted <= revision)
        {
            _byRevision.Dequeue();
            source.TrySetResult();
        }
    }

    public void Changed(ResourceKey key, IResource? item, ulong revision)
    {
        if (_byKey.TryGetValue(key, out var waiters))
        {
            waiters.RemoveAll(waiter => waiter.Ask(item));
            if (waiters.Count == 0)
                _byKey.Remove(key);
        }
        Advanced(revision);
    }

    public void Replaced(ulong revision, Func<ResourceKey, IResource?> find)
    {
        foreach (var key in _byKey.Keys.Order().ToArray())
            Changed(key, find(key), revision);
        Advanced(revision);
        _sync?.TrySetResult();
        _sync = null;
    }

    private sealed record ObjectWaiter(Func<IResource?, bool> Condition, TaskCompletionSource Source)
    {
        public bool Ask(IResource? item) => Condition(item) && (Source.TrySetResult() || true);
    }
}

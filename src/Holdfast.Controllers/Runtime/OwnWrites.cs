using System.Collections.Concurrent;
using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Model.Resources;
using Holdfast.Platform;

namespace Holdfast.Controllers.Runtime;

/// <summary>
/// Lets a controller read its own writes: all writes for a key go through <see cref="ClientFor"/>, which notes each, and
/// the key's next reconcile waits until the caches show them.
/// </summary>
/// <remarks>
/// An answered write must be shown by revision; an answered deletion by the object's end or its deletion timestamp; a write
/// whose answer was lost is asked for first. Where a cache does not get there in time it is listed anew: a listing is never older
/// than a write that was answered before it. Caches of kinds and namespaces that were not written are not waited for.
/// </remarks>
/// <typeparam name="TKey">The controller's key.</typeparam>
/// <param name="caches">The caches that the controller reads.</param>
/// <param name="environment">The server and the world.</param>
/// <param name="fieldManager">Who writes.</param>
public sealed class OwnWrites<TKey>(SharedCaches caches, ClientEnvironment environment, string fieldManager) where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, WriteFloors> _floors = new();

    /// <summary>How long a cache may take to show a write before it is listed anew.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A client whose writes the key's next reconcile is sure to see.</summary>
    /// <param name="key">The key that is being reconciled.</param>
    public KubernetesClient ClientFor(TKey key) =>
        new(new NotingTransport(environment.Transport, floor => Note(key, floor)), fieldManager);

    /// <summary>What the caches must show before the key is reconciled again.</summary>
    /// <param name="key">The key.</param>
    public IReadOnlyList<WriteFloor> FloorsOf(TKey key) => _floors.TryGetValue(key, out var floors) ? floors.ToList() : [];

    /// <summary>Ends when the caches show all that was written for a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">What became of a request without an answer could not be asked.</exception>
    public async Task WaitUntilSeenAsync(TKey key, CancellationToken cancellationToken)
    {
        if (!_floors.TryGetValue(key, out var floors))
            return;
        while (floors.First is { } floor)
        {
            if (floor is WriteFloor.Unknown unknown)
            {
                var found = await AskAsync(unknown.Call, cancellationToken);
                floors.Remove(floor);
                if (found is not null)
                    floors.Add(found);
                continue;
            }
            foreach (var cache in CachesOf(floor))
                await WaitForAsync(cache, floor, cancellationToken);
            floors.Remove(floor);
        }
        _floors.TryRemove(key, out _);
    }

    private void Note(TKey key, WriteFloor floor) => _floors.GetOrAdd(key, _ => new WriteFloors()).Add(floor);

    private IEnumerable<IResourceCache> CachesOf(WriteFloor floor)
    {
        var (type, key) = floor switch
        {
            WriteFloor.Reached reached => (reached.Type, reached.Key),
            WriteFloor.Deleted deleted => (deleted.Type, deleted.Key),
            _ => throw new InvalidOperationException("what is unknown is asked for before it is waited for"),
        };
        return caches.Of(type).Where(cache => cache.Query.Namespace.Length == 0 || cache.Query.Namespace == key.Namespace);
    }

    private async Task WaitForAsync(IResourceCache cache, WriteFloor floor, CancellationToken cancellationToken)
    {
        var attempts = 0;
        while (true)
        {
            using var limit = new CancellationTokenSource(Patience, environment.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            try
            {
                await SeenAsync(cache, floor, either.Token);
                return;
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                attempts++;
                environment.Log.Write(new LogEntry(
                    LogSeverity.Warning, $"controller {fieldManager}",
                    $"the cache of {cache.Type.GroupResource} does not show {floor} after {attempts * Patience.TotalSeconds:0} s; it is listed anew"));
                cache.RequestRelist();
            }
        }
    }

    private static Task SeenAsync(IResourceCache cache, WriteFloor floor, CancellationToken cancellationToken) => floor switch
    {
        WriteFloor.Reached reached => cache.WaitUntilAsync(reached.Revision, cancellationToken),
        WriteFloor.Deleted deleted => cache.WaitUntilAsync(deleted.Key, deleted.IsSatisfiedBy, cancellationToken),
        _ => throw new InvalidOperationException("what is unknown is asked for before it is waited for"),
    };

    private async Task<WriteFloor?> AskAsync(ApiCall call, CancellationToken cancellationToken)
    {
        var name = call.Name.Length > 0 ? call.Name : call.Body?.Metadata.Name ?? "";
        var key = new ResourceKey(call.Namespace, name);
        if (name.Length == 0)
            return await AskByListAsync(call.Type, key, cancellationToken);
        try
        {
            var answer = await environment.Transport.CallAsync(new ApiCall(ApiVerb.Get, call.Type, call.Namespace, name), cancellationToken);
            return answer.Object is { } found && Revision.TryParse(found.Metadata.ResourceVersion, out var revision)
                ? new WriteFloor.Reached(call.Type, key, revision)
                : null;
        }
        catch (ApiException error) when (error.IsNotFound)
        {
            return call.Verb == ApiVerb.Delete ? new WriteFloor.Deleted(call.Type, key, call.DeleteOptions?.Preconditions?.Uid ?? "") : null;
        }
    }

    // The server was to make up the name, so the object cannot be asked for: the whole collection is.
    private async Task<WriteFloor?> AskByListAsync(ResourceType type, ResourceKey key, CancellationToken cancellationToken)
    {
        var cache = caches.Of(type).FirstOrDefault();
        return cache is null
            ? null
            : new WriteFloor.Reached(type, key, await cache.AskRevisionAsync(environment.Transport, cancellationToken));
    }
}

using Holdfast.Model.Resources;

namespace Holdfast.Client.Caching;

/// <summary>A cache of some kind, for those who wait for it without knowing the kind.</summary>
public interface IResourceCache
{
    /// <summary>The kind of its objects.</summary>
    ResourceType Type { get; }

    /// <summary>Which objects it holds.</summary>
    ListQuery Query { get; }

    /// <summary>Whether the first listing is complete.</summary>
    bool HasSynced { get; }

    /// <summary>The revision up to which it has seen everything; 0 before the first listing.</summary>
    ulong SeenRevision { get; }

    /// <summary>How many objects its answers to look-ups have held so far: what reconciles cost, counted and not timed.</summary>
    long ObjectsRead { get; }

    /// <summary>The object of a key, or null.</summary>
    /// <param name="key">The key.</param>
    IResource? FindResource(ResourceKey key);

    /// <summary>Ends when the first listing is complete.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task WaitForSyncAsync(CancellationToken cancellationToken);

    /// <summary>Ends when the cache has seen everything up to a revision.</summary>
    /// <param name="revision">The revision, of the same server.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task WaitUntilAsync(ulong revision, CancellationToken cancellationToken);

    /// <summary>Ends when the object of a key (null when there is none) satisfies a condition.</summary>
    /// <param name="key">The key.</param>
    /// <param name="condition">Asked now and whenever that object changes; it must be pure and quick.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task WaitUntilAsync(ResourceKey key, Func<IResource?, bool> condition, CancellationToken cancellationToken);

    /// <summary>Asks whoever fills the cache to list everything anew; the cache keeps what it has until that listing is complete.</summary>
    void RequestRelist();

    /// <summary>Asks the server for the newest revision of what the cache holds: whatever was written before the call is within it.</summary>
    /// <param name="transport">How the server is reached.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">The server refused, or could not be asked.</exception>
    Task<ulong> AskRevisionAsync(IApiTransport transport, CancellationToken cancellationToken);
}

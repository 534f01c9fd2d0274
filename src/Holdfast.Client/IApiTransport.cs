using Holdfast.Model.Resources;

namespace Holdfast.Client;

/// <summary>
/// Carries requests to an API server: in process (the same immutable objects, never serialised) or over HTTP. Everything
/// that is not the API server reaches the cluster through this, and the simulator puts its network faults here.
/// </summary>
public interface IApiTransport
{
    /// <summary>Sends a request for one object and gives the object that was answered: of the kind asked for, or a Scale, a Status … as the verb and sub-resource have it.</summary>
    /// <param name="call">The request.</param>
    /// <param name="cancellationToken">Ends the wait; the request may still take effect.</param>
    /// <exception cref="ApiException">The server refused, or could not be asked.</exception>
    Task<ApiAnswer> CallAsync(ApiCall call, CancellationToken cancellationToken);

    /// <summary>Lists a collection at one revision.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    /// <param name="query">Which objects.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">The server refused, or could not be asked.</exception>
    Task<ResourceList<T>> ListAsync<T>(ListQuery query, CancellationToken cancellationToken) where T : class, IResource<T>;

    /// <summary>Watches a collection until it is cancelled or the server ends it.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    /// <param name="query">Which objects, and from which revision.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    /// <exception cref="ApiException">The server refused (410 when the revision is gone), or could not be asked.</exception>
    IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ListQuery query, CancellationToken cancellationToken) where T : class, IResource<T>;
}

/// <summary>The answer to a request for one object: an object, or for deletions and some sub-resources a Status.</summary>
/// <param name="Object">The object, or null when a Status was answered.</param>
/// <param name="Status">The Status, or null when an object was answered.</param>
public sealed record ApiAnswer(IResource? Object, Model.Meta.Status? Status);

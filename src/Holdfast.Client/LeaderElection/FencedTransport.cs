using Holdfast.Model.Meta;
using Holdfast.Model.Resources;

namespace Holdfast.Client.LeaderElection;

/// <summary>
/// Lets a leader write only while it leads (T7). A write is refused here once the term is over by the leader's own monotonic clock, which is
/// before any other may lead; and it carries the term's fence, by which Holdfast's API server refuses one that was sent in time and comes in late.
/// </summary>
/// <remarks>
/// A plain Kubernetes does not know the fence. There what is left is a request that hangs in the network for longer than the lease's duration less
/// the renewal deadline (5 s): it is cancelled here when the term ends, but may have been received already.
/// </remarks>
/// <param name="inner">How the server is reached.</param>
/// <param name="term">The time of leading.</param>
public sealed class FencedTransport(IApiTransport inner, LeaderTerm term) : IApiTransport
{
    /// <inheritdoc/>
    public Task<ApiAnswer> CallAsync(ApiCall call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (call.Verb == ApiVerb.Get)
            return inner.CallAsync(call, cancellationToken);
        return term.IsOver
            ? Task.FromException<ApiAnswer>(Refusal(call))
            : inner.CallAsync(call with { Fence = term.Fence }, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ResourceList<T>> ListAsync<T>(ListQuery query, CancellationToken cancellationToken) where T : class, IResource<T> =>
        inner.ListAsync<T>(query, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ListQuery query, CancellationToken cancellationToken) where T : class, IResource<T> =>
        inner.WatchAsync<T>(query, cancellationToken);

    private ApiException Refusal(ApiCall call) => new(Status.Empty with
    {
        StatusValue = "Failure",
        Code = 409,
        Reason = "Conflict",
        Message = $"{call.Verb} {call.Type.GroupResource} {call.Name} was not sent: {term.Fence.Holder} no longer holds the lease {term.Fence.Lease} with term {term.Number}",
    });
}

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
    public async Task<ApiAnswer> CallAsync(ApiCall call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (call.Verb == ApiVerb.Get)
            return await inner.CallAsync(call, cancellationToken);
        if (term.IsOver)
            throw NotLeading(409, "Conflict", $"{call.Verb} {call.Type.GroupResource} {call.Name} was not sent");
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, term.Lost);
        try
        {
            return await inner.CallAsync(call with { Fence = term.Fence }, either.Token);
        }
        catch (OperationCanceledException) when (term.Lost.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw NotLeading(0, "LeadershipLost", $"{call.Verb} {call.Type.GroupResource} {call.Name} was given up and may have taken effect");
        }
    }

    /// <inheritdoc/>
    public Task<ResourceList<T>> ListAsync<T>(ListQuery query, CancellationToken cancellationToken) where T : class, IResource<T> =>
        inner.ListAsync<T>(query, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ListQuery query, CancellationToken cancellationToken) where T : class, IResource<T> =>
        inner.WatchAsync<T>(query, cancellationToken);

    private ApiException NotLeading(int code, string reason, string what) => new(Status.Empty with
    {
        StatusValue = "Failure",
        Code = code,
        Reason = reason,
        Message = $"{what}: {term.Fence.Holder} no longer holds the lease {term.Fence.Lease} with term {term.Number}",
    });
}

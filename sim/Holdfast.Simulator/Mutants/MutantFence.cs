using Holdfast.Client;
using Holdfast.Client.LeaderElection;
using Holdfast.Model.Resources;

namespace Holdfast.Simulator.Mutants;

/// <summary>A leader that does not look whether its term is over.</summary>
/// <param name="inner">The way to the server.</param>
/// <param name="fence">Its term.</param>
internal sealed class MutantFence(IApiTransport inner, Fence fence) : IApiTransport
{
    /// <inheritdoc/>
    public Task<ApiAnswer> CallAsync(ApiCall call, CancellationToken cancellationToken) => inner.CallAsync(call with { Fence = fence }, cancellationToken);

    /// <inheritdoc/>
    public Task<ResourceList<T>> ListAsync<T>(ListQuery query, CancellationToken cancellationToken) where T : class, IResource<T> => inner.ListAsync<T>(query, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ListQuery query, CancellationToken cancellationToken) where T : class, IResource<T> => inner.WatchAsync<T>(query, cancellationToken);
}

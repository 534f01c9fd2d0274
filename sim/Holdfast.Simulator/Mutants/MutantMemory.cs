using Holdfast.Client;
using Holdfast.Model.Resources;
using Holdfast.Simulator.Options;

namespace Holdfast.Simulator.Mutants;

/// <summary>A Steward that was started again and has forgotten what it had begun: what is written down of that it does not read.</summary>
/// <param name="inner">The way to the server.</param>
internal sealed class MutantMemory(IApiTransport inner) : IApiTransport
{
    private readonly HashSet<string> _forgotten = new(StringComparer.Ordinal);

    /// <summary>The caches of a mutant; the same ones for those whose bug is elsewhere, and for the first process.</summary>
    public static ClientEnvironment Around(ClientEnvironment environment, Mutant mutant, int starts) =>
        mutant == Mutant.ForgetsWhatWasBegun && starts > 1 ? environment with { Transport = new MutantMemory(environment.Transport) } : environment;

    /// <inheritdoc/>
    public Task<ApiAnswer> CallAsync(ApiCall call, CancellationToken cancellationToken) => inner.CallAsync(call, cancellationToken);

    /// <inheritdoc/>
    public async Task<ResourceList<T>> ListAsync<T>(ListQuery query, CancellationToken cancellationToken) where T : class, IResource<T>
    {
        var list = await inner.ListAsync<T>(query, cancellationToken);
        return list with { Items = [.. list.Items.Select(item => item is StewardResource steward && _forgotten.Add(steward.Metadata.Uid) ? (T)(object)Empty(steward) : item)] };
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ListQuery query, CancellationToken cancellationToken) where T : class, IResource<T> =>
        inner.WatchAsync<T>(query, cancellationToken);

    private static StewardResource Empty(StewardResource steward) => steward with { Status = steward.Status with { Operation = null, Rollout = null, LastOperation = null } };
}

using System.Runtime.CompilerServices;
using Holdfast.Client;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using Holdfast.Platform;
using Holdfast.Simulator.Options;

namespace Holdfast.Simulator.Faults;

/// <summary>
/// The way to the API server: requests, answers and events take their time, and requests and answers get lost as the options say.
/// Lists and watches are late but never lost, so that how old a cache may be stays bounded.
/// </summary>
/// <param name="inner">The server.</param>
/// <param name="options">How late and how often lost.</param>
/// <param name="time">The clock.</param>
/// <param name="chance">Chooses.</param>
/// <param name="onArrival">Told of each request as it reaches the server.</param>
public sealed class FaultyTransport(
    IApiTransport inner, SimulationOptions options, TimeProvider time, IChance chance, Action<ApiCall> onArrival) : IApiTransport
{
    /// <inheritdoc/>
    public async Task<ApiAnswer> CallAsync(ApiCall call, CancellationToken cancellationToken)
    {
        await DelayAsync(options.CallDelay, cancellationToken);
        MaybeLose("the request was lost");
        onArrival(call);
        var answer = await inner.CallAsync(call, cancellationToken);
        await DelayAsync(options.CallDelay, cancellationToken);
        MaybeLose("the answer was lost");
        return answer;
    }

    /// <inheritdoc/>
    public async Task<ResourceList<T>> ListAsync<T>(ListQuery query, CancellationToken cancellationToken) where T : class, IResource<T>
    {
        await DelayAsync(options.CallDelay, cancellationToken);
        var list = await inner.ListAsync<T>(query, cancellationToken);
        await DelayAsync(options.CallDelay, cancellationToken);
        return list;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        ListQuery query, [EnumeratorCancellation] CancellationToken cancellationToken) where T : class, IResource<T>
    {
        await foreach (var found in inner.WatchAsync<T>(query, cancellationToken))
        {
            if (chance.Next(4) == 0)
                await DelayAsync(options.WatchDelay, cancellationToken);
            yield return found;
        }
    }

    private Task DelayAsync(TimeSpan longest, CancellationToken cancellationToken) => longest > TimeSpan.Zero
        ? time.DelayAsync(longest * chance.NextDouble(), cancellationToken)
        : Task.CompletedTask;

    private void MaybeLose(string what)
    {
        if (options.LossProbability > 0 && chance.NextDouble() < options.LossProbability)
            throw new ApiException(Status.Empty with { Message = what });
    }
}

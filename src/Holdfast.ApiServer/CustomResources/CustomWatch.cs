using System.Runtime.CompilerServices;
using Holdfast.ApiServer.Registry;

namespace Holdfast.ApiServer.CustomResources;

/// <summary>Watches of custom resources, which end when their version is changed or no longer served.</summary>
internal static class CustomWatch
{
    /// <summary>The events until then; the end is an end in order, after which a client begins anew.</summary>
    /// <param name="events">The events.</param>
    /// <param name="retired">Ends with the version.</param>
    /// <param name="cancellationToken">Ends the watch, as cancelled.</param>
    public static async IAsyncEnumerable<ResourceEvent> UntilRetired(
        IAsyncEnumerable<ResourceEvent> events, CancellationToken retired, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(retired, cancellationToken);
        await using var reader = events.GetAsyncEnumerator(either.Token);
        while (await NextAsync(reader, retired, cancellationToken))
            yield return reader.Current;
    }

    private static async Task<bool> NextAsync(IAsyncEnumerator<ResourceEvent> reader, CancellationToken retired, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.MoveNextAsync();
        }
        catch (OperationCanceledException) when (retired.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}

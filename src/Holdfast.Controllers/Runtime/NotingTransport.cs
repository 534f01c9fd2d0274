using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Model.Resources;

namespace Holdfast.Controllers.Runtime;

/// <summary>Passes everything on and notes what each write will make the caches show.</summary>
internal sealed class NotingTransport(IApiTransport inner, Action<WriteFloor> note) : IApiTransport
{
    public async Task<ApiAnswer> CallAsync(ApiCall call, CancellationToken cancellationToken)
    {
        if (call.Verb == ApiVerb.Get || call.IsDryRun)
            return await inner.CallAsync(call, cancellationToken);
        try
        {
            var answer = await inner.CallAsync(call, cancellationToken);
            if (FloorOf(call, answer) is { } floor)
                note(floor);
            return answer;
        }
        catch (Exception error) when (error is OperationCanceledException or ApiException { Code: 0 or >= 500 })
        {
            note(new WriteFloor.Unknown(call));
            throw;
        }
    }

    public Task<ResourceList<T>> ListAsync<T>(ListQuery query, CancellationToken cancellationToken) where T : class, IResource<T> =>
        inner.ListAsync<T>(query, cancellationToken);

    public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ListQuery query, CancellationToken cancellationToken) where T : class, IResource<T> =>
        inner.WatchAsync<T>(query, cancellationToken);

    // An object of a custom kind says its group, version and kind, and not the plural by which it was asked for.
    private static bool IsOf(ResourceType asked, ResourceType answered) => (asked.Group, asked.Version, asked.Kind) == (answered.Group, answered.Version, answered.Kind);

    private static WriteFloor? FloorOf(ApiCall call, ApiAnswer answer)
    {
        if (call.Verb == ApiVerb.Delete)
        {
            var uid = answer.Object?.Metadata.Uid ?? answer.Status?.Details?.Uid ?? call.DeleteOptions?.Preconditions?.Uid ?? "";
            return new WriteFloor.Deleted(call.Type, new ResourceKey(call.Namespace, call.Name), uid);
        }
        if (answer.Object is { } written && IsOf(call.Type, written.GetResourceType()))
        {
            return Revision.TryParse(written.Metadata.ResourceVersion, out var revision)
                ? new WriteFloor.Reached(call.Type, ResourceKey.Of(written), revision)
                : null;
        }
        // A sub-resource that answers something else (Binding, Eviction, Scale) changed the object in a way the answer does not show.
        return new WriteFloor.Unknown(call);
    }
}

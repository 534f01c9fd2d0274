using System.Collections.Immutable;
using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;

namespace Holdfast.Controllers.Namespaces;

/// <summary>Ends what is of one kind in a namespace.</summary>
internal abstract class NamespaceContents
{
    internal abstract ResourceType Type { get; }

    /// <summary>Asks everything of the kind to go and says what is left.</summary>
    internal abstract Task<NamespaceContent> EndAsync(KubernetesClient client, string namespaceName, CancellationToken cancellationToken);

    /// <summary>Brings the namespace up when one of its objects has gone.</summary>
    internal abstract void WatchBy(Controller<ResourceKey> controller, Func<string, bool> isEnding);

    /// <summary>Makes the contents that a codec is of.</summary>
    internal sealed class Maker(SharedCaches caches) : IResourceVisitor<NamespaceContents>
    {
        public NamespaceContents Visit<T>() where T : class, IResource<T> => new NamespaceContents<T>(caches);
    }
}

/// <inheritdoc/>
internal sealed class NamespaceContents<T>(SharedCaches caches) : NamespaceContents where T : class, IResource<T>
{
    private const int PageSize = 500;

    // Deletions that are asked for together become durable together.
    private const int AtOnce = 64;

    internal override ResourceType Type => T.ResourceType;

    internal override async Task<NamespaceContent> EndAsync(KubernetesClient client, string namespaceName, CancellationToken cancellationToken)
    {
        try
        {
            string? failure = null;
            foreach (var some in (await ListAsync(client, namespaceName, cancellationToken)).Chunk(AtOnce))
            {
                var failures = await Task.WhenAll(some.Select(item => DeleteAsync(client, item, cancellationToken)));
                failure = Array.FindLast(failures, each => each is not null) ?? failure;
            }
            return Content(await ListAsync(client, namespaceName, cancellationToken), failure);
        }
        catch (ApiException error)
        {
            return Content([], $"{Type.GroupResource} could not be listed: {error.Message}");
        }
    }

    internal override void WatchBy(Controller<ResourceKey> controller, Func<string, bool> isEnding)
    {
        // Events come and go by the thousand and nobody waits for one: they are listed, not watched.
        if (Type.Kind != "Event")
        {
            controller.WatchChanges(caches.Get<T>(), change => change.New is null && isEnding(change.Latest.Metadata.Namespace)
                ? [new ResourceKey("", change.Latest.Metadata.Namespace)]
                : []);
        }
    }

    private static async Task<List<T>> ListAsync(KubernetesClient client, string namespaceName, CancellationToken cancellationToken)
    {
        var items = new List<T>();
        var query = new ListQuery { Namespace = namespaceName, Limit = PageSize };
        do
        {
            var page = await client.ListAsync<T>(query, cancellationToken);
            items.AddRange(page.Items);
            query = query with { Continue = page.Metadata.Continue };
        }
        while (query.Continue.Length > 0);
        return items;
    }

    private static async Task<string?> DeleteAsync(KubernetesClient client, T item, CancellationToken cancellationToken)
    {
        var metadata = item.Metadata;
        if (metadata.DeletionTimestamp is not null)
        {
            return null;
        }
        try
        {
            var options = new DeleteOptions { PropagationPolicy = "Background", Preconditions = new Preconditions { Uid = metadata.Uid } };
            await client.DeleteAsync<T>(metadata.Namespace, metadata.Name, options, cancellationToken);
            return null;
        }
        catch (ApiException error) when (error.IsNotFound)
        {
            return null;
        }
        catch (ApiException error)
        {
            return $"{T.ResourceType.GroupResource} {metadata.Name} could not be deleted: {error.Message}";
        }
    }

    private NamespaceContent Content(List<T> left, string? failure) => new(
        Type.GroupResource, Type.Group, Type.Plural, left.Count,
        left.SelectMany(item => item.Metadata.Finalizers.ToImmutableArray())
            .GroupBy(finalizer => finalizer, StringComparer.Ordinal)
            .ToImmutableSortedDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal),
        failure);
}

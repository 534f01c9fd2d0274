using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;

namespace Holdfast.Controllers.GarbageCollection;

/// <summary>What the collector does with objects of a kind without knowing the kind.</summary>
internal abstract class CollectedKind
{
    internal abstract ResourceType Type { get; }

    internal abstract IResource? Find(ResourceKey key);

    internal abstract IResource? FindByUid(string uid);

    internal abstract IEnumerable<IResource> OwnedBy(string uid);

    internal abstract Task<IResource?> FindLiveAsync(KubernetesClient client, ResourceKey key, CancellationToken cancellationToken);

    /// <summary>What the server itself says an owner owns in a namespace; in all of them when the namespace is empty.</summary>
    internal abstract Task<List<IResource>> ListOwnedAsync(KubernetesClient client, string namespaceName, string ownerUid, CancellationToken cancellationToken);

    internal abstract Task UpdateAsync(KubernetesClient client, IResource resource, CancellationToken cancellationToken);

    internal abstract Task DeleteAsync(KubernetesClient client, IResource resource, DeleteOptions options, CancellationToken cancellationToken);

    internal abstract void WatchBy(Controller<GarbageKey> controller, Func<IResource?, IResource?, IEnumerable<GarbageKey>> keysOf);

    /// <summary>Brings up what changes concern, for a kind that came while the controller runs; until that is disposed of, and the cache with it.</summary>
    internal abstract IDisposable Follow(WorkQueue<GarbageKey> queue, Func<IResource?, IResource?, IEnumerable<GarbageKey>> keysOf);

    /// <summary>Makes the kind that a codec is of.</summary>
    internal sealed class Maker(SharedCaches caches) : IResourceVisitor<CollectedKind>
    {
        public CollectedKind Visit<T>() where T : class, IResource<T> => new CollectedKind<T>(caches, T.ResourceType);
    }
}

/// <inheritdoc/>
internal sealed class CollectedKind<T>(SharedCaches caches, ResourceType type) : CollectedKind where T : class, IResource<T>
{
    private const int PageSize = 500;
    private static readonly CacheIndex<T> ByUid = new("uid", item => [item.Metadata.Uid]);
    private readonly ResourceCache<T> _cache = caches.Get<T>(type.Equals(T.ResourceType) ? null : new ListQuery { Type = type }, ByUid);

    internal override ResourceType Type => type;

    internal override IResource? Find(ResourceKey key) => _cache.Find(key);

    internal override IResource? FindByUid(string uid) => _cache.Lookup(ByUid, uid) is [var found, ..] ? found : null;

    internal override IEnumerable<IResource> OwnedBy(string uid) => _cache.OwnedBy(uid);

    internal override async Task<IResource?> FindLiveAsync(KubernetesClient client, ResourceKey key, CancellationToken cancellationToken) =>
        await client.Of(type).FindAsync<T>(key.Namespace, key.Name, cancellationToken);

    internal override async Task<List<IResource>> ListOwnedAsync(
        KubernetesClient client, string namespaceName, string ownerUid, CancellationToken cancellationToken)
    {
        var owned = new List<IResource>();
        var query = new ListQuery { Namespace = type.IsNamespaced ? namespaceName : "", Limit = PageSize };
        do
        {
            var page = await client.Of(type).ListAsync<T>(query, cancellationToken);
            owned.AddRange(page.Items.Where(item => item.Metadata.OwnerReferences.Any(owner => owner.Uid == ownerUid)));
            query = query with { Continue = page.Metadata.Continue };
        }
        while (query.Continue.Length > 0);
        return owned;
    }

    internal override Task UpdateAsync(KubernetesClient client, IResource resource, CancellationToken cancellationToken) =>
        client.Of(type).UpdateAsync((T)resource, cancellationToken);

    internal override Task DeleteAsync(KubernetesClient client, IResource resource, DeleteOptions options, CancellationToken cancellationToken) =>
        client.Of(type).DeleteAsync<T>(resource.Metadata.Namespace, resource.Metadata.Name, options, cancellationToken);

    internal override void WatchBy(Controller<GarbageKey> controller, Func<IResource?, IResource?, IEnumerable<GarbageKey>> keysOf) =>
        controller.WatchChanges(_cache, change => keysOf(change.Old, change.New));

    internal override IDisposable Follow(WorkQueue<GarbageKey> queue, Func<IResource?, IResource?, IEnumerable<GarbageKey>> keysOf)
    {
        var subscription = _cache.Subscribe(change =>
        {
            foreach (var key in keysOf(change.Old, change.New))
            {
                queue.Add(key);
            }
        });
        return new Following(subscription, () => caches.Release(_cache));
    }

    private sealed class Following(IDisposable subscription, Action release) : IDisposable
    {
        public void Dispose()
        {
            subscription.Dispose();
            release();
        }
    }
}

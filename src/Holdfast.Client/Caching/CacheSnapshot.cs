using System.Collections.Immutable;
using Holdfast.Model.Resources;

namespace Holdfast.Client.Caching;

/// <summary>
/// The objects of a cache at one revision: immutable, so several look-ups agree with each other. Everything comes in the order
/// of keys, the same in every run. A look-up costs the logarithm of the cache's size and the size of its answer.
/// </summary>
/// <typeparam name="T">The kind.</typeparam>
public sealed class CacheSnapshot<T> where T : class, IResource<T>
{
    private readonly NamespacedItems<T> _objects;
    private readonly ImmutableArray<IndexState<T>> _indices;

    private CacheSnapshot(NamespacedItems<T> objects, ImmutableArray<IndexState<T>> indices, string resourceVersion, bool hasSynced)
    {
        _objects = objects;
        _indices = indices;
        ResourceVersion = resourceVersion;
        Revision = Client.Revision.OrZero(resourceVersion);
        HasSynced = hasSynced;
    }

    /// <summary>The resourceVersion up to which everything was seen; empty before the first listing.</summary>
    public string ResourceVersion { get; }

    /// <summary>The number of <see cref="ResourceVersion"/>, or 0.</summary>
    public ulong Revision { get; }

    /// <summary>Whether the first listing is complete.</summary>
    public bool HasSynced { get; }

    /// <summary>How many objects there are.</summary>
    public int Count => _objects.Count;

    /// <summary>All objects.</summary>
    public IEnumerable<T> All => _objects.All.Select(pair => pair.Value);

    internal IEnumerable<KeyValuePair<ResourceKey, T>> Objects => _objects.All;

    internal static CacheSnapshot<T> Start { get; } = new(NamespacedItems<T>.Empty, [new IndexState<T>(CacheIndex<T>.ByOwner)], "", false);

    /// <summary>The object of a key, or null.</summary>
    /// <param name="key">The key.</param>
    public T? Find(ResourceKey key) => _objects.Find(key);

    /// <summary>The object of a name, or null.</summary>
    /// <param name="namespaceName">The namespace; empty for cluster-scoped kinds.</param>
    /// <param name="name">The name.</param>
    public T? Find(string namespaceName, string name) => Find(new ResourceKey(namespaceName, name));

    /// <summary>The objects of a namespace.</summary>
    /// <param name="namespaceName">The namespace.</param>
    public ImmutableArray<T> InNamespace(string namespaceName) => [.. _objects.In(namespaceName).Values];

    /// <summary>The objects that name an owner of this uid.</summary>
    /// <param name="uid">The owner's uid.</param>
    public ImmutableArray<T> OwnedBy(string uid) => Lookup(CacheIndex<T>.ByOwner, uid);

    /// <summary>The objects that an index finds under a value.</summary>
    /// <param name="index">The index; it must have been registered with the cache.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="InvalidOperationException">The index is not registered.</exception>
    public ImmutableArray<T> Lookup(CacheIndex<T> index, string value) =>
        IsByNamespace(index) ? InNamespace(value) : StateOf(index).Lookup(value);

    /// <summary>How many objects an index finds under a value, without a look at them.</summary>
    /// <param name="index">The index; it must have been registered with the cache.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="InvalidOperationException">The index is not registered.</exception>
    public int CountOf(CacheIndex<T> index, string value) =>
        IsByNamespace(index) ? _objects.In(value).Count : StateOf(index).Count(value);

    // The order of the objects is that index already.
    private static bool IsByNamespace(CacheIndex<T> index) => ReferenceEquals(index, CacheIndex<T>.ByNamespace);

    private IndexState<T> StateOf(CacheIndex<T> index)
    {
        foreach (var state in _indices)
        {
            if (ReferenceEquals(state.Index, index))
                return state;
        }
        throw new InvalidOperationException(
            $"the cache of {T.ResourceType} has no index by {index.Name}: register it with AddIndex before looking up");
    }

    internal CacheSnapshot<T> WithIndex(CacheIndex<T> index) =>
        IsByNamespace(index) || _indices.Any(state => ReferenceEquals(state.Index, index))
            ? this
            : new(_objects, _indices.Add(new IndexState<T>(index).Rebuild(_objects.All)), ResourceVersion, HasSynced);

    internal CacheSnapshot<T> WithAll(IEnumerable<T> items, string resourceVersion)
    {
        var objects = NamespacedItems<T>.Of(items);
        return new(objects, [.. _indices.Select(state => state.Rebuild(objects.All))], resourceVersion, true);
    }

    internal CacheSnapshot<T> WithChange(ResourceKey key, CacheChange<T> change, string resourceVersion)
    {
        var objects = change.New is { } item ? _objects.Set(key, item) : _objects.Without(key);
        return new(objects, [.. _indices.Select(state => state.Apply(key, change))], resourceVersion, HasSynced);
    }

    internal CacheSnapshot<T> WithRevision(string resourceVersion) => new(_objects, _indices, resourceVersion, HasSynced);
}

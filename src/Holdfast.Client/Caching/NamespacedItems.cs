using System.Collections.Immutable;
using Holdfast.Model.Resources;

namespace Holdfast.Client.Caching;

/// <summary>
/// Objects in the order of their keys, kept by namespace: that is the same order, and what one namespace has is found without a second
/// order of everything. Immutable: a change shares all but one path with what was before.
/// </summary>
internal sealed class NamespacedItems<T> where T : class, IResource<T>
{
    private static readonly ImmutableSortedDictionary<ResourceKey, T> Nothing = ImmutableSortedDictionary<ResourceKey, T>.Empty;
    private readonly ImmutableSortedDictionary<string, ImmutableSortedDictionary<ResourceKey, T>> _namespaces;

    private NamespacedItems(ImmutableSortedDictionary<string, ImmutableSortedDictionary<ResourceKey, T>> namespaces, int count) =>
        (_namespaces, Count) = (namespaces, count);

    public static NamespacedItems<T> Empty { get; } =
        new(ImmutableSortedDictionary.Create<string, ImmutableSortedDictionary<ResourceKey, T>>(StringComparer.Ordinal), 0);

    public int Count { get; }

    public IEnumerable<KeyValuePair<ResourceKey, T>> All => _namespaces.Values.SelectMany(items => items);

    public static NamespacedItems<T> Of(IEnumerable<T> items)
    {
        var builders = new Dictionary<string, ImmutableSortedDictionary<ResourceKey, T>.Builder>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            var key = ResourceKey.Of(item);
            if (!builders.TryGetValue(key.Namespace, out var builder))
                builders[key.Namespace] = builder = Nothing.ToBuilder();
            builder[key] = item;
        }
        return new(builders.ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Value.ToImmutable(), StringComparer.Ordinal), builders.Values.Sum(builder => builder.Count));
    }

    public ImmutableSortedDictionary<ResourceKey, T> In(string namespaceName) => _namespaces.GetValueOrDefault(namespaceName, Nothing);

    public T? Find(ResourceKey key) => In(key.Namespace).GetValueOrDefault(key);

    public NamespacedItems<T> Set(ResourceKey key, T item) => With(key.Namespace, In(key.Namespace).SetItem(key, item));

    public NamespacedItems<T> Without(ResourceKey key) => With(key.Namespace, In(key.Namespace).Remove(key));

    private NamespacedItems<T> With(string namespaceName, ImmutableSortedDictionary<ResourceKey, T> items)
    {
        var before = In(namespaceName);
        if (ReferenceEquals(items, before))
            return this;
        var namespaces = items.IsEmpty ? _namespaces.Remove(namespaceName) : _namespaces.SetItem(namespaceName, items);
        return new(namespaces, Count - before.Count + items.Count);
    }
}

using System.Collections.Immutable;
using Holdfast.Model.Resources;

namespace Holdfast.Client.Caching;

/// <summary>What one index finds, at one revision.</summary>
internal sealed class IndexState<T>(
    CacheIndex<T> index, ImmutableDictionary<string, ImmutableSortedDictionary<ResourceKey, T>> groups) where T : class, IResource<T>
{
    public IndexState(CacheIndex<T> index)
        : this(index, ImmutableDictionary.Create<string, ImmutableSortedDictionary<ResourceKey, T>>(StringComparer.Ordinal))
    {
    }

    public CacheIndex<T> Index => index;

    public ImmutableArray<T> Lookup(string value) => groups.TryGetValue(value, out var group) ? [.. group.Values] : [];

    public int Count(string value) => groups.TryGetValue(value, out var group) ? group.Count : 0;

    public IndexState<T> Rebuild(IEnumerable<KeyValuePair<ResourceKey, T>> objects)
    {
        var builders = new Dictionary<string, ImmutableSortedDictionary<ResourceKey, T>.Builder>(StringComparer.Ordinal);
        foreach (var (key, item) in objects)
        {
            foreach (var value in index.ValuesOf(item))
            {
                if (!builders.TryGetValue(value, out var builder))
                    builders[value] = builder = ImmutableSortedDictionary.CreateBuilder<ResourceKey, T>();
                builder[key] = item;
            }
        }
        return new(index, builders.ToImmutableDictionary(pair => pair.Key, pair => pair.Value.ToImmutable(), StringComparer.Ordinal));
    }

    public IndexState<T> Apply(ResourceKey key, CacheChange<T> change)
    {
        var next = groups;
        var kept = change.New is null ? [] : index.ValuesOf(change.New).ToHashSet(StringComparer.Ordinal);
        if (change.Old is { } old)
        {
            foreach (var value in index.ValuesOf(old))
            {
                if (!kept.Contains(value))
                    next = Without(next, value, key);
            }
        }
        foreach (var value in kept)
        {
            var group = next.GetValueOrDefault(value) ?? ImmutableSortedDictionary<ResourceKey, T>.Empty;
            next = next.SetItem(value, group.SetItem(key, change.New!));
        }
        return ReferenceEquals(next, groups) ? this : new(index, next);
    }

    private static ImmutableDictionary<string, ImmutableSortedDictionary<ResourceKey, T>> Without(
        ImmutableDictionary<string, ImmutableSortedDictionary<ResourceKey, T>> groups, string value, ResourceKey key)
    {
        if (!groups.TryGetValue(value, out var group))
            return groups;
        var rest = group.Remove(key);
        return rest.IsEmpty ? groups.Remove(value) : groups.SetItem(value, rest);
    }
}

using System.Collections.Immutable;
using Holdfast.Store.Index;

namespace Holdfast.Store;

/// <summary>Where a page of a list ends and the next one goes on.</summary>
/// <param name="Namespace">The namespace of the last object of the page.</param>
/// <param name="Name">Its name.</param>
public readonly record struct PagePosition(string Namespace, string Name);

/// <summary>A piece of a list.</summary>
/// <param name="Entries">The objects, in order.</param>
/// <param name="Remaining">How many more there are after them.</param>
public sealed record Page(ImmutableArray<Entry> Entries, long Remaining);

/// <summary>
/// Everything as it was at one revision. Reading it takes no lock and disturbs nobody; holding on to it keeps that
/// version in memory.
/// </summary>
public sealed class Snapshot
{
    private readonly StoreState _state;

    internal Snapshot(StoreState state) => _state = state;

    /// <summary>The revision: the resourceVersion of lists made from it.</summary>
    public long Revision => _state.Revision;

    /// <summary>The collections that hold or held objects.</summary>
    public IEnumerable<string> Resources => _state.Collections.Keys;

    /// <summary>Finds one object; null when it did not exist.</summary>
    /// <param name="key">The object.</param>
    public Entry? Find(ResourceKey key) => _state.Find(key);

    /// <summary>How many objects a collection has.</summary>
    /// <param name="resource">The collection.</param>
    /// <param name="namespace">Only this namespace; null for all.</param>
    public int Count(string resource, string? @namespace)
    {
        var index = _state.Collection(resource);
        return @namespace is null
            ? index.Count
            : index.Rank(Bound.EndOf(@namespace)) - index.Rank(Bound.StartOf(@namespace));
    }

    /// <summary>Walks a collection in the order of namespace and name.</summary>
    /// <param name="resource">The collection.</param>
    /// <param name="namespace">Only this namespace; null for all.</param>
    /// <param name="after">Begins after this position; null for the beginning.</param>
    public IEnumerable<Entry> List(string resource, string? @namespace, PagePosition? after = null)
    {
        var start = Start(@namespace, after);
        foreach (var entry in _state.Collection(resource).From(start))
        {
            if (@namespace is not null && entry.Key.Namespace != @namespace)
                yield break;
            yield return entry;
        }
    }

    /// <summary>Reads one page of a collection.</summary>
    /// <param name="resource">The collection.</param>
    /// <param name="namespace">Only this namespace; null for all.</param>
    /// <param name="after">The last position of the page before; null for the first page.</param>
    /// <param name="limit">How many objects at most; at least 1.</param>
    public Page ListPage(string resource, string? @namespace, PagePosition? after, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        var entries = List(resource, @namespace, after).Take(limit).ToImmutableArray();
        if (entries.Length < limit)
            return new Page(entries, 0);
        var index = _state.Collection(resource);
        var end = @namespace is null ? index.Count : index.Rank(Bound.EndOf(@namespace));
        return new Page(entries, end - index.Rank(Bound.Of(entries[^1]).After()));
    }

    private static Bound Start(string? @namespace, PagePosition? after)
    {
        var start = Bound.StartOf(@namespace ?? "");
        if (after is not { } position)
            return start;
        var next = new Bound(position.Namespace, position.Name).After();
        var isBeforeNamespace = string.CompareOrdinal(next.Namespace, start.Namespace) < 0;
        return isBeforeNamespace ? start : next;
    }
}

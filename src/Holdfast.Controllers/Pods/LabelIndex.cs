using Holdfast.Client.Caching;
using Holdfast.Model.Resources;
using Holdfast.Model.Selectors;

namespace Holdfast.Controllers.Pods;

/// <summary>Finds the objects that a selector selects; the work grows with what is found, and not with what else is in the namespace.</summary>
/// <typeparam name="T">The kind.</typeparam>
public static class LabelIndex<T> where T : class, IResource<T>
{
    /// <summary>Objects by each of their labels; to be registered with the cache.</summary>
    public static CacheIndex<T> ByLabel { get; } = new("label", item => LabelPlaces.OfLabels(item.Metadata.Namespace, item.Metadata.Labels));

    /// <summary>At most how many objects a selector selects in a namespace, without a look at them.</summary>
    /// <param name="cache">The objects.</param>
    /// <param name="namespaceName">The namespace.</param>
    /// <param name="selector">The selector.</param>
    public static int CountAtMost(ResourceCache<T> cache, string namespaceName, LabelMatcher selector)
    {
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentNullException.ThrowIfNull(selector);
        var snapshot = cache.Current;
        return selector.SelectsNothing ? 0 : LabelPlaces.OfSelector(namespaceName, selector).Select(place => snapshot.CountOf(ByLabel, place))
            .DefaultIfEmpty(snapshot.CountOf(CacheIndex<T>.ByNamespace, namespaceName)).Min();
    }

    /// <summary>What a selector selects in a namespace.</summary>
    /// <param name="cache">The objects.</param>
    /// <param name="namespaceName">The namespace.</param>
    /// <param name="selector">The selector.</param>
    public static IEnumerable<T> Select(ResourceCache<T> cache, string namespaceName, LabelMatcher selector)
    {
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentNullException.ThrowIfNull(selector);
        if (selector.SelectsNothing)
            return [];
        var place = LabelPlaces.OfSelector(namespaceName, selector).MinBy(place => cache.Current.CountOf(ByLabel, place));
        var candidates = place is null ? cache.InNamespace(namespaceName) : cache.Lookup(ByLabel, place);
        return candidates.Where(item => selector.Matches(item.Metadata.Labels));
    }
}

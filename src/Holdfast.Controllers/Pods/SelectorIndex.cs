using Holdfast.Client.Caching;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using Holdfast.Model.Selectors;

namespace Holdfast.Controllers.Pods;

/// <summary>Finds what selects an object: the Services of a pod, its budgets, the sets that may adopt it.</summary>
/// <typeparam name="T">The kind that has a selector.</typeparam>
public sealed class SelectorIndex<T> where T : class, IResource<T>
{
    private readonly Func<T, LabelMatcher> _selectorOf;

    /// <summary>Makes an index of what has a label selector.</summary>
    /// <param name="selectorOf">The selector; one that is not valid selects nothing.</param>
    public SelectorIndex(Func<T, LabelSelector?> selectorOf)
        : this(item => LabelMatcher.TryFrom(selectorOf(item), out var matcher, out _) ? matcher : LabelMatcher.Nothing)
    {
    }

    /// <summary>Makes an index; keep it in a static read-only field.</summary>
    /// <param name="selectorOf">What an object selects; nothing for one that is not to be found.</param>
    public SelectorIndex(Func<T, LabelMatcher> selectorOf)
    {
        _selectorOf = selectorOf;
        Selecting = new CacheIndex<T>("selector", Places);
    }

    /// <summary>The index, to be registered with the cache.</summary>
    public CacheIndex<T> Selecting { get; }

    /// <summary>What selects an object of the same namespace.</summary>
    /// <param name="cache">What selects.</param>
    /// <param name="selected">The metadata of the object, or of a template for such.</param>
    /// <param name="namespaceName">The object's namespace.</param>
    public IEnumerable<T> Of(ResourceCache<T> cache, ObjectMeta selected, string namespaceName)
    {
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentNullException.ThrowIfNull(selected);
        foreach (var place in LabelPlaces.OfLabels(namespaceName, selected.Labels).Append(LabelPlaces.Anywhere(namespaceName)))
        {
            foreach (var item in cache.Lookup(Selecting, place))
            {
                if (_selectorOf(item).Matches(selected.Labels))
                    yield return item;
            }
        }
    }

    private IEnumerable<string> Places(T item)
    {
        var selector = _selectorOf(item);
        return selector.SelectsNothing
            ? []
            : [LabelPlaces.OfSelector(item.Metadata.Namespace, selector).FirstOrDefault() ?? LabelPlaces.Anywhere(item.Metadata.Namespace)];
    }
}

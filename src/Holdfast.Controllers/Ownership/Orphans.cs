using Holdfast.Client.Caching;
using Holdfast.Controllers.Pods;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using Holdfast.Model.Selectors;

namespace Holdfast.Controllers.Ownership;

/// <summary>Finds what nobody controls, which a controller may adopt.</summary>
/// <typeparam name="T">The kind.</typeparam>
public static class Orphans<T> where T : class, IResource<T>
{
    /// <summary>Objects that nobody controls, by their namespace.</summary>
    public static CacheIndex<T> ByNamespace { get; } =
        new("namespace of objects that nobody controls", item => item.Metadata.Controller() is null ? [item.Metadata.Namespace] : []);

    /// <summary>What an owner controls and what it may adopt, each once.</summary>
    /// <param name="cache">The objects, indexed <see cref="ByNamespace"/>.</param>
    /// <param name="owner">The owner's metadata.</param>
    /// <param name="selector">What the owner selects.</param>
    public static IEnumerable<T> AndOwned(ResourceCache<T> cache, ObjectMeta owner, LabelSelector? selector)
    {
        var matcher = LabelMatcher.From(selector);
        return cache.OwnedBy(owner.Uid)
            .Concat(cache.Lookup(ByNamespace, owner.Namespace).Where(item => matcher.Matches(item.Metadata.Labels)))
            .DistinctBy(item => item.Metadata.Uid);
    }
}

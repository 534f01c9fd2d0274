using Holdfast.Client.Caching;
using Holdfast.Controllers.Pods;
using Holdfast.Model.Resources;

namespace Holdfast.Controllers.Ownership;

/// <summary>Finds what nobody controls, which a controller may adopt.</summary>
/// <typeparam name="T">The kind.</typeparam>
public static class Orphans<T> where T : class, IResource<T>
{
    /// <summary>Objects that nobody controls, by their namespace.</summary>
    public static CacheIndex<T> ByNamespace { get; } =
        new("namespace of objects that nobody controls", item => item.Metadata.Controller() is null ? [item.Metadata.Namespace] : []);
}

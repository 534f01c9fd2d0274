using Holdfast.Model.Resources;

namespace Holdfast.Client.Caching;

/// <summary>
/// Says under which values an object is found besides its name: pods by node, claims by volume. Make one per purpose, keep it
/// in a static read-only field, register it with <see cref="ResourceCache{T}.AddIndex"/>, and look up by the same instance.
/// </summary>
/// <typeparam name="T">The kind.</typeparam>
/// <param name="name">What it finds by, for messages: "node".</param>
/// <param name="valuesOf">The values of an object: pure, none for an object that is not to be found; repeats do no harm.</param>
public sealed class CacheIndex<T>(string name, Func<T, IEnumerable<string>> valuesOf) where T : class, IResource<T>
{
    /// <summary>Finds objects by their namespace. Every cache has it.</summary>
    public static CacheIndex<T> ByNamespace { get; } = new("namespace", item => [item.Metadata.Namespace]);

    /// <summary>Finds objects by the uid of each of their owners. Every cache has it.</summary>
    public static CacheIndex<T> ByOwner { get; } = new("owner uid", OwnerUids);

    /// <summary>What it finds by.</summary>
    public string Name => name;

    /// <summary>The values under which an object is found.</summary>
    /// <param name="item">The object.</param>
    public IEnumerable<string> ValuesOf(T item) => valuesOf(item);

    /// <summary>An index by the value of one label.</summary>
    /// <param name="label">The label's key.</param>
    public static CacheIndex<T> ByLabel(string label) =>
        new($"label {label}", item => item.Metadata.Labels.TryGetValue(label, out var value) ? [value] : []);

    private static List<string> OwnerUids(T item)
    {
        var uids = new List<string>(1);
        foreach (var owner in item.Metadata.OwnerReferences)
            uids.Add(owner.Uid);
        return uids;
    }
}

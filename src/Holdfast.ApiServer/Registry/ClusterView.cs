using Holdfast.Model.Json;
using Holdfast.Model.Resources;
using Holdfast.Store;

namespace Holdfast.ApiServer.Registry;

/// <summary>The whole cluster at one revision, typed: what a decision inside a write reads, and what its conditions refer to.</summary>
/// <param name="snapshot">The store at that revision.</param>
public sealed class ClusterView(Snapshot snapshot)
{
    /// <summary>The revision.</summary>
    public long Revision => snapshot.Revision;

    /// <summary>The store at that revision.</summary>
    public Snapshot Snapshot => snapshot;

    /// <summary>Finds an object; null when it is not there.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    /// <param name="namespaceName">The namespace; empty for cluster-scoped kinds.</param>
    /// <param name="name">The name.</param>
    public T? Find<T>(string namespaceName, string name) where T : class, IResource<T> =>
        FindEntry<T>(namespaceName, name) is { } entry ? Typed<T>(entry) : null;

    /// <summary>Finds an object's entry, for a condition on its revision; null when it is not there.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    /// <param name="namespaceName">The namespace; empty for cluster-scoped kinds.</param>
    /// <param name="name">The name.</param>
    public Entry? FindEntry<T>(string namespaceName, string name) where T : class, IResource<T> =>
        snapshot.Find(new ResourceKey(T.ResourceType.GroupResource, namespaceName, name));

    /// <summary>Lists a collection.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    /// <param name="namespaceName">Only this namespace; null for all.</param>
    public IEnumerable<T> List<T>(string? namespaceName) where T : class, IResource<T> =>
        snapshot.List(T.ResourceType.GroupResource, namespaceName).Select(Typed<T>);

    /// <summary>The typed object of an entry.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    /// <param name="entry">The entry.</param>
    public static T Typed<T>(Entry entry) where T : class, IResource<T>
    {
        ArgumentNullException.ThrowIfNull(entry);
        return (T)(entry.Decoded ?? entry.PublishDecoded(ModelJson.Read<T>(entry.Json.Span)));
    }
}

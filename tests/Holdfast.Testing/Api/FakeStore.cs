using System.Collections.Immutable;
using Holdfast.Client.Caching;
using Holdfast.Model.Resources;

namespace Holdfast.Testing.Api;

/// <summary>One change of a fake store.</summary>
/// <param name="Revision">Its revision.</param>
/// <param name="Type">The kind.</param>
/// <param name="Old">The object before, or null.</param>
/// <param name="New">The object after, or null.</param>
public sealed record FakeChange(ulong Revision, ResourceType Type, IResource? Old, IResource? New);

/// <summary>Objects by kind and key with their whole history, so that the state at any earlier revision can be shown.</summary>
internal sealed class FakeStore
{
    private readonly List<FakeChange> _history = [];
    private ImmutableSortedDictionary<string, ImmutableSortedDictionary<ResourceKey, IResource>> _objects =
        ImmutableSortedDictionary.Create<string, ImmutableSortedDictionary<ResourceKey, IResource>>(StringComparer.Ordinal);

    public const ulong FirstRevision = 100;

    public ulong Revision { get; private set; } = FirstRevision;

    public ulong CompactedRevision { get; private set; } = FirstRevision;

    public IReadOnlyList<FakeChange> History => _history;

    public IResource? Find(ResourceType type, ResourceKey key) =>
        _objects.TryGetValue(type.GroupResource, out var objects) ? objects.GetValueOrDefault(key) : null;

    public IReadOnlyCollection<IResource> All(ResourceType type) =>
        _objects.TryGetValue(type.GroupResource, out var objects) ? [.. objects.Values] : [];

    public IReadOnlyCollection<IResource> AllAt(ResourceType type, ulong revision)
    {
        var objects = _objects.GetValueOrDefault(type.GroupResource) ?? ImmutableSortedDictionary<ResourceKey, IResource>.Empty;
        foreach (var change in Enumerable.Reverse(_history).TakeWhile(change => change.Revision > revision).Where(change => change.Type == type))
        {
            var key = ResourceKey.Of(change.New ?? change.Old!);
            objects = change.Old is null ? objects.Remove(key) : objects.SetItem(key, change.Old);
        }
        return [.. objects.Values];
    }

    public IResource Put(IResource resource)
    {
        var type = resource.GetResourceType();
        var key = ResourceKey.Of(resource);
        var old = Find(type, key);
        var stored = WithRevision(resource, ++Revision);
        var objects = _objects.GetValueOrDefault(type.GroupResource) ?? ImmutableSortedDictionary<ResourceKey, IResource>.Empty;
        _objects = _objects.SetItem(type.GroupResource, objects.SetItem(key, stored));
        _history.Add(new FakeChange(Revision, type, old, stored));
        return stored;
    }

    public IResource Remove(IResource resource)
    {
        var type = resource.GetResourceType();
        _objects = _objects.SetItem(type.GroupResource, _objects[type.GroupResource].Remove(ResourceKey.Of(resource)));
        _history.Add(new FakeChange(++Revision, type, resource, null));
        return WithRevision(resource, Revision);
    }

    public void Compact(ulong revision) => CompactedRevision = Math.Max(CompactedRevision, revision);

    internal static IResource WithRevision(IResource resource, ulong revision) => resource.WithMetadata(
        resource.Metadata with { ResourceVersion = revision.ToString(System.Globalization.CultureInfo.InvariantCulture) });
}

using System.Collections.Immutable;
using Holdfast.Store.Index;

namespace Holdfast.Store;

/// <summary>Everything the store held after one transaction. Immutable but for its place in the ring of recent ones.</summary>
/// <param name="baseRevision">The revision before that transaction.</param>
/// <param name="revision">The revision of its last operation.</param>
/// <param name="collections">Each collection's objects.</param>
/// <param name="displacedBytes">How many bytes of JSON the transaction replaced or removed: what only older states hold on to.</param>
internal sealed class StoreState(
    long baseRevision, long revision, ImmutableDictionary<string, EntryIndex> collections, long displacedBytes) : ISequenced
{
    public long DisplacedBytes { get; } = displacedBytes;

    public long BaseRevision { get; } = baseRevision;

    public long Revision { get; } = revision;

    public ImmutableDictionary<string, EntryIndex> Collections { get; } = collections;

    long ISequenced.Sequence { get; set; }

    public EntryIndex Collection(string resource) => Collections.GetValueOrDefault(resource, EntryIndex.Empty);

    public Entry? Find(ResourceKey key) => Collection(key.Resource).Find(new Bound(key.Namespace, key.Name));
}

using Holdfast.Client.Caching;
using Holdfast.Model.Core;
using Holdfast.Model.Discovery;
using Holdfast.Model.Resources;
using Holdfast.Network.Dns.Zone;
using Holdfast.Network.Services;

namespace Holdfast.Network.Cluster;

/// <summary>
/// Feeds the cluster's DNS zone and service tables from the caches: first with all that is there, then with every change as the caches
/// see it. A cache that is listed anew tells what went, so nothing that is gone stays.
/// </summary>
public sealed class ClusterFeed : IDisposable
{
    private readonly IDnsZoneWriter? _zone;
    private readonly IReadOnlyList<IServiceTable> _tables;
    private readonly List<IResourceCache> _sources = [];
    private readonly List<IDisposable> _subscriptions = [];

    private ClusterFeed(IDnsZoneWriter? zone, IReadOnlyList<IServiceTable> tables)
    {
        _zone = zone;
        _tables = zone is null ? tables : [zone, .. tables];
    }

    /// <summary>Starts to feed; until it is disposed.</summary>
    /// <param name="caches">The process's caches, started or not.</param>
    /// <param name="zone">The zone of the cluster's DNS; null where there is none.</param>
    /// <param name="tables">Tables of Services beside the zone, such as the forwarding table.</param>
    public static ClusterFeed Start(SharedCaches caches, IDnsZoneWriter? zone, params IReadOnlyList<IServiceTable> tables)
    {
        ArgumentNullException.ThrowIfNull(caches);
        var feed = new ClusterFeed(zone, tables);
        feed.Follow(caches.Get<Service>(), feed.OnService);
        feed.Follow(caches.Get<EndpointSlice>(), feed.OnSlice);
        if (zone is not null)
        {
            feed.Follow(caches.Get<Pod>(), feed.OnPod);
        }

        return feed;
    }

    /// <summary>Ends when all that was there at the start has been fed: only then may DNS say that a name does not exist.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task WaitForSyncAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_sources.Select(source => source.WaitForSyncAsync(cancellationToken)));

    /// <inheritdoc/>
    public void Dispose() => _subscriptions.ForEach(subscription => subscription.Dispose());

    private void Follow<T>(ResourceCache<T> cache, Action<CacheChange<T>> onChange) where T : class, IResource<T>
    {
        _sources.Add(cache);
        _subscriptions.Add(cache.Subscribe(onChange));
    }

    private void OnService(CacheChange<Service> change)
    {
        var now = change.New is { } service ? ClusterRecords.Of(service) : null;
        if (now is null)
        {
            Each(table => table.RemoveService(KeyOf(change.Latest)));
        }
        else if (change.Old is null || !ClusterRecords.AreSame(change.Old, change.New!))
        {
            Each(table => table.SetService(now));
        }
    }

    private void OnSlice(CacheChange<EndpointSlice> change)
    {
        var now = change.New is { } slice ? ClusterRecords.Of(slice) : null;
        if (now is null)
        {
            Each(table => table.RemoveEndpointSlice(KeyOf(change.Latest)));
        }
        else if (change.Old is null || !ClusterRecords.AreSame(change.Old, change.New!))
        {
            Each(table => table.SetEndpointSlice(now));
        }
    }

    private void OnPod(CacheChange<Pod> change)
    {
        var now = change.New is { } pod ? ClusterRecords.Of(pod) : null;
        var before = change.Old is { } old ? ClusterRecords.Of(old) : null;
        if (now is not null && (before is null || !now.Addresses.SequenceEqual(before.Addresses)))
        {
            _zone!.SetPod(now);
        }
        else if (now is null && before is not null)
        {
            _zone!.RemovePod(KeyOf(change.Latest));
        }
    }

    private void Each(Action<IServiceTable> tell)
    {
        foreach (var table in _tables)
        {
            tell(table);
        }
    }

    private static NetworkKey KeyOf(IResource resource) => new(resource.Metadata.Namespace, resource.Metadata.Name);
}

using System.Net;
using Holdfast.Client.Caching;
using Holdfast.Network.Cluster;
using Holdfast.Network.Dns.Server;
using Holdfast.Network.Dns.Zone;
using Holdfast.Network.Forwarding;
using Holdfast.Platform;

namespace Holdfast.Host;

/// <summary>The cluster's names and Service addresses: DNS, forwarding, and what feeds both from the API.</summary>
internal sealed class ClusterNetwork : IAsyncDisposable
{
    private readonly DnsServer _server;
    private readonly ServiceForwarder _forwarder;
    private readonly ClusterFeed _feed;

    private ClusterNetwork(DnsServer server, ServiceForwarder forwarder, ClusterFeed feed) => (_server, _forwarder, _feed) = (server, forwarder, feed);

    /// <summary>Where the DNS answers.</summary>
    internal IPEndPoint Dns => _server.EndPoint;

    /// <summary>Whether pods can be told of the DNS by a resolv.conf, which names no port.</summary>
    internal bool IsDnsOnStandardPort => _server.EndPoint.Port == 53;

    /// <summary>Starts names and forwarding; what there is to name comes in with the caches.</summary>
    /// <exception cref="ClusterException">No port for the DNS could be had.</exception>
    internal static ClusterNetwork Start(AddressPlan addresses, SharedCaches caches, ITaskRunner runner, IChance chance, TimeProvider time)
    {
        var zone = new DnsZoneHolder(new DnsZoneOptions());
        var upstreams = File.Exists("/etc/resolv.conf") ? ResolverFile.Read("/etc/resolv.conf", addresses.Dns) : [];
        var listening = DnsServer.Start(new DnsServerOptions { Address = addresses.Dns, Upstreams = upstreams }, zone, runner, chance, time);
        if (listening.Server is null)
        {
            throw new ClusterException(listening.Problem?.Message ?? $"DNS could not be started on {addresses.Dns}.");
        }
        zone.SetServerAddresses(addresses.Dns);
        var forwarder = new ServiceForwarder(new ForwarderOptions(), runner, chance, time);
        return new ClusterNetwork(listening.Server, forwarder, ClusterFeed.Start(caches, zone, forwarder));
    }

    /// <summary>Ends when all that the API holds is named.</summary>
    internal Task WaitForSyncAsync(CancellationToken cancellationToken) => _feed.WaitForSyncAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        _feed.Dispose();
        await _forwarder.DisposeAsync();
        await _server.DisposeAsync();
    }
}

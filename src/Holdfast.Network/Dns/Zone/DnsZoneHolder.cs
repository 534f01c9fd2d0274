using Holdfast.Network.Services;

namespace Holdfast.Network.Dns.Zone;

/// <summary>The one place that changes: it holds the current zone, which is swapped whole, so that readers never wait.</summary>
/// <param name="options">The zone's name and spans.</param>
public sealed class DnsZoneHolder(DnsZoneOptions options) : IDnsZoneWriter
{
    private DnsZone _zone = DnsZone.Create(options);

    /// <summary>The zone as it is now.</summary>
    public DnsZone Current => Volatile.Read(ref _zone);

    /// <inheritdoc/>
    public void SetService(ServiceRecord service) => Change(zone => zone.With(service));

    /// <inheritdoc/>
    public void RemoveService(NetworkKey key) => Change(zone => zone.WithoutService(key));

    /// <inheritdoc/>
    public void SetEndpointSlice(EndpointSliceRecord slice) => Change(zone => zone.With(slice));

    /// <inheritdoc/>
    public void RemoveEndpointSlice(NetworkKey key) => Change(zone => zone.WithoutSlice(key));

    /// <inheritdoc/>
    public void SetPod(PodRecord pod) => Change(zone => zone.With(pod));

    /// <inheritdoc/>
    public void RemovePod(NetworkKey key) => Change(zone => zone.WithoutPod(key));

    /// <summary>Says which addresses the server answers on, once they are known.</summary>
    /// <param name="addresses">The addresses.</param>
    public void SetServerAddresses(params System.Collections.Immutable.ImmutableArray<System.Net.IPAddress> addresses) =>
        Change(zone => zone.WithServerAddresses(addresses));

    // A lost race is tried again on what won it; each round some other change has landed, so it ends.
    private void Change(Func<DnsZone, DnsZone> change)
    {
        var before = Current;
        while (true)
        {
            var seen = Interlocked.CompareExchange(ref _zone, change(before), before);
            if (ReferenceEquals(seen, before))
            {
                return;
            }

            before = seen;
        }
    }
}

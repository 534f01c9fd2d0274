using System.Collections.Immutable;
using System.Net;
using Holdfast.Network.Dns.Wire;
using Holdfast.Network.Services;

namespace Holdfast.Network.Dns.Zone;

/// <summary>
/// An immutable snapshot of the cluster's domain. It holds no list of records: each answer is worked out from the
/// Services, EndpointSlices and Pods known, after the Kubernetes DNS-Based Service Discovery specification 1.1.0.
/// A change makes a new snapshot and costs what the changed Service holds, not what the cluster holds.
/// </summary>
public sealed partial class DnsZone
{
    private readonly DnsName _apex;
    private readonly ServiceSet _services;
    private readonly ImmutableDictionary<NetworkKey, PodRecord> _pods;
    private readonly ImmutableDictionary<string, int> _servicesPerNamespace;
    private readonly ImmutableDictionary<string, int> _podsPerNamespace;
    private readonly ReverseIndex _serviceNames;
    private readonly ReverseIndex _podNames;

    private DnsZone(DnsZoneOptions options)
    {
        Options = options;
        _apex = DnsName.Parse(options.Domain);
        _services = ServiceSet.Empty;
        _pods = ImmutableDictionary<NetworkKey, PodRecord>.Empty;
        _servicesPerNamespace = ImmutableDictionary<string, int>.Empty;
        _podsPerNamespace = _servicesPerNamespace;
        _serviceNames = ReverseIndex.Empty;
        _podNames = ReverseIndex.Empty;
    }

    private DnsZone(DnsZone before, DnsZoneChange change)
    {
        Options = change.Options ?? before.Options;
        Serial = before.Serial + 1;
        _apex = before._apex;
        _services = change.Services ?? before._services;
        _pods = change.Pods ?? before._pods;
        _servicesPerNamespace = change.ServicesPerNamespace ?? before._servicesPerNamespace;
        _podsPerNamespace = change.PodsPerNamespace ?? before._podsPerNamespace;
        _serviceNames = change.ServiceNames ?? before._serviceNames;
        _podNames = change.PodNames ?? before._podNames;
    }

    /// <summary>The zone's name and spans.</summary>
    public DnsZoneOptions Options { get; }

    /// <summary>Grows by one with each change.</summary>
    public uint Serial { get; }

    /// <summary>Makes a zone without Services.</summary>
    /// <param name="options">The zone's name and spans.</param>
    /// <returns>The zone.</returns>
    /// <exception cref="FormatException">The domain is not a valid name.</exception>
    public static DnsZone Create(DnsZoneOptions options) => new(options);

    /// <summary>The zone with a Service added or replaced.</summary>
    /// <param name="service">The Service.</param>
    /// <returns>The new zone.</returns>
    public DnsZone With(ServiceRecord service) => WithServices(_services.With(service), service.Key);

    /// <summary>The zone without a Service.</summary>
    /// <param name="key">The Service's key.</param>
    /// <returns>The new zone.</returns>
    public DnsZone WithoutService(NetworkKey key) => WithServices(_services.WithoutService(key), key);

    /// <summary>The zone with an EndpointSlice added or replaced.</summary>
    /// <param name="slice">The slice.</param>
    /// <returns>The new zone.</returns>
    public DnsZone With(EndpointSliceRecord slice)
    {
        var without = _services.ServiceOf(slice.Key) is { } before && before != slice.ServiceKey ? WithoutSlice(slice.Key) : this;
        return without.WithServices(without._services.With(slice), slice.ServiceKey);
    }

    /// <summary>The zone without an EndpointSlice.</summary>
    /// <param name="key">The slice's key.</param>
    /// <returns>The new zone.</returns>
    public DnsZone WithoutSlice(NetworkKey key) =>
        _services.ServiceOf(key) is { } service ? WithServices(_services.WithoutSlice(key), service) : this;

    /// <summary>The zone with a Pod added or replaced.</summary>
    /// <param name="pod">The pod.</param>
    /// <returns>The new zone.</returns>
    public DnsZone With(PodRecord pod) => WithPod(pod.Key, pod);

    /// <summary>The zone without a Pod.</summary>
    /// <param name="key">The pod's key.</param>
    /// <returns>The new zone.</returns>
    public DnsZone WithoutPod(NetworkKey key) => WithPod(key, null);

    /// <summary>The zone with the addresses of its own server.</summary>
    /// <param name="addresses">The addresses.</param>
    /// <returns>The new zone.</returns>
    public DnsZone WithServerAddresses(ImmutableArray<IPAddress> addresses) =>
        new(this, new DnsZoneChange { Options = Options with { ServerAddresses = addresses } });

    private static ImmutableDictionary<string, int> Count(ImmutableDictionary<string, int> counts, string name, int by)
    {
        var count = counts.GetValueOrDefault(name) + by;
        return by == 0 ? counts : count == 0 ? counts.Remove(name) : counts.SetItem(name, count);
    }

    private DnsZone WithServices(ServiceSet services, NetworkKey changed)
    {
        var before = _services.Find(changed);
        var after = services.Find(changed);
        var came = (after.Service is null ? 0 : 1) - (before.Service is null ? 0 : 1);
        return new DnsZone(this, new DnsZoneChange
        {
            Services = services,
            ServicesPerNamespace = Count(_servicesPerNamespace, changed.Namespace, came),
            ServiceNames = _serviceNames.Replace(ReverseNames(before), ReverseNames(after)),
        });
    }

    private DnsZone WithPod(NetworkKey key, PodRecord? pod)
    {
        var before = _pods.GetValueOrDefault(key);
        var came = (pod is null ? 0 : 1) - (before is null ? 0 : 1);
        return new DnsZone(this, new DnsZoneChange
        {
            Pods = pod is null ? _pods.Remove(key) : _pods.SetItem(key, pod),
            PodsPerNamespace = Count(_podsPerNamespace, key.Namespace, came),
            PodNames = _podNames.Replace(ReverseNames(before), ReverseNames(pod)),
        });
    }

    private IEnumerable<ReverseName> ReverseNames(ServiceState state)
    {
        if (state.Service is not { ExternalName: null } service || ServiceName(service.Key) is not { } name)
        {
            return [];
        }

        return service.IsHeadless
            ? from ready in state.ReadyEndpoints()
              from address in ready.Endpoint.Addresses
              let endpointName = name.Child(HostLabel(ready.Endpoint, address))
              where endpointName is not null
              select new ReverseName(address, endpointName)
            : service.ClusterIPs.Select(address => new ReverseName(address, name));
    }

    private IEnumerable<ReverseName> ReverseNames(PodRecord? pod) => pod is null
        ? []
        : from address in pod.Addresses
          let name = _apex.Child(Dashed(address), pod.Namespace, "pod")
          where name is not null
          select new ReverseName(address, name);

    private DnsName? ServiceName(NetworkKey key) => _apex.Child(key.Name, key.Namespace, "svc");
}

using System.Collections.Immutable;
using System.Net;

namespace Holdfast.Network.Services;

/// <summary>A Service together with the slices that name it; either may be known before the other.</summary>
/// <param name="Service">The Service, or null while only slices are known.</param>
/// <param name="Slices">The slices by their own name.</param>
public sealed record ServiceState(ServiceRecord? Service, ImmutableSortedDictionary<string, EndpointSliceRecord> Slices)
{
    /// <summary>Nothing known.</summary>
    public static ServiceState Empty { get; } =
        new(null, ImmutableSortedDictionary.Create<string, EndpointSliceRecord>(StringComparer.Ordinal));

    /// <summary>True when nothing is known, so that the entry can be dropped.</summary>
    public bool IsEmpty => Service is null && Slices.IsEmpty;

    /// <summary>The endpoints that may be named and used now, in the order of slice names.</summary>
    /// <returns>Each ready endpoint with the ports of its slice.</returns>
    public IEnumerable<(EndpointRecord Endpoint, ImmutableArray<PortRecord> Ports)> ReadyEndpoints()
    {
        if (Service is null)
        {
            yield break;
        }

        foreach (var slice in Slices.Values)
        {
            foreach (var endpoint in slice.Endpoints)
            {
                if (endpoint.IsReady || Service.PublishNotReadyAddresses)
                {
                    yield return (endpoint, slice.Ports);
                }
            }
        }
    }

    /// <summary>The addresses and port numbers that stand behind one port of the Service.</summary>
    /// <param name="port">A port of the Service.</param>
    /// <returns>The ready endpoints of that port, without repeats.</returns>
    public ImmutableArray<IPEndPoint> BackendsOf(PortRecord port) =>
        [.. (from ready in ReadyEndpoints()
             from target in ready.Ports
             where target.Protocol == port.Protocol && string.Equals(target.Name, port.Name, StringComparison.Ordinal)
             from address in ready.Endpoint.Addresses
             select new IPEndPoint(address, target.Port)).Distinct()];
}

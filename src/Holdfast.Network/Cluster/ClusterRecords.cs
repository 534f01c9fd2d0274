using System.Collections.Immutable;
using System.Net;
using Holdfast.Model.Core;
using Holdfast.Model.Discovery;
using Holdfast.Network.Services;

namespace Holdfast.Network.Cluster;

/// <summary>Reads what the network needs to know off the cluster's objects. What the network cannot use (a malformed address, an unknown protocol) is left out.</summary>
public static class ClusterRecords
{
    private const string ServiceNameLabel = "kubernetes.io/service-name";

    /// <summary>The record of a Service.</summary>
    /// <param name="service">The Service.</param>
    public static ServiceRecord Of(Service service)
    {
        var spec = service.Spec;
        var addresses = spec.ClusterIPs.IsEmpty && spec.ClusterIP.Length > 0 ? [spec.ClusterIP] : spec.ClusterIPs.ToImmutableArray();
        var isExternal = spec.Type == "ExternalName";
        return new ServiceRecord
        {
            Namespace = service.Metadata.Namespace,
            Name = service.Metadata.Name,
            ClusterIPs = isExternal ? [] : Addresses(addresses),
            IsHeadless = !isExternal && spec.ClusterIP == "None",
            ExternalName = isExternal ? spec.ExternalName : null,
            PublishNotReadyAddresses = spec.PublishNotReadyAddresses,
            Ports = [.. spec.Ports.Select(port => Port(port.Name, port.Protocol, port.Port, port.NodePort)).OfType<PortRecord>()],
            ClientAffinity = spec.SessionAffinity == "ClientIP"
                ? TimeSpan.FromSeconds(spec.SessionAffinityConfig?.ClientIP?.TimeoutSeconds ?? 10800)
                : null,
        };
    }

    /// <summary>The record of a slice; null for one that names no Service or holds names in place of addresses.</summary>
    /// <param name="slice">The slice.</param>
    public static EndpointSliceRecord? Of(EndpointSlice slice) =>
        slice.AddressType is not ("IPv4" or "IPv6") || !slice.Metadata.Labels.TryGetValue(ServiceNameLabel, out var service)
            ? null
            : new EndpointSliceRecord
            {
                Namespace = slice.Metadata.Namespace,
                Name = slice.Metadata.Name,
                ServiceName = service,
                Ports = [.. slice.Ports.Select(port => Port(port.Name ?? "", port.Protocol ?? "", port.Port ?? 0)).OfType<PortRecord>()],
                Endpoints = [.. slice.Endpoints.Select(endpoint => new EndpointRecord
                {
                    Addresses = Addresses(endpoint.Addresses),
                    Hostname = string.IsNullOrEmpty(endpoint.Hostname) ? null : endpoint.Hostname,
                    // The API's rule: what says nothing is ready.
                    IsReady = endpoint.Conditions.Ready ?? true,
                })],
            };

    /// <summary>The record of a pod; null for one without addresses and for one that has ended, whose address may be another's by now.</summary>
    /// <param name="pod">The pod.</param>
    public static PodRecord? Of(Pod pod)
    {
        var all = pod.Status.PodIPs.IsEmpty && pod.Status.PodIP.Length > 0 ? [pod.Status.PodIP] : pod.Status.PodIPs.Select(each => each.Ip);
        var addresses = pod.Status.Phase is "Succeeded" or "Failed" ? [] : Addresses(all);
        return addresses.IsEmpty ? null : new PodRecord(pod.Metadata.Namespace, pod.Metadata.Name, addresses);
    }

    internal static bool AreSame(Service one, Service other) => one.Spec == other.Spec;

    internal static bool AreSame(EndpointSlice one, EndpointSlice other) =>
        one.Endpoints == other.Endpoints && one.Ports == other.Ports
        && one.Metadata.Labels.GetValueOrDefault(ServiceNameLabel) == other.Metadata.Labels.GetValueOrDefault(ServiceNameLabel);

    private static ImmutableArray<IPAddress> Addresses(IEnumerable<string> texts) =>
        [.. texts.Select(text => IPAddress.TryParse(text, out var address) ? address : null).OfType<IPAddress>()];

    private static PortRecord? Port(string name, string protocol, int number, int nodePort = 0) => protocol switch
    {
        _ when number is < 1 or > 65535 => null,
        "" or "TCP" => new PortRecord(name, PortProtocol.Tcp, number) { NodePort = nodePort },
        "UDP" => new PortRecord(name, PortProtocol.Udp, number) { NodePort = nodePort },
        "SCTP" => new PortRecord(name, PortProtocol.Sctp, number),
        _ => null,
    };
}

using System.Collections.Immutable;
using System.Net;
using Holdfast.Network.Services;

namespace Holdfast.Network.Tests;

/// <summary>Short ways to say what a cluster holds.</summary>
internal static class Given
{
    public static ServiceRecord Headless(string name, params PortRecord[] ports) =>
        new() { Namespace = "default", Name = name, IsHeadless = true, Ports = [.. ports] };

    public static ServiceRecord ClusterIP(string name, string address, params PortRecord[] ports) =>
        new() { Namespace = "default", Name = name, ClusterIPs = [IPAddress.Parse(address)], Ports = [.. ports] };

    public static EndpointSliceRecord Slice(string service, ImmutableArray<PortRecord> ports, params EndpointRecord[] endpoints) =>
        new() { Namespace = "default", Name = service + "-x1", ServiceName = service, Ports = ports, Endpoints = [.. endpoints] };

    public static EndpointRecord Endpoint(string? hostname, string address, bool isReady = true) =>
        new() { Hostname = hostname, Addresses = [IPAddress.Parse(address)], IsReady = isReady };

    public static PortRecord Http(int port = 8080) => new("http", PortProtocol.Tcp, port);
}

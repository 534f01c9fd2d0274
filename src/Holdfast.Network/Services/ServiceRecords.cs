using System.Collections.Immutable;
using System.Net;

namespace Holdfast.Network.Services;

/// <summary>Names a namespaced object of the network: a Service, an EndpointSlice or a Pod.</summary>
/// <param name="Namespace">The object's namespace.</param>
/// <param name="Name">The object's name.</param>
public readonly record struct NetworkKey(string Namespace, string Name)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Namespace}/{Name}";
}

/// <summary>The transport of a port, as a Service or an EndpointSlice names it.</summary>
public enum PortProtocol
{
    /// <summary>TCP.</summary>
    Tcp,

    /// <summary>UDP.</summary>
    Udp,

    /// <summary>SCTP: it has DNS records, and is never forwarded.</summary>
    Sctp,
}

/// <summary>One port of a Service, or the port behind it in an EndpointSlice; the two meet by <paramref name="Name"/>.</summary>
/// <param name="Name">The port's name; empty for the only port of a Service.</param>
/// <param name="Protocol">The transport.</param>
/// <param name="Port">The number, 1 to 65535.</param>
public sealed record PortRecord(string Name, PortProtocol Protocol, int Port)
{
    /// <summary>The port of a Service on the machine itself, 1 to 65535; 0 when it has none.</summary>
    public int NodePort { get; init; }
}

/// <summary>What the network needs to know of a Service.</summary>
public sealed record ServiceRecord
{
    /// <summary>The Service's namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>The Service's name.</summary>
    public required string Name { get; init; }

    /// <summary>The cluster IPs; empty for a headless Service and for one with an external name.</summary>
    public ImmutableArray<IPAddress> ClusterIPs { get; init; } = [];

    /// <summary>True when <c>clusterIP</c> is <c>None</c>: names then lead to the endpoints themselves.</summary>
    public bool IsHeadless { get; init; }

    /// <summary>The name that an ExternalName Service stands for; null for every other type.</summary>
    public string? ExternalName { get; init; }

    /// <summary>True when endpoints count as ready whatever their pods say.</summary>
    public bool PublishNotReadyAddresses { get; init; }

    /// <summary>The ports, in the Service's order.</summary>
    public ImmutableArray<PortRecord> Ports { get; init; } = [];

    /// <summary>How long one client stays with one endpoint (<c>sessionAffinity: ClientIP</c>); null for no affinity.</summary>
    public TimeSpan? ClientAffinity { get; init; }

    /// <summary>The key of this Service.</summary>
    public NetworkKey Key => new(Namespace, Name);
}

/// <summary>One endpoint of a slice: in practice one pod.</summary>
public sealed record EndpointRecord
{
    /// <summary>The addresses of the endpoint, all of one family.</summary>
    public required ImmutableArray<IPAddress> Addresses { get; init; }

    /// <summary>The hostname that names the endpoint below its Service; null when the pod has none of its own.</summary>
    public string? Hostname { get; init; }

    /// <summary>Whether the endpoint takes traffic (the slice's <c>ready</c> condition).</summary>
    public bool IsReady { get; init; } = true;
}

/// <summary>What the network needs to know of one EndpointSlice. A Service may have several.</summary>
public sealed record EndpointSliceRecord
{
    /// <summary>The slice's namespace, which is its Service's too.</summary>
    public required string Namespace { get; init; }

    /// <summary>The slice's own name.</summary>
    public required string Name { get; init; }

    /// <summary>The Service it belongs to (the label <c>kubernetes.io/service-name</c>).</summary>
    public required string ServiceName { get; init; }

    /// <summary>The ports that every endpoint of the slice serves.</summary>
    public ImmutableArray<PortRecord> Ports { get; init; } = [];

    /// <summary>The endpoints.</summary>
    public ImmutableArray<EndpointRecord> Endpoints { get; init; } = [];

    /// <summary>The key of this slice.</summary>
    public NetworkKey Key => new(Namespace, Name);

    /// <summary>The key of the Service it belongs to.</summary>
    public NetworkKey ServiceKey => new(Namespace, ServiceName);
}

/// <summary>What DNS needs to know of a Pod.</summary>
/// <param name="Namespace">The pod's namespace.</param>
/// <param name="Name">The pod's name.</param>
/// <param name="Addresses">The pod's addresses.</param>
public sealed record PodRecord(string Namespace, string Name, ImmutableArray<IPAddress> Addresses)
{
    /// <summary>The key of this pod.</summary>
    public NetworkKey Key => new(Namespace, Name);
}

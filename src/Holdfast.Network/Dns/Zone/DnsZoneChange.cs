using System.Collections.Immutable;
using Holdfast.Network.Services;

namespace Holdfast.Network.Dns.Zone;

/// <summary>The parts of a zone that a change replaces; what is null stays.</summary>
internal sealed record DnsZoneChange
{
    /// <summary>The options.</summary>
    public DnsZoneOptions? Options { get; init; }

    /// <summary>The Services.</summary>
    public ServiceSet? Services { get; init; }

    /// <summary>The pods.</summary>
    public ImmutableDictionary<NetworkKey, PodRecord>? Pods { get; init; }

    /// <summary>The number of Services per namespace.</summary>
    public ImmutableDictionary<string, int>? ServicesPerNamespace { get; init; }

    /// <summary>The number of pods per namespace.</summary>
    public ImmutableDictionary<string, int>? PodsPerNamespace { get; init; }

    /// <summary>The names of Services' and endpoints' addresses.</summary>
    public ReverseIndex? ServiceNames { get; init; }

    /// <summary>The names of pods' addresses.</summary>
    public ReverseIndex? PodNames { get; init; }
}

using System.Collections.Immutable;
using System.Net;

namespace Holdfast.Network.Dns.Zone;

/// <summary>What a zone is called and how long its answers may be remembered.</summary>
public sealed record DnsZoneOptions
{
    /// <summary>The cluster's domain.</summary>
    public string Domain { get; init; } = "cluster.local";

    /// <summary>How long an answer may be remembered, in seconds: short, so that a moved pod is soon seen.</summary>
    public uint TtlSeconds { get; init; } = 2;

    /// <summary>How long an absence may be remembered, in seconds: shorter, so that a new pod is soon seen.</summary>
    public uint NegativeTtlSeconds { get; init; } = 1;

    /// <summary>The addresses of the server itself, for <c>ns.dns.&lt;domain&gt;</c>.</summary>
    public ImmutableArray<IPAddress> ServerAddresses { get; init; } = [];
}

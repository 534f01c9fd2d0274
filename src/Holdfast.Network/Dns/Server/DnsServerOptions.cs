using System.Collections.Immutable;
using System.Net;

namespace Holdfast.Network.Dns.Server;

/// <summary>Where a DNS server listens, whom it asks, and its bounds.</summary>
public sealed record DnsServerOptions
{
    /// <summary>The address to listen on.</summary>
    public required IPAddress Address { get; init; }

    /// <summary>The port for UDP and TCP; 0 takes any free one. Resolvers of pods know only 53.</summary>
    public int Port { get; init; } = 53;

    /// <summary>Whether to take any free port when <see cref="Port"/> cannot be had.</summary>
    public bool MayUseFreePort { get; init; } = true;

    /// <summary>The resolvers for names outside the cluster, tried in turn; without any, such names are refused.</summary>
    public ImmutableArray<IPEndPoint> Upstreams { get; init; } = [];

    /// <summary>How long one resolver may take.</summary>
    public TimeSpan UpstreamTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The most queries that wait for resolvers at once; more are answered with a server failure.</summary>
    public int MaxForwarded { get; init; } = 256;

    /// <summary>The most TCP connections at once; more wait in the socket's own queue.</summary>
    public int MaxConnections { get; init; } = 64;

    /// <summary>How long a TCP client may take for its next query and for reading an answer.</summary>
    public TimeSpan ConnectionTimeout { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>Why a port could not be had.</summary>
public enum DnsListenFault
{
    /// <summary>The port is below 1024 and the process may not bind it.</summary>
    NotPermitted,

    /// <summary>Another process listens there.</summary>
    InUse,

    /// <summary>The machine does not have the address.</summary>
    NoSuchAddress,

    /// <summary>The operating system gave another reason.</summary>
    Other,
}

/// <summary>A port that could not be had.</summary>
/// <param name="Fault">Why.</param>
/// <param name="EndPoint">The address and port that were wanted.</param>
/// <param name="Message">For a person: what happened and what to do.</param>
public sealed record DnsListenProblem(DnsListenFault Fault, IPEndPoint EndPoint, string Message);

/// <summary>What came of starting a server.</summary>
/// <param name="Server">The running server; null when it could not listen at all.</param>
/// <param name="Problem">Why it does not listen on the port that was wanted; null when it does.</param>
public sealed record DnsListenResult(DnsServer? Server, DnsListenProblem? Problem);

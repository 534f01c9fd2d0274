namespace Holdfast.Network.Forwarding;

/// <summary>The bounds of the forwarder.</summary>
public sealed record ForwarderOptions
{
    /// <summary>The most TCP connections at once over all Services; more wait in the sockets' own queues.</summary>
    public int MaxConnections { get; init; } = 4096;

    /// <summary>How long a connection to one backend may take to come about.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long open connections may go on after their port was closed.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How soon a port that could not be opened is tried again.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The most UDP clients at once per port; past that the longest silent is forgotten.</summary>
    public int MaxDatagramClients { get; init; } = 1024;

    /// <summary>After how long a silence a UDP client is forgotten.</summary>
    public TimeSpan DatagramIdle { get; init; } = TimeSpan.FromSeconds(60);
}

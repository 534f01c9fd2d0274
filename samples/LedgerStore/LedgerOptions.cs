using System.Net;
using LedgerStore.Quorum;

namespace LedgerStore;

/// <summary>How a member runs.</summary>
public sealed record LedgerOptions
{
    /// <summary>The member's name: the pod's, else the host's.</summary>
    public required string Member { get; init; }

    /// <summary>The release to run as.</summary>
    public required LedgerRelease Release { get; init; }

    /// <summary>Where the API is served.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>The member's folder.</summary>
    public required string DataFolder { get; init; }

    /// <summary>With less free space than this the member takes no appends and is not ready. Bytes.</summary>
    public long DiskFloorBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>The most bytes of one entry.</summary>
    public int MaxEntryBytes { get; init; } = 1024 * 1024;

    /// <summary>The most requests of clients under way at once.</summary>
    public int MaxRequests { get; init; } = 2048;

    /// <summary>So many connections there may be beyond <see cref="MaxRequests"/>: idle ones, and those of probes and operators.</summary>
    public int SpareConnections { get; init; } = 512;

    /// <summary>How long an orderly stop waits for requests under way. Less than half of the pod's
    /// grace period, since a preStop hook may drain first and take as long.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(50);

    /// <summary>How the other members are found; null for a member alone.</summary>
    public PeerOptions? Peers { get; init; }

    /// <summary>How a member of a quorum runs.</summary>
    public QuorumSettings Quorum { get; init; } = new();

    /// <summary>A batch that has not become durable for so long means that the process is stuck.</summary>
    public TimeSpan StuckAfter { get; init; } = TimeSpan.FromMinutes(2);
}

/// <summary>The settings are wrong; the message names the one, what it should be and what was given.</summary>
public sealed class LedgerOptionsException(string message) : Exception(message);

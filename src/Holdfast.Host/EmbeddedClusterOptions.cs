using System.Collections.Immutable;
using System.Net;
using Holdfast.ApiServer.Security.Audit;

namespace Holdfast.Host;

/// <summary>What pods run as.</summary>
public enum PodRuntime
{
    /// <summary>Processes of this machine.</summary>
    Process,

    /// <summary>Nothing: pods are ready at once. For tests of scale.</summary>
    Fake,
}

/// <summary>How an embedded cluster is set up.</summary>
public sealed record EmbeddedClusterOptions
{
    /// <summary>The most nodes that a cluster can have: each has a block of loopback addresses of its own.</summary>
    public const int MaximumNodes = 14;

    /// <summary>The folder that holds everything; null for one of its own, which is removed at the end.</summary>
    public string? DataFolder { get; init; }

    /// <summary>The address that the API server listens on. Any but a loopback address lets other machines reach it.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>How the log of who asked for what is kept.</summary>
    public AuditOptions Audit { get; init; } = new();

    /// <summary>The API server's port; 0 for any that is free.</summary>
    public int Port { get; init; }

    /// <summary>Where the kubeconfig is written; null for <c>kubeconfig</c> in the data folder.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>Whether to begin anew: what the data folder holds of a cluster is removed first.</summary>
    public bool IsFresh { get; init; }

    /// <summary>How many nodes, 0 to <see cref="MaximumNodes"/>.</summary>
    public int Nodes { get; init; } = 3;

    /// <summary>The zones that nodes are put in, in turn.</summary>
    public ImmutableArray<string> Zones { get; init; } = ["a", "b", "c"];

    /// <summary>What pods run as.</summary>
    public PodRuntime Runtime { get; init; } = PodRuntime.Process;

    /// <summary>Whether pods may have namespaces of the kernel where it allows them; false forces the fallback.</summary>
    public bool MayIsolate { get; init; } = true;

    /// <summary>Whether the Steward runs in this process too.</summary>
    public bool HasSteward { get; init; }

    /// <summary>Where the built-in LedgerStore is; null to look beside this program.</summary>
    public string? LedgerStoreFolder { get; init; }

    /// <summary>The words by which a second holder of the data folder is told who holds it.</summary>
    public string CommandLine { get; init; } = "a program that embeds Holdfast";

    /// <summary>Told of each part as it becomes ready.</summary>
    public IProgress<StartedPart>? Progress { get; init; }

    /// <summary>Makes sure that the options make sense.</summary>
    /// <exception cref="ClusterException">One does not; the message names it.</exception>
    internal void Check()
    {
        if (Nodes is < 0 or > MaximumNodes)
        {
            throw new ClusterException($"--nodes is {Nodes}; a cluster on one machine has 0 to {MaximumNodes} nodes.");
        }
        if (Zones.IsEmpty || Zones.Any(zone => zone.Length is 0 or > 63 || !zone.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.' or '_')))
        {
            throw new ClusterException($"--zones is \"{string.Join(',', Zones)}\"; give names of letters, digits, '-', '.' and '_', separated by commas, such as a,b,c.");
        }
        if (Audit.MaximumBytes < 1 << 20 || Audit.OldFiles is < 0 or > 1000 || Audit.OldFileAge < TimeSpan.FromDays(1))
        {
            throw new ClusterException("--audit-max-size, --audit-max-backups and --audit-max-age are at least 1, 0 and 1, and there are at most 1000 backups.");
        }
        if (Port is < 0 or > 65535)
        {
            throw new ClusterException($"--port is {Port}; a port is a number from 0 (any that is free) to 65535.");
        }
    }
}

/// <summary>A part of the cluster that has become ready.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Detail">What is to be known of it, such as its address; may be empty.</param>
/// <param name="Took">How long it took.</param>
public sealed record StartedPart(string Name, string Detail, TimeSpan Took);

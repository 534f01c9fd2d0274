using Holdfast.Client.Events;
using Holdfast.Model.Values;
using Holdfast.Node.Planning;
using Holdfast.Node.Probes;
using Holdfast.Node.Runtime;
using Holdfast.Node.Volumes;

namespace Holdfast.Node;

/// <summary>What a node agent is told by whoever starts it.</summary>
public sealed record NodeAgentOptions
{
    /// <summary>Name of the node.</summary>
    public required string Name { get; init; }

    /// <summary>Zone, for the label <c>topology.kubernetes.io/zone</c>; empty for none.</summary>
    public string Zone { get; init; } = "";

    /// <summary>The cluster's data folder: pods live under <c>nodes/NAME/pods/UID</c>, volumes under <c>volumes/</c>.</summary>
    public required string DataFolder { get; init; }

    /// <summary>What runs the containers. The agent does not dispose it.</summary>
    public required IContainerRuntime Runtime { get; init; }

    /// <summary>How pods are reached for probes and hooks.</summary>
    public required IPodNetwork Network { get; init; }

    /// <summary>Where files of volumes are kept; <see cref="DiskVolumeFiles"/>, or <see cref="NoVolumeFiles"/> for a runtime that runs nothing.</summary>
    public required IVolumeFiles VolumeFiles { get; init; }

    /// <summary>The node's own address, which pods see as host address.</summary>
    public string HostAddress { get; init; } = "127.0.0.1";

    /// <summary>The cluster's name service; null leaves pods the host's own.</summary>
    public ClusterDns? Dns { get; init; }

    /// <summary>Where pods find the API server, for <c>KUBERNETES_SERVICE_HOST</c> and <c>_PORT</c>; null for nowhere.</summary>
    public ApiServerAddress? ApiServer { get; init; }

    /// <summary>Gives tokens to pods that ask for them; null asks the API.</summary>
    public IServiceAccountTokens? Tokens { get; init; }

    /// <summary>Where events go; null writes them to the API.</summary>
    public IEventRecorder? Events { get; init; }

    /// <summary>What the node has to give: cpu, memory, pods, ephemeral-storage.</summary>
    public ValueMap<Quantity> Capacity { get; init; } = ValueMap.Of(
        ("cpu", Quantity.Parse("8")), ("memory", Quantity.Parse("16Gi")), ("pods", Quantity.Parse("110")), ("ephemeral-storage", Quantity.Parse("100Gi")));

    /// <summary>Further labels of the node.</summary>
    public ValueMap<string> Labels { get; init; }

    /// <summary>How often the node's lease is renewed.</summary>
    public TimeSpan LeaseInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the lease lasts.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(40);

    /// <summary>How often the node's status is written though nothing changed.</summary>
    public TimeSpan StatusInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long things wait before they are tried again.</summary>
    public PodPolicy Policy { get; init; } = PodPolicy.Default;

    /// <summary>
    /// Whether startup and readiness probes are first asked sooner than their period says, until they pass; failures in
    /// between do not count.
    /// </summary>
    public bool HurriesFirstProbes { get; init; } = true;

    /// <summary>How long an orderly stop waits for one pod before it goes on to the pod before it.</summary>
    public TimeSpan StopStagger { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>The cluster's name service, as pods are told of it.</summary>
/// <param name="Nameservers">Addresses of its servers.</param>
/// <param name="Domain">The cluster's domain.</param>
public sealed record ClusterDns(IReadOnlyList<string> Nameservers, string Domain = "cluster.local");

/// <summary>Where the API server listens.</summary>
/// <param name="Host">Address.</param>
/// <param name="Port">Port.</param>
public sealed record ApiServerAddress(string Host, int Port);

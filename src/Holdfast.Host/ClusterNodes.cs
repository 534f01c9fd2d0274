using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Client;
using Holdfast.Model.Values;
using Holdfast.Node;
using Holdfast.Node.Events;
using Holdfast.Node.Planning;
using Holdfast.Node.Probes;
using Holdfast.Node.Process;
using Holdfast.Node.Runtime;
using Holdfast.Node.Volumes;
using Holdfast.Platform;

namespace Holdfast.Host;

/// <summary>The node agents of a cluster, each with a runtime, a folder and a block of addresses of its own.</summary>
internal sealed class ClusterNodes(
    EmbeddedClusterOptions options, ClusterFolder folder, AddressPlan addresses, ClusterNetwork network, Task<IsolationTrial?> isolation, ITaskRunner runner,
    TimeProvider time) : IDisposable
{
    private readonly PodNetwork _probes = new(time);
    private ImmutableArray<(NodeAgent Agent, IContainerRuntime Runtime, string Name)> _nodes = [];

    /// <summary>The nodes' names.</summary>
    internal IEnumerable<string> Names => _nodes.Select(node => node.Name);

    /// <summary>Where a node's process runtime keeps what it needs.</summary>
    internal static string RuntimeFolder(string dataFolder, string nodeName) => new NodePaths(dataFolder, nodeName).Runtime;

    /// <summary>Finds out how pods can be kept apart, which takes a few programs' time and none of this process's; null where no node needs to know.</summary>
    internal static async Task<IsolationTrial?> TryIsolationAsync(EmbeddedClusterOptions options, string dataFolder, TimeProvider time, CancellationToken cancellationToken) =>
        options is { Nodes: > 0, Runtime: PodRuntime.Process, MayIsolate: true }
            ? await IsolationTrial.RunAsync(RuntimeFolder(dataFolder, NameOf(0)), time, cancellationToken)
            : null;

    /// <summary>Starts every node; when this ends, all have registered.</summary>
    internal async Task StartAsync(Func<string, ClientEnvironment> environmentOf, Uri server, CancellationToken cancellationToken)
    {
        for (var index = 0; index < options.Nodes; index++)
        {
            var name = NameOf(index);
            var runtime = await RuntimeAsync(name, index, cancellationToken);
            var agent = new NodeAgent(AgentOptions(name, index, runtime, server), environmentOf(name));
            _nodes = _nodes.Add((agent, runtime, name));
        }
        await Task.WhenAll(_nodes.Select(node => node.Agent.StartAsync(cancellationToken)));
    }

    /// <summary>Stops every node, pods first unless they are left running.</summary>
    internal async Task StopAsync(bool leavePods)
    {
        await Task.WhenAll(_nodes.Select(node => node.Agent.StopAsync(leavePods, CancellationToken.None)));
        foreach (var (_, runtime, _) in _nodes)
        {
            await runtime.DisposeAsync();
        }
        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => _probes.Dispose();

    /// <summary>The agent of a node, or null when there is none of that name.</summary>
    internal NodeAgent? Find(string nodeName) => _nodes.FirstOrDefault(node => node.Name == nodeName).Agent;

    private static string NameOf(int index) => string.Create(CultureInfo.InvariantCulture, $"node-{index + 1}");

    private async Task<IContainerRuntime> RuntimeAsync(string name, int index, CancellationToken cancellationToken) =>
        options.Runtime == PodRuntime.Fake
            ? new FakeContainerRuntime(time, addresses.NodePrefix(index))
            : await ProcessRuntimeAsync(name, index, cancellationToken);

    private async Task<IContainerRuntime> ProcessRuntimeAsync(string name, int index, CancellationToken cancellationToken)
    {
        var process = new ProcessRuntimeOptions
        {
            Folder = RuntimeFolder(folder.Path, name),
            AddressPrefix = addresses.NodePrefix(index),
            Images = ClusterImages.Open(folder.Path, options.LedgerStoreFolder, network.Dns),
            MayIsolate = options.MayIsolate,
            Isolation = await isolation,
        };
        var runtime = await ProcessRuntime.OpenAsync(process, time, runner, cancellationToken);
        if (runtime.Info.Limitations.Count == 0 || !Environment.IsPrivilegedProcess)
        {
            return runtime;
        }
        // Without a mount namespace a pod with a user of its own walks the real paths to its volumes and its program.
        await runtime.DisposeAsync();
        folder.LetOthersThrough();
        var images = ClusterImages.Open(folder.Path, folder.Reachable(BuiltInImages.FolderOf(options.LedgerStoreFolder)), network.Dns);
        return await ProcessRuntime.OpenAsync(process with { Images = images, Isolation = null }, time, runner, cancellationToken);
    }

    private NodeAgentOptions AgentOptions(string name, int index, IContainerRuntime runtime, Uri server)
    {
        var agent = new NodeAgentOptions
        {
            Name = name,
            Zone = options.Zones[index % options.Zones.Length],
            DataFolder = folder.Path,
            Runtime = runtime,
            Network = options.Runtime == PodRuntime.Fake ? new SilentPodNetwork() : _probes,
            VolumeFiles = options.Runtime == PodRuntime.Fake ? new NoVolumeFiles() : new DiskVolumeFiles(),
            Dns = network.IsDnsOnStandardPort ? new ClusterDns([network.Dns.Address.ToString()]) : null,
            ApiServer = new ApiServerAddress(server.Host, server.Port),
        };
        return options.Runtime == PodRuntime.Fake ? agent with { Capacity = Plenty, Events = new NoEvents(), Policy = PodPolicy.Default with { RunsProbes = false } } : agent;
    }

    /// <summary>What a node that runs nothing has to give: room for tests of scale.</summary>
    private static ValueMap<Quantity> Plenty => ValueMap.Of(
        ("cpu", Quantity.Parse("100k")), ("memory", Quantity.Parse("1Pi")), ("pods", Quantity.Parse("100k")), ("ephemeral-storage", Quantity.Parse("1Pi")));
}

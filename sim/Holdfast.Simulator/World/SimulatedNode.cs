using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Values;
using Holdfast.Platform;
using Holdfast.Simulator.Options;
using Holdfast.Simulator.Story;
using ClusterNode = Holdfast.Model.Core.Node;

namespace Holdfast.Simulator.World;

/// <summary>What a simulated node works with.</summary>
/// <param name="NodeName">Its name.</param>
/// <param name="Options">How long things take.</param>
/// <param name="Environment">The way to the API server.</param>
/// <param name="Chance">Chooses.</param>
/// <param name="Processes">What runs.</param>
/// <param name="Disks">What is stored.</param>
/// <param name="Story">What is told.</param>
/// <param name="OnMount">Told what a pod found on its volume, by claim.</param>
public sealed record NodeParts(
    string NodeName, SimulationOptions Options, ClientEnvironment Environment, IChance Chance, ProcessTable Processes, VolumeDisks Disks,
    StoryTeller Story, Action<PodProcess, string, VolumeContents?> OnMount)
{
    /// <summary>A client of the node's own.</summary>
    public KubernetesClient Client { get; } = new(Environment.Transport, "kubelet");
}

/// <summary>A node that runs simulated processes for the pods that are bound to it.</summary>
/// <param name="parts">What it works with.</param>
/// <param name="zone">Its zone.</param>
public sealed class SimulatedNode(NodeParts parts, string zone)
{
    private readonly Dictionary<string, PodLife> _lives = new(StringComparer.Ordinal);

    /// <summary>Registers the node and runs what is bound to it.</summary>
    /// <param name="stop">Ends it.</param>
    public async Task RunAsync(CancellationToken stop)
    {
        await RegisterAsync(stop);
        var caches = new SharedCaches(parts.Environment);
        var pods = caches.Get<Pod>(new ListQuery { FieldSelector = $"spec.nodeName={parts.NodeName}" });
        using var subscription = pods.Subscribe(change => Take(change, stop));
        caches.Start(stop);
        await caches.WaitForStopAsync();
    }

    /// <summary>Makes a pod's processes fail, if it runs here and is ready.</summary>
    /// <param name="podUid">The pod's uid.</param>
    public void Fail(string podUid) => _lives.GetValueOrDefault(podUid)?.Fail();

    private void Take(CacheChange<Pod> change, CancellationToken stop)
    {
        if (change.New is not { } pod)
        {
            _lives.GetValueOrDefault(change.Latest.Metadata.Uid)?.End();
            return;
        }
        if (!_lives.TryGetValue(pod.Metadata.Uid, out var life))
        {
            _lives[pod.Metadata.Uid] = life = new PodLife(pod, parts);
            parts.Environment.Runner.Start($"{parts.NodeName} {pod.Metadata.Name}", life.RunAsync, stop);
        }
        life.See(pod);
    }

    private async Task RegisterAsync(CancellationToken stop)
    {
        var room = ValueMap.Of(("cpu", Quantity.Parse("8")), ("memory", Quantity.Parse("16Gi")), ("pods", Quantity.Parse("110")));
        var node = new ClusterNode
        {
            Metadata = new ObjectMeta
            {
                Name = parts.NodeName,
                Labels = ValueMap.Of(("kubernetes.io/hostname", parts.NodeName), ("topology.kubernetes.io/zone", zone)),
            },
            Status = new NodeStatus { Capacity = room, Allocatable = room },
        };
        while (true)
        {
            try
            {
                await parts.Client.CreateAsync(node, stop);
                return;
            }
            catch (ApiException error) when (error.IsAlreadyExists)
            {
                return;
            }
            catch (ApiException error) when (error.IsRetriable)
            {
                await parts.Environment.Time.DelayAsync(TimeSpan.FromMilliseconds(100), stop);
            }
        }
    }
}

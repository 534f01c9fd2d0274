using Holdfast.Node.Process;
using Holdfast.Node.Process.Images;
using Holdfast.Node.Runtime;
using Holdfast.Platform;

namespace Holdfast.Host;

/// <summary>Ends the pods that a cluster has left running in a data folder, or on one of its nodes.</summary>
internal static class LeftoverPods
{
    internal static async Task EndAsync(string dataFolder, CancellationToken cancellationToken)
    {
        var nodes = new DirectoryInfo(Path.Combine(dataFolder, "nodes"));
        foreach (var node in nodes.Exists ? nodes.EnumerateDirectories() : [])
        {
            await EndOnNodeAsync(dataFolder, node.Name, TimeSpan.Zero, cancellationToken);
        }
    }

    /// <summary>Ends those of one node; when this ends, none of its processes runs.</summary>
    internal static async Task EndOnNodeAsync(string dataFolder, string nodeName, TimeSpan grace, CancellationToken cancellationToken)
    {
        var options = new ProcessRuntimeOptions
        {
            Folder = ClusterNodes.RuntimeFolder(dataFolder, nodeName),
            Images = new LocalImageStore(Path.Combine(dataFolder, "images"), []),
        };
        if (!Directory.Exists(options.Folder))
        {
            return;
        }
        await using var runtime = await ProcessRuntime.OpenAsync(options, TimeProvider.System, new ThreadPoolTaskRunner(_ => { }), cancellationToken);
        foreach (var pod in await runtime.ListAsync(cancellationToken))
        {
            foreach (var container in pod.Containers.Where(container => container.State != ContainerState.Exited))
            {
                await runtime.StopContainerAsync(container.Id, grace, cancellationToken);
            }
            await runtime.RemoveSandboxAsync(pod.Sandbox.Uid, cancellationToken);
        }
    }
}

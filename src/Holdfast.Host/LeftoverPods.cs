using Holdfast.Node.Process;
using Holdfast.Node.Process.Images;
using Holdfast.Node.Runtime;
using Holdfast.Platform;

namespace Holdfast.Host;

/// <summary>Ends the pods that a cluster has left running in a data folder, before the folder is emptied.</summary>
internal static class LeftoverPods
{
    internal static async Task EndAsync(string dataFolder, CancellationToken cancellationToken)
    {
        var nodes = new DirectoryInfo(Path.Combine(dataFolder, "nodes"));
        foreach (var node in nodes.Exists ? nodes.EnumerateDirectories() : [])
        {
            await EndOnNodeAsync(dataFolder, node, cancellationToken);
        }
    }

    private static async Task EndOnNodeAsync(string dataFolder, DirectoryInfo node, CancellationToken cancellationToken)
    {
        var options = new ProcessRuntimeOptions
        {
            Folder = ClusterNodes.RuntimeFolder(dataFolder, node.Name),
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
                await runtime.StopContainerAsync(container.Id, TimeSpan.Zero, cancellationToken);
            }
            await runtime.RemoveSandboxAsync(pod.Sandbox.Uid, cancellationToken);
        }
    }
}

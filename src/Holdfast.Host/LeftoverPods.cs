using Holdfast.Node.Process;
using Holdfast.Node.Process.Images;
using Holdfast.Node.Runtime;
using Holdfast.Platform;
using Holdfast.Store;

namespace Holdfast.Host;

/// <summary>Ends the pods that a cluster has left running in a data folder: it was killed, or asked to leave them.</summary>
public static class LeftoverPods
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    /// <summary>Gives the pods of a cluster that does not run their time to end, all at once.</summary>
    /// <param name="dataFolder">The cluster's data folder; it need not exist.</param>
    /// <param name="cancellationToken">Ends the wait; pods that run then go on.</param>
    /// <returns>How many pods with a running container there were.</returns>
    /// <exception cref="DataFolderInUseException">A process holds the folder.</exception>
    public static async Task<int> EndAllAsync(string dataFolder, CancellationToken cancellationToken)
    {
        if (!File.Exists(Path.Combine(dataFolder, ClusterFolder.StoreFile)))
        {
            return 0;
        }
        using var hold = DataFolder.Acquire(dataFolder, "holdfast down");
        return await EndAsync(dataFolder, Grace, cancellationToken);
    }

    /// <summary>As <see cref="EndAllAsync"/>, for a folder that this process holds already.</summary>
    internal static async Task<int> EndAsync(string dataFolder, TimeSpan grace, CancellationToken cancellationToken)
    {
        var nodes = new DirectoryInfo(Path.Combine(dataFolder, "nodes"));
        var ended = await Task.WhenAll((nodes.Exists ? nodes.EnumerateDirectories() : []).Select(node => EndOnNodeAsync(dataFolder, node, grace, cancellationToken)));
        return ended.Sum();
    }

    private static async Task<int> EndOnNodeAsync(string dataFolder, DirectoryInfo node, TimeSpan grace, CancellationToken cancellationToken)
    {
        var options = new ProcessRuntimeOptions
        {
            Folder = ClusterNodes.RuntimeFolder(dataFolder, node.Name),
            Images = new LocalImageStore(Path.Combine(dataFolder, "images"), []),
        };
        if (!Directory.Exists(options.Folder))
        {
            return 0;
        }
        await using var runtime = await ProcessRuntime.OpenAsync(options, TimeProvider.System, new ThreadPoolTaskRunner(_ => { }), cancellationToken);
        var pods = await runtime.ListAsync(cancellationToken);
        await Task.WhenAll(pods.SelectMany(RunningContainers).Select(container => runtime.StopContainerAsync(container.Id, grace, cancellationToken)));
        foreach (var pod in pods)
        {
            await runtime.RemoveSandboxAsync(pod.Sandbox.Uid, cancellationToken);
        }
        return pods.Count(pod => RunningContainers(pod).Any());
    }

    private static IEnumerable<ContainerStatus> RunningContainers(PodRuntimeStatus pod) => pod.Containers.Where(container => container.State != ContainerState.Exited);
}

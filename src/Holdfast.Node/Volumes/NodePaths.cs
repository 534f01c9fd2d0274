namespace Holdfast.Node.Volumes;

/// <summary>Where things of one node are under the cluster's data folder.</summary>
/// <param name="dataFolder">The cluster's data folder.</param>
/// <param name="node">Name of the node.</param>
public sealed class NodePaths(string dataFolder, string node)
{
    /// <summary>The folder of all pods of the node.</summary>
    public string Pods { get; } = Path.Combine(Path.GetFullPath(dataFolder), "nodes", node, "pods");

    /// <summary>A folder for the node's runtime to keep its own things in, apart from the pods' folders.</summary>
    public string Runtime { get; } = Path.Combine(Path.GetFullPath(dataFolder), "nodes", node, "runtime");

    /// <summary>The folder that the volumes of claims are in, of all nodes.</summary>
    public string ClaimVolumes { get; } = Path.Combine(Path.GetFullPath(dataFolder), "volumes");

    /// <summary>The folder of a pod.</summary>
    /// <param name="uid">The pod's uid.</param>
    public string Pod(string uid) => Path.Combine(Pods, uid);

    /// <summary>The folder of a pod's logs: <c>CONTAINER/ATTEMPT.log</c>.</summary>
    /// <param name="uid">The pod's uid.</param>
    public string Logs(string uid) => Path.Combine(Pods, uid, "logs");

    /// <summary>The folder of a pod's own volumes, which go with it.</summary>
    /// <param name="uid">The pod's uid.</param>
    public string Volumes(string uid) => Path.Combine(Pods, uid, "volumes");

    /// <summary>The folder of one of them.</summary>
    /// <param name="uid">The pod's uid.</param>
    /// <param name="volume">The volume's name.</param>
    public string Volume(string uid, string volume) => Path.Combine(Volumes(uid), volume);
}

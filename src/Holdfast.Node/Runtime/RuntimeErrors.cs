namespace Holdfast.Node.Runtime;

/// <summary>The failures that every runtime has, worded once.</summary>
public static class RuntimeErrors
{
    /// <summary>The pod has no sandbox.</summary>
    public static RuntimeException NoSandbox(string podUid) => new(
        RuntimeErrorKind.NotFound, $"pod {podUid}", "it has no sandbox on this node", "Make the sandbox first");

    /// <summary>The container is not known.</summary>
    public static RuntimeException NoContainer(ContainerId id) => new(
        RuntimeErrorKind.NotFound, $"container {id}", "it is not known on this node", "List the containers and use one of them");

    /// <summary>The container has ended, or has not begun.</summary>
    public static RuntimeException NotRunning(ContainerId id) => new(
        RuntimeErrorKind.Conflict, $"container {id}", "it is not running", "Wait until it runs, or use its next attempt");

    /// <summary>It must end before this can be done.</summary>
    public static RuntimeException StillRunning(ContainerId id) => new(
        RuntimeErrorKind.Conflict, $"container {id}", "it still runs and was expected to have ended", "Stop it first");

    /// <summary>A pod of the same name, with another uid, has running containers (S1).</summary>
    public static RuntimeException NameInUse(PodSandboxSpec spec, string otherUid)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return new RuntimeException(
            RuntimeErrorKind.Conflict,
            $"pod {spec.Namespace}/{spec.Name} ({spec.Uid})",
            $"an earlier pod of this name ({otherUid}) still has running containers",
            "Stop its containers and try again");
    }

    /// <summary>The attempt exists, or another attempt of the same container runs (S1).</summary>
    public static RuntimeException AttemptInTheWay(ContainerId wanted, ContainerId other) => new(
        RuntimeErrorKind.Conflict,
        $"container {wanted}",
        wanted == other ? "this attempt was used before" : $"attempt {other.Attempt} still runs",
        wanted == other ? "Start it under the next attempt number" : "Stop that attempt first");

    /// <summary>Every address of the node's network is in use.</summary>
    public static RuntimeException NoAddress(string network) => new(
        RuntimeErrorKind.Exhausted, $"network {network}", "every address is in use by a pod", "Delete pods on this node");
}

using Holdfast.Node.Runtime;

namespace Holdfast.Node.Planning;

/// <summary>Something to do for a pod.</summary>
/// <param name="Reason">Why, in words.</param>
public abstract record PodEffect(string Reason)
{
    /// <summary>Make the pod's volumes ready.</summary>
    /// <param name="Reason">Why, in words.</param>
    public sealed record MountVolumes(string Reason) : PodEffect(Reason);

    /// <summary>Write ConfigMaps, Secrets and tokens anew where they changed.</summary>
    /// <param name="Reason">Why, in words.</param>
    public sealed record RefreshVolumes(string Reason) : PodEffect(Reason);

    /// <summary>Make the sandbox.</summary>
    /// <param name="Reason">Why, in words.</param>
    public sealed record EnsureSandbox(string Reason) : PodEffect(Reason);

    /// <summary>Start an attempt of a container.</summary>
    /// <param name="Container">The container.</param>
    /// <param name="Attempt">The attempt's number.</param>
    /// <param name="Reason">Why, in words.</param>
    public sealed record StartContainer(PodContainer Container, int Attempt, string Reason) : PodEffect(Reason);

    /// <summary>Run a container's postStart hook; its end comes back later.</summary>
    /// <param name="Container">The container.</param>
    /// <param name="Id">The attempt.</param>
    /// <param name="Reason">Why, in words.</param>
    public sealed record RunPostStart(PodContainer Container, ContainerId Id, string Reason) : PodEffect(Reason);

    /// <summary>Run the preStop hook and stop the container; its end comes back later. Given again with a shorter grace, that one counts.</summary>
    /// <param name="Container">The container; null when the pod's spec is not known any more.</param>
    /// <param name="Id">The attempt.</param>
    /// <param name="Grace">How long all of it may take before the container is killed.</param>
    /// <param name="Reason">Why, as the event says it.</param>
    public sealed record StopContainer(PodContainer? Container, ContainerId Id, TimeSpan Grace, string Reason) : PodEffect(Reason);

    /// <summary>Forget the sandbox, whose containers have all ended, and let go of the volumes.</summary>
    /// <param name="Reason">Why, in words.</param>
    public sealed record Release(string Reason) : PodEffect(Reason);

    /// <summary>Remove the pod's object, after its last status was written.</summary>
    /// <param name="Reason">Why, in words.</param>
    public sealed record DeleteObject(string Reason) : PodEffect(Reason);
}

/// <summary>What to do for a pod now, and what to say of it.</summary>
/// <param name="Effects">What to do, in order.</param>
/// <param name="Status">The status to write.</param>
/// <param name="WakeAt">When to plan again though nothing happened; null for never.</param>
public sealed record PodPlan(IReadOnlyList<PodEffect> Effects, Core.PodStatus Status, DateTimeOffset? WakeAt)
{
    /// <summary>Whether the pod ends.</summary>
    public bool IsEnding { get; init; }

    /// <summary>Whether nothing of the pod is left on the node and nothing more is to be done for it.</summary>
    public bool IsOver { get; init; }
}

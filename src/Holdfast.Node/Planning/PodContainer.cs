namespace Holdfast.Node.Planning;

/// <summary>What a container is to its pod.</summary>
public enum ContainerRole
{
    /// <summary>Runs to its end before what comes after it starts.</summary>
    Init,

    /// <summary>An init container that goes on running beside the main ones (restartPolicy Always).</summary>
    Sidecar,

    /// <summary>One of the containers that the pod is for.</summary>
    Main,

    /// <summary>Added while the pod runs, to look into it: it starts once, whatever the others do, and the pod does not depend on it.</summary>
    Ephemeral,
}

/// <summary>A container of a pod with its role.</summary>
/// <param name="Spec">As the pod's spec has it.</param>
/// <param name="Role">What it is to the pod.</param>
public sealed record PodContainer(Core.Container Spec, ContainerRole Role)
{
    /// <summary>Its name.</summary>
    public string Name => Spec.Name;

    /// <summary>All containers that a pod is made with, in the order in which they start.</summary>
    /// <param name="pod">The pod.</param>
    public static IEnumerable<PodContainer> Of(Core.Pod pod)
    {
        foreach (var container in InitOf(pod))
            yield return container;
        foreach (var container in (IEnumerable<Core.Container>)pod.Spec.Containers)
            yield return new PodContainer(container, ContainerRole.Main);
    }

    /// <summary>The init containers of a pod, sidecars among them, in order.</summary>
    /// <param name="pod">The pod.</param>
    public static IEnumerable<PodContainer> InitOf(Core.Pod pod)
    {
        foreach (var container in (IEnumerable<Core.Container>)pod.Spec.InitContainers)
            yield return new PodContainer(container, container.RestartPolicy == "Always" ? ContainerRole.Sidecar : ContainerRole.Init);
    }

    /// <summary>The containers that were added to a pod, in the order in which they were.</summary>
    /// <param name="pod">The pod.</param>
    public static IEnumerable<PodContainer> AddedTo(Core.Pod pod)
    {
        foreach (var container in (IEnumerable<Core.EphemeralContainer>)pod.Spec.EphemeralContainers)
            yield return new PodContainer(Core.EphemeralContainers.AsContainer(container), ContainerRole.Ephemeral);
    }

    /// <summary>A container of a pod by its name, or null.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="name">The name.</param>
    public static PodContainer? Find(Core.Pod pod, string name) => Of(pod).Concat(AddedTo(pod)).FirstOrDefault(container => container.Name == name);
}

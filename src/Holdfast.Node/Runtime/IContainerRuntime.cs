namespace Holdfast.Node.Runtime;

/// <summary>
/// What runs containers on one node. The node agent decides, a runtime does: it keeps pod sandboxes and containers,
/// and knows them again after a crash of Holdfast.
/// </summary>
/// <remarks>
/// <para>Guarantees every implementation gives (the conformance kit checks them):</para>
/// <list type="bullet">
/// <item>An exit is reported only after every process of the container has ended (S2).</item>
/// <item>At most one attempt of a container runs, and at most one sandbox per namespace and pod name has running
/// containers (S1).</item>
/// <item>Containers outlive <see cref="IAsyncDisposable.DisposeAsync"/>: it lets go of them and ends none.</item>
/// <item>Every failure is a <see cref="RuntimeException"/>; a cancelled call throws
/// <see cref="OperationCanceledException"/> and may be repeated.</item>
/// </list>
/// <para>The shape follows the Container Runtime Interface of Kubernetes: sandbox first, then containers in it.</para>
/// </remarks>
public interface IContainerRuntime : IAsyncDisposable
{
    /// <summary>What this runtime is and what it can do on this machine.</summary>
    RuntimeInfo Info { get; }

    /// <summary>The images this runtime can start.</summary>
    IImageStore Images { get; }

    /// <summary>Makes the pod's sandbox, or returns the one that exists for this uid, unchanged.</summary>
    /// <exception cref="RuntimeException">The address is taken, none is free, or another pod of this name still runs.</exception>
    Task<PodSandbox> EnsureSandboxAsync(PodSandboxSpec spec, CancellationToken cancellationToken);

    /// <summary>Starts one attempt of a container in its pod's sandbox; returns once its program runs.</summary>
    /// <exception cref="ContainerStartException">The program could not be started. The attempt is used up and listed as
    /// exited.</exception>
    /// <exception cref="RuntimeException">There is no sandbox, the attempt exists, or an earlier one still runs.</exception>
    Task<ContainerStatus> StartContainerAsync(ContainerSpec spec, CancellationToken cancellationToken);

    /// <summary>Sends a signal (by its Linux number) to the container's main process; nothing happens if it has ended.</summary>
    Task SignalAsync(ContainerId id, int signal, CancellationToken cancellationToken);

    /// <summary>
    /// Asks the main process to end (SIGTERM), and after <paramref name="grace"/> kills the container with everything
    /// it forked. Returns when all of it is gone. A later call with a shorter grace wins over an earlier one.
    /// </summary>
    /// <exception cref="RuntimeException">Kind <see cref="RuntimeErrorKind.StillAlive"/>: the kernel has not let go of a
    /// process; call again.</exception>
    Task<ContainerStatus> StopContainerAsync(ContainerId id, TimeSpan grace, CancellationToken cancellationToken);

    /// <summary>Waits until the container has ended, and all it forked with it; at once if it has.</summary>
    Task<ContainerStatus> WaitExitAsync(ContainerId id, CancellationToken cancellationToken);

    /// <summary>Forgets an ended container and its files, except its log.</summary>
    Task RemoveContainerAsync(ContainerId id, CancellationToken cancellationToken);

    /// <summary>Forgets a pod whose containers have all ended, and frees its address. Nothing happens if it is unknown.</summary>
    /// <exception cref="RuntimeException">A container of the pod still runs.</exception>
    Task RemoveSandboxAsync(string podUid, CancellationToken cancellationToken);

    /// <summary>Every pod and container this runtime knows, those of an earlier life included.</summary>
    Task<IReadOnlyList<PodRuntimeStatus>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Runs a command inside a running container, as its user and in its namespaces.</summary>
    /// <exception cref="RuntimeException">The container is not running, or the command could not be brought into it.</exception>
    Task<ExecResult> ExecAsync(ExecRequest request, CancellationToken cancellationToken);

    /// <summary>Joins a running container's input and terminal until the container has ended.</summary>
    /// <exception cref="RuntimeException">The container is not running, or was started without what is to be joined.</exception>
    Task AttachAsync(AttachRequest request, CancellationToken cancellationToken);
}

using Holdfast.Node.Runtime;
using Holdfast.Platform;

namespace Holdfast.Simulator.World;

/// <summary>One attempt of a container on a machine, with the processes behind it.</summary>
/// <param name="spec">How it was to be started.</param>
/// <param name="status">Its first status.</param>
internal sealed class MachineContainer(ContainerSpec spec, ContainerStatus status)
{
    public ContainerSpec Spec => spec;

    public ContainerStatus Status { get; set; } = status;

    /// <summary>The processes; null before they run.</summary>
    public PodProcess? Process { get; set; }

    /// <summary>Whether it was asked to end.</summary>
    public bool IsAsked { get; set; }

    /// <summary>Whether it lets nobody ask it.</summary>
    public bool IsStubborn { get; init; }

    /// <summary>How long it takes to end when asked.</summary>
    public TimeSpan StopTime { get; init; }

    public TaskCompletionSource<ContainerStatus> Started { get; } = Completions.Source<ContainerStatus>();

    public TaskCompletionSource<ContainerStatus> Ended { get; } = Completions.Source<ContainerStatus>();

    public bool HasExited => Status.State == ContainerState.Exited;
}

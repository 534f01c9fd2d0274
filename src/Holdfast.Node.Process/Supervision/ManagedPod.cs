using Holdfast.Node.Runtime;

namespace Holdfast.Node.Process.Supervision;

/// <summary>A sandbox and its containers.</summary>
/// <param name="folder">Its files.</param>
/// <param name="record">What is kept of it.</param>
internal sealed class ManagedPod(PodFolder folder, SandboxRecord record)
{
    public PodFolder Folder { get; } = folder;

    public SandboxRecord Record { get; } = record;

    public Dictionary<ContainerId, ManagedContainer> Containers { get; } = [];

    public bool HasRunning => Containers.Values.Any(container => !container.HasEnded);
}

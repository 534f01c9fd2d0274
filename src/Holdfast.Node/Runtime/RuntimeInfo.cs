namespace Holdfast.Node.Runtime;

/// <summary>What a runtime is and what it can do on this machine, found by trying.</summary>
public sealed record RuntimeInfo
{
    /// <summary>Short name, the scheme of container ids in a pod's status: <c>process</c>, <c>fake</c>, <c>containerd</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Version of the runtime, as it appears in the node's status.</summary>
    public required string Version { get; init; }

    /// <summary>What a pod here goes without; empty when nothing is missing.</summary>
    public IReadOnlyList<RuntimeLimitation> Limitations { get; init; } = [];
}

/// <summary>Something that this machine does not allow, for an event on the pods it concerns.</summary>
/// <param name="Reason">CamelCase word for the event, such as <c>VolumesNotMounted</c>.</param>
/// <param name="Message">What is missing, what is done instead, and what would change it.</param>
public sealed record RuntimeLimitation(string Reason, string Message);

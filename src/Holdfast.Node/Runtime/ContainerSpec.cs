namespace Holdfast.Node.Runtime;

/// <summary>Everything a runtime needs to start one attempt of a container.</summary>
public sealed record ContainerSpec
{
    /// <summary>Which attempt of which container this is.</summary>
    public required ContainerId Id { get; init; }

    /// <summary>The image, as <see cref="IImageStore.ResolveAsync"/> gave it.</summary>
    public required ImageEntry Image { get; init; }

    /// <summary>Replaces the image's entry point, and its arguments with it; null keeps them.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>Replaces the image's arguments; null keeps them unless <see cref="Command"/> is set.</summary>
    public IReadOnlyList<string>? Arguments { get; init; }

    /// <summary>Absolute path to start in; null for the image's own.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Variables with their final values; they win over the image's and the runtime's.</summary>
    public IReadOnlyList<EnvironmentVariable> Environment { get; init; } = [];

    /// <summary>Volumes to show inside the container.</summary>
    public IReadOnlyList<ContainerMount> Mounts { get; init; } = [];

    /// <summary>User and groups to run as.</summary>
    public ContainerIdentity Identity { get; init; } = new();

    /// <summary>Log file, relative to the sandbox's log directory: <c>app/0.log</c>.</summary>
    public required string LogFile { get; init; }

    /// <summary>Whether it has an input that can be joined; without, it reads nothing.</summary>
    public bool HasInput { get; init; }

    /// <summary>Whether its input and output are a terminal.</summary>
    public bool HasTerminal { get; init; }

    /// <summary>Path inside the container of the file that may hold a last message.</summary>
    public string TerminationMessagePath { get; init; } = "/dev/termination-log";
}

/// <summary>A variable of a container's environment.</summary>
/// <param name="Name">Name, without <c>=</c>.</param>
/// <param name="Value">Final value, nothing in it is expanded.</param>
public sealed record EnvironmentVariable(string Name, string Value);

/// <summary>A host path shown inside a container.</summary>
public sealed record ContainerMount
{
    /// <summary>Name of the pod's volume.</summary>
    public required string Volume { get; init; }

    /// <summary>Absolute host path of a folder or file that exists (a subPath is already part of it).</summary>
    public required string HostPath { get; init; }

    /// <summary>Absolute path inside the container, without <c>..</c>.</summary>
    public required string ContainerPath { get; init; }

    /// <summary>Whether writes are refused.</summary>
    public bool IsReadOnly { get; init; }
}

/// <summary>Whom a container's processes run as. The owner of a volume's files is set by whoever makes the volume.</summary>
public sealed record ContainerIdentity
{
    /// <summary>User number; null leaves the runtime's own.</summary>
    public long? User { get; init; }

    /// <summary>Group number; null for the same number as the user, or the runtime's own.</summary>
    public long? Group { get; init; }

    /// <summary>Further groups; the pod's fsGroup belongs here too.</summary>
    public IReadOnlyList<long> SupplementalGroups { get; init; } = [];
}

namespace Holdfast.Node.Runtime;

/// <summary>Where an attempt of a container is in its life; it only moves forward.</summary>
public enum ContainerState
{
    /// <summary>Being started; its program does not run yet.</summary>
    Starting,

    /// <summary>Its program runs.</summary>
    Running,

    /// <summary>Its program and all it forked have ended.</summary>
    Exited,
}

/// <summary>What a runtime knows of one attempt of a container.</summary>
public sealed record ContainerStatus
{
    /// <summary>Which attempt of which container.</summary>
    public required ContainerId Id { get; init; }

    /// <summary>Reference of the image it was started from.</summary>
    public required string Image { get; init; }

    /// <summary>Where it is in its life.</summary>
    public required ContainerState State { get; init; }

    /// <summary>When it was asked to start.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its program began, once it has.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>How it ended, once it has.</summary>
    public ContainerExit? Exit { get; init; }

    /// <summary>Absolute host path of its log, in CRI format; older parts are beside it as <c>.1</c> (newest), <c>.2</c> …</summary>
    public required string LogPath { get; init; }
}

/// <summary>How a container ended.</summary>
public sealed record ContainerExit
{
    /// <summary>Exit code; 128 + n after signal n; 126 to 128 when it could not be started.</summary>
    public required int Code { get; init; }

    /// <summary>The signal that ended it, read from the code as a shell would; null for none.</summary>
    public int? Signal { get; init; }

    /// <summary>Word for the pod's status, one of <see cref="ContainerExitReason"/>.</summary>
    public required string Reason { get; init; }

    /// <summary>The program's last message, or what is known of a failed start; null when nothing is.</summary>
    public string? Message { get; init; }

    /// <summary>When it ended, or when that was noticed.</summary>
    public required DateTimeOffset FinishedAt { get; init; }

    /// <summary>Whether the kernel killed it for want of memory; runtimes without a memory limit say false.</summary>
    public bool IsOutOfMemory { get; init; }
}

/// <summary>The words for how a container ended, as Kubernetes writes them in a pod's status.</summary>
public static class ContainerExitReason
{
    /// <summary>It ended with code 0.</summary>
    public const string Completed = "Completed";

    /// <summary>It ended with another code.</summary>
    public const string Error = "Error";

    /// <summary>Its program could not be started.</summary>
    public const string StartError = "StartError";

    /// <summary>It ended while nobody kept its exit code, by a reboot for example; the code is 137.</summary>
    public const string ContainerStatusUnknown = "ContainerStatusUnknown";
}

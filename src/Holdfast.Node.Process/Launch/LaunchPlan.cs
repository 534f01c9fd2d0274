using Holdfast.Node.Process.Isolation;
using Holdfast.Node.Runtime;

namespace Holdfast.Node.Process.Launch;

/// <summary>Everything that decides how one container's program is run; what the scripts are written from.</summary>
internal sealed record LaunchPlan
{
    public required IsolationMode Mode { get; init; }

    /// <summary>The user and group this process acts as.</summary>
    public required (long User, long Group) Own { get; init; }

    public required ContainerIdentity Identity { get; init; }

    public required string Hostname { get; init; }

    /// <summary>Mounts in order of the request; empty without isolation.</summary>
    public required MountPlan Mounts { get; init; }

    public required IReadOnlyList<EnvironmentVariable> Environment { get; init; }

    public required IReadOnlyList<string> Command { get; init; }

    public required string WorkingDirectory { get; init; }

    /// <summary>Whether its input is a pipe that stays open until somebody ends it.</summary>
    public bool HasInput { get; init; }

    /// <summary>The path of the program that gives it a terminal; null when it has none.</summary>
    public string? TerminalProgram { get; init; }

    /// <summary>The entry of the environment that tells the container's processes.</summary>
    public string MarkerEntry { get; init; } = "";
}

using System.Threading.Channels;
using Holdfast.Platform;

namespace Holdfast.Node.Runtime;

/// <summary>A command to run inside a running container.</summary>
public sealed record ExecRequest
{
    /// <summary>The container.</summary>
    public required ContainerId Id { get; init; }

    /// <summary>Program and arguments; no shell unless it names one.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>What it reads; null for nothing. Not disposed by the runtime.</summary>
    public Stream? StandardInput { get; init; }

    /// <summary>Where its output goes; null drops it. Not disposed by the runtime.</summary>
    public Stream? StandardOutput { get; init; }

    /// <summary>Where its error output goes; null drops it. Not disposed by the runtime.</summary>
    public Stream? StandardError { get; init; }

    /// <summary>The sizes that its terminal is to have, one after the other; null when it is to have none. With a terminal, error output is part of the output.</summary>
    public ChannelReader<TerminalSize>? Sizes { get; init; }

    /// <summary>How long it may take; then it is killed with everything it forked. Null for no limit.</summary>
    public TimeSpan? Timeout { get; init; }
}

/// <summary>How a command inside a container ended.</summary>
/// <param name="ExitCode">Its exit code: 126 when it may not be executed, 127 when it is not there, 128 + n after signal n.</param>
/// <param name="HasTimedOut">Whether it was killed because its time was up; the code is then 137.</param>
public sealed record ExecResult(int ExitCode, bool HasTimedOut);

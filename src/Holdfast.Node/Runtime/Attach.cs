using System.Threading.Channels;
using Holdfast.Platform;

namespace Holdfast.Node.Runtime;

/// <summary>How to join a running container's own input and terminal.</summary>
public sealed record AttachRequest
{
    /// <summary>The container.</summary>
    public required ContainerId Id { get; init; }

    /// <summary>What is passed to its input; null for nothing. Not disposed by the runtime.</summary>
    public Stream? StandardInput { get; init; }

    /// <summary>Whether the container's input ends with <see cref="StandardInput"/>.</summary>
    public bool EndsInput { get; init; }

    /// <summary>Where its terminal's output goes from now on; null when it has no terminal, or nobody looks. Not disposed by the runtime.</summary>
    public Stream? TerminalOutput { get; init; }

    /// <summary>The sizes that its terminal is to have, one after the other; null to leave it.</summary>
    public ChannelReader<TerminalSize>? Sizes { get; init; }
}

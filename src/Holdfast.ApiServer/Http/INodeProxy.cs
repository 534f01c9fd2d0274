using Holdfast.ApiServer.Http.Streaming;
using Holdfast.Model.Core;

namespace Holdfast.ApiServer.Http;

/// <summary>How the API server reaches the agent of a pod's node, for what only that has: logs, and streams into containers.</summary>
public interface INodeProxy
{
    /// <summary>Opens a container's log.</summary>
    /// <param name="pod">The pod; it has a node.</param>
    /// <param name="options">Which container and which part.</param>
    /// <param name="cancellationToken">Ends the reading, also while following.</param>
    /// <returns>The text, to be disposed by the caller; it ends when the log does, or with <see cref="PodLogOptions.Follow"/> when the container does.</returns>
    /// <exception cref="Client.ApiException">There is no such log, or the node cannot be reached; in words fit for a user.</exception>
    Task<Stream> OpenLogAsync(Pod pod, PodLogOptions options, CancellationToken cancellationToken);

    /// <summary>Gets ready to run a command in a running container.</summary>
    /// <param name="pod">The pod; it has a node.</param>
    /// <param name="container">The container's name.</param>
    /// <param name="command">Program and arguments.</param>
    /// <exception cref="Client.ApiException">The container does not run, or the node cannot be reached; in words fit for a user.</exception>
    IPodCommand PrepareExec(Pod pod, string container, IReadOnlyList<string> command);

    /// <summary>Gets ready to join the streams of what a container runs.</summary>
    /// <param name="pod">The pod; it has a node.</param>
    /// <param name="container">The container's name.</param>
    /// <exception cref="Client.ApiException">The container does not run, or the node cannot be reached; in words fit for a user.</exception>
    IPodCommand PrepareAttach(Pod pod, string container);

    /// <summary>Connects to a port of a pod.</summary>
    /// <param name="pod">The pod; it has a node.</param>
    /// <param name="port">The port, 1 to 65535.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The connection, to be disposed by the caller.</returns>
    /// <exception cref="Client.ApiException">Nothing answers there; in words fit for a user.</exception>
    Task<Stream> ConnectAsync(Pod pod, int port, CancellationToken cancellationToken);
}

/// <summary>Which part of a container's log is asked for.</summary>
/// <param name="Container">The container's name.</param>
public sealed record PodLogOptions(string Container)
{
    /// <summary>Whether to go on with what is still to come.</summary>
    public bool Follow { get; init; }

    /// <summary>Whether the log of the run before the last restart is meant.</summary>
    public bool Previous { get; init; }

    /// <summary>At most so many lines from the end; null for all.</summary>
    public long? TailLines { get; init; }

    /// <summary>At most so many bytes; null for all.</summary>
    public long? LimitBytes { get; init; }

    /// <summary>Only lines of the last so many seconds; null for all.</summary>
    public long? SinceSeconds { get; init; }

    /// <summary>Only lines since this time; null for all.</summary>
    public DateTimeOffset? SinceTime { get; init; }

    /// <summary>Only lines of this stream, <c>stdout</c> or <c>stderr</c>; empty for both.</summary>
    public string Stream { get; init; } = "";

    /// <summary>Whether each line begins with its time.</summary>
    public bool Timestamps { get; init; }
}

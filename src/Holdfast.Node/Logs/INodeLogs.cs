namespace Holdfast.Node.Logs;

/// <summary>Reads the logs of a node's containers.</summary>
public interface INodeLogs
{
    /// <summary>Opens a container's log as plain text.</summary>
    /// <param name="request">Which container and which part.</param>
    /// <param name="cancellationToken">Ends the reading, also while following.</param>
    /// <returns>The text, to be disposed by the caller; it ends when the log does, or when following, with the container.</returns>
    /// <exception cref="NodeLogException">There is no such log.</exception>
    Task<Stream> OpenAsync(NodeLogRequest request, CancellationToken cancellationToken);
}

/// <summary>Which part of a container's log is asked for.</summary>
/// <param name="PodUid">The pod's uid.</param>
/// <param name="Container">The container's name.</param>
public sealed record NodeLogRequest(string PodUid, string Container)
{
    /// <summary>Whether to go on with what is still to come.</summary>
    public bool Follow { get; init; }

    /// <summary>Whether the log of the attempt before the newest is meant.</summary>
    public bool Previous { get; init; }

    /// <summary>At most so many lines from the end; null for all.</summary>
    public long? TailLines { get; init; }

    /// <summary>At most so many bytes; null for all.</summary>
    public long? LimitBytes { get; init; }

    /// <summary>Only lines since this time; null for all.</summary>
    public DateTimeOffset? SinceTime { get; init; }

    /// <summary>Whether only what is written from now on is meant.</summary>
    public bool FromNow { get; init; }

    /// <summary>Only lines of this stream, <c>stdout</c> or <c>stderr</c>; empty for both.</summary>
    public string Stream { get; init; } = "";

    /// <summary>Whether each line begins with its time.</summary>
    public bool Timestamps { get; init; }
}

/// <summary>There is no such log.</summary>
/// <param name="message">What is missing, in words fit for a user.</param>
public sealed class NodeLogException(string message) : Exception(message);

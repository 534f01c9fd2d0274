using System.Threading.Channels;
using Holdfast.Platform;

namespace Holdfast.ApiServer.Http.Streaming;

/// <summary>Something that is about to run in a container, or runs there already and is joined.</summary>
public interface IPodCommand
{
    /// <summary>Runs it to its end.</summary>
    /// <param name="streams">Its streams.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Its exit code.</returns>
    /// <exception cref="Client.ApiException">It could not be run; in words fit for a user.</exception>
    Task<int> RunAsync(CommandStreams streams, CancellationToken cancellationToken);
}

/// <summary>The streams of a command; they stay the caller's.</summary>
/// <param name="Input">What it reads; null for nothing.</param>
/// <param name="Output">Where its output goes; null drops it.</param>
/// <param name="Errors">Where its error output goes; null drops it.</param>
public sealed record CommandStreams(Stream? Input, Stream? Output, Stream? Errors)
{
    /// <summary>The sizes that its terminal is to have, one after the other; null when it is to have no terminal.</summary>
    public ChannelReader<TerminalSize>? Sizes { get; init; }
}

using System.Text.Json;
using System.Threading.Channels;
using Holdfast.Model.Json;
using Holdfast.Model.Meta;
using Holdfast.Platform;

namespace Holdfast.ApiServer.Http.Streaming;

/// <summary>One client's streams for one command, over whichever protocol it speaks.</summary>
internal abstract class CommandSession : IAsyncDisposable
{
    private const int LongestSize = 256;

    /// <summary>Ends when the client has left.</summary>
    public abstract Task Left { get; }

    /// <summary>The streams, of those that were asked for.</summary>
    public abstract CommandStreams Streams { get; }

    /// <summary>Tells how the command ended.</summary>
    public abstract Task SendOutcomeAsync(Status outcome, CancellationToken cancellationToken);

    /// <summary>Says goodbye, waits a little for the client to do so too, and closes.</summary>
    public abstract ValueTask DisposeAsync();

    /// <summary>Reads sizes of the terminal, as JSON objects with Width and Height, until the stream ends; of those nobody took yet only the newest is kept.</summary>
    /// <param name="source">The stream of the client.</param>
    /// <param name="sizes">Takes the sizes.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    protected static async Task ReadSizesAsync(Stream source, ChannelWriter<TerminalSize> sizes, CancellationToken cancellationToken)
    {
        var text = new byte[LongestSize];
        var length = 0;
        try
        {
            while (await source.ReadAsync(text.AsMemory(length), cancellationToken) is > 0 and var count)
            {
                length += count;
                while (text.AsSpan(0, length).IndexOf((byte)'}') is >= 0 and var end)
                {
                    if (Size(text.AsMemory(0, end + 1)) is { } size)
                        sizes.TryWrite(size);
                    text.AsSpan(end + 1, length - end - 1).CopyTo(text);
                    length -= end + 1;
                }
                // What goes on without an end is no size.
                length = length == LongestSize ? 0 : length;
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // The terminal keeps the size it has.
        }
        sizes.TryComplete();
    }

    /// <summary>A channel for sizes that keeps the newest.</summary>
    protected static Channel<TerminalSize> NewSizes() =>
        Channel.CreateBounded<TerminalSize>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });

    private static TerminalSize? Size(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, JsonInput.DocumentOptions);
            return new TerminalSize(document.RootElement.GetProperty("Width").GetUInt16(), document.RootElement.GetProperty("Height").GetUInt16());
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }
}

/// <summary>Which streams a client asks for.</summary>
/// <param name="Container">The container.</param>
/// <param name="HasInput">Whether the command is to have input.</param>
/// <param name="HasOutput">Whether its output is wanted.</param>
/// <param name="HasErrors">Whether its error output is wanted by itself.</param>
/// <param name="IsTerminal">Whether it is to have a terminal, where output and error output are one.</param>
internal sealed record CommandWish(string Container, bool HasInput, bool HasOutput, bool HasErrors, bool IsTerminal);

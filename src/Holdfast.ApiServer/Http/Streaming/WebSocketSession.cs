using Holdfast.Model.Meta;

namespace Holdfast.ApiServer.Http.Streaming;

/// <summary>A command's streams as channels of a WebSocket.</summary>
internal sealed class WebSocketSession : CommandSession
{
    private const byte Input = 0;
    private const byte Output = 1;
    private const byte Errors = 2;
    private const byte Outcome = 3;
    private const byte Sizes = 4;

    private readonly ChannelSocket _socket;
    private readonly CommandWish _wish;
    private readonly CancellationToken _aborted;

    /// <param name="socket">The socket.</param>
    /// <param name="wish">What the client asks for.</param>
    /// <param name="aborted">Ends everything.</param>
    public WebSocketSession(ChannelSocket socket, CommandWish wish, CancellationToken aborted)
    {
        (_socket, _wish, _aborted) = (socket, wish, aborted);
        var sizes = wish.IsTerminal ? NewSizes() : null;
        Streams = new CommandStreams(
            wish.HasInput ? socket.Reading(Input) : null,
            wish.HasOutput ? socket.Writing(Output) : null,
            wish.HasErrors ? socket.Writing(Errors) : null)
        { Sizes = sizes?.Reader };
        var sizeStream = sizes is null ? null : socket.Reading(Sizes);
        Left = socket.ReceiveAsync(aborted);
        if (sizes is not null)
            _ = ReadSizesAsync(sizeStream!, sizes.Writer, aborted);
    }

    public override Task Left { get; }

    public override CommandStreams Streams { get; }

    /// <summary>Kubernetes' way to say that the connection stands, before there is any output.</summary>
    public ValueTask GreetAsync() => _socket.SendAsync(_wish.HasOutput ? Output : _wish.HasErrors ? Errors : Outcome, default, _aborted);

    public override async Task SendOutcomeAsync(Status outcome, CancellationToken cancellationToken) =>
        await _socket.SendAsync(Outcome, ObjectJson.Of(outcome), cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        await _socket.CloseAsync(Left);
        _socket.Dispose();
    }
}

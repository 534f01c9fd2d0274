using System.Net.WebSockets;

namespace Holdfast.ApiServer.Http.Streaming;

/// <summary>The bytes of a WebSocket's binary messages as one stream. Messages without bytes are passed over: Go's clients send some, and they are no end.</summary>
internal sealed class WebSocketTransport(WebSocket socket, TimeProvider time) : PlainReadStream
{
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    public override bool CanWrite => true;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            while (true)
            {
                var result = await socket.ReceiveAsync(buffer, cancellationToken);
                if (result.MessageType == WebSocketMessageType.Close)
                    return 0;
                if (result.Count > 0)
                    return result.Count;
            }
        }
        catch (WebSocketException error)
        {
            throw new IOException("the client has left", error);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await socket.SendAsync(buffer, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
        }
        catch (WebSocketException error)
        {
            throw new IOException("the client has left", error);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(Farewell, time);
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", limit.Token);
        }
        catch (Exception error) when (error is WebSocketException or OperationCanceledException)
        {
            socket.Abort();
        }
        socket.Dispose();
        await base.DisposeAsync();
    }
}

using System.Buffers;
using System.Net.WebSockets;
using Holdfast.ApiServer.Http.Fairness;

namespace Holdfast.ApiServer.Http.Streaming;

/// <summary>A watch over a WebSocket: one event a message, text for JSON. What the client sends is dropped; when it says goodbye, the watch ends.</summary>
internal sealed class WatchSocket : WatchOutput
{
    private const int LengthPrefix = sizeof(int);
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private readonly ArrayBufferWriter<byte> _written = new();
    private readonly List<int> _ends = [];
    private readonly ApiRequest _request;
    private readonly RequestGate _gate;
    private readonly TimeProvider _time;
    private readonly WebSocket _socket;
    private readonly Task _received;
    private bool _isLost;

    private WatchSocket(ApiRequest request, RequestGate gate, TimeProvider time, WebSocket socket, CancellationTokenSource ends)
    {
        (_request, _gate, _time, _socket) = (request, gate, time, socket);
        _received = ReceiveAsync(ends);
    }

    public override long Unsent => _written.WrittenCount;

    private WebSocketMessageType MessageType => _request.Media == AnswerMedia.Protobuf ? WebSocketMessageType.Binary : WebSocketMessageType.Text;

    /// <summary>Changes the connection over.</summary>
    /// <param name="request">The request.</param>
    /// <param name="gate">Bounds how long a message may take.</param>
    /// <param name="time">The clock.</param>
    /// <param name="ends">Ends the watch; cancelled here once the client has left.</param>
    public static async Task<WatchOutput> OpenAsync(ApiRequest request, RequestGate gate, TimeProvider time, CancellationTokenSource ends)
    {
        // As in Kubernetes the protocol changes nothing here, but a browser wants to be told one of those that it named.
        var protocol = request.Http.WebSockets.WebSocketRequestedProtocols.FirstOrDefault(name => !SocketTokens.IsToken(name));
        return new WatchSocket(request, gate, time, await request.Http.WebSockets.AcceptWebSocketAsync(protocol), ends);
    }

    public override void Write(ReadOnlySpan<byte> type, ReadOnlyMemory<byte> json)
    {
        if (_request.Media == AnswerMedia.Protobuf)
            _written.Write(Frame(type, json).AsSpan(LengthPrefix));
        else
            WriteLine(_written, type, json);
        _ends.Add(_written.WrittenCount);
    }

    public override async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        var start = 0;
        foreach (var end in _ends)
        {
            if (!_isLost)
                await SendAsync(_written.WrittenMemory[start..end]);
            start = end;
        }
        _ends.Clear();
        _written.ResetWrittenCount();
    }

    public override async ValueTask CloseAsync(bool isStopping)
    {
        if (_isLost)
            return;
        using var limit = new CancellationTokenSource(Farewell, _time);
        try
        {
            var status = isStopping ? WebSocketCloseStatus.EndpointUnavailable : WebSocketCloseStatus.NormalClosure;
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await _socket.CloseOutputAsync(status, isStopping ? "the server ends" : "", limit.Token);
            await _received.WaitAsync(limit.Token);
        }
        catch (Exception error) when (error is WebSocketException or OperationCanceledException or IOException)
        {
            _isLost = true;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (!_received.IsCompleted)
            _socket.Abort();
        await _received;
        _socket.Dispose();
    }

    // A message that has begun is not broken off when the watch ends: the goodbye could not follow it.
    private async ValueTask SendAsync(ReadOnlyMemory<byte> message)
    {
        try
        {
            var sending = _socket.SendAsync(message, MessageType, endOfMessage: true, _request.Aborted);
            if (sending.IsCompleted)
                await sending;
            else
                await _gate.TakenAsync(_request, sending.AsTask(), _request.Aborted);
        }
        catch (Exception error) when (error is WebSocketException or IOException or OperationCanceledException)
        {
            _isLost = true;
            throw new OperationCanceledException("the watcher has left", error, _request.Aborted);
        }
    }

    private async Task ReceiveAsync(CancellationTokenSource ends)
    {
        var dropped = new byte[1024];
        try
        {
            while ((await _socket.ReceiveAsync(dropped.AsMemory(), _request.Aborted)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (Exception error) when (error is WebSocketException or IOException or OperationCanceledException)
        {
            _isLost = true;
        }
        await ends.CancelAsync();
    }
}

using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Net.WebSockets;

namespace Holdfast.ApiServer.Http.Streaming;

/// <summary>
/// Several byte streams over one WebSocket, as Kubernetes' <c>v4.channel.k8s.io</c> and <c>v5.channel.k8s.io</c> have it: each
/// message begins with the number of its channel. What is not read yet holds the sender back; nothing is buffered without end.
/// </summary>
internal sealed class ChannelSocket : IDisposable
{
    /// <summary>The protocols, the newest first. With base64, for clients that can send text alone, the number is a digit and the rest is encoded.</summary>
    public static readonly string[] Protocols = ["v5.channel.k8s.io", "v4.channel.k8s.io", "v4.base64.channel.k8s.io"];

    private const byte CloseSignal = 255;
    private const int BufferSize = 32 * 1024;
    private const int LongestText = 1024 * 1024;
    private const int InputBound = 256 * 1024;
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private readonly WebSocket _socket;
    private readonly TimeProvider _time;
    private readonly bool _canClose;
    private readonly bool _isText;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<int, Pipe> _inputs = [];

    /// <param name="socket">The socket.</param>
    /// <param name="protocol">Which of the protocols is spoken on it.</param>
    /// <param name="time">The clock.</param>
    public ChannelSocket(WebSocket socket, string protocol, TimeProvider time)
    {
        (_socket, _time) = (socket, time);
        _canClose = protocol == Protocols[0];
        _isText = protocol.Contains("base64", StringComparison.Ordinal);
    }

    /// <summary>What the client sends on a channel, to be asked for before <see cref="ReceiveAsync"/> runs; what comes on other channels is dropped.</summary>
    public Stream Reading(byte channel)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: InputBound, resumeWriterThreshold: InputBound / 2, useSynchronizationContext: false));
        _inputs.Add(channel, pipe);
        return pipe.Reader.AsStream();
    }

    /// <summary>A stream whose writes go out on a channel.</summary>
    public Stream Writing(byte channel) => new PlainWriteStream((bytes, cancellationToken) => SendAsync(channel, bytes, cancellationToken));

    /// <summary>Takes in what the client sends until it leaves.</summary>
    public async Task ReceiveAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferSize];
        Exception? failure = null;
        try
        {
            while (_isText ? await ReceiveTextAsync(buffer, cancellationToken) : await ReceiveMessageAsync(buffer, cancellationToken))
            {
            }
        }
        catch (Exception error) when (error is WebSocketException or OperationCanceledException or IOException)
        {
            failure = new IOException("the client has left", error);
        }
        foreach (var input in _inputs.Values)
            await input.Writer.CompleteAsync(failure);
    }

    /// <summary>Sends bytes on a channel.</summary>
    public async ValueTask SendAsync(byte channel, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var message = ArrayPool<byte>.Shared.Rent(1 + (_isText ? Base64.GetMaxEncodedToUtf8Length(bytes.Length) : bytes.Length));
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var length = Encode(channel, bytes.Span, message);
            await _socket.SendAsync(message.AsMemory(0, length), _isText ? WebSocketMessageType.Text : WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
        }
        catch (WebSocketException error)
        {
            throw new IOException("the client has left", error);
        }
        finally
        {
            _turn.Release();
            ArrayPool<byte>.Shared.Return(message);
        }
    }

    /// <summary>Says goodbye, and waits a little for the client to do so too.</summary>
    /// <param name="received">The run of <see cref="ReceiveAsync"/>.</param>
    public async Task CloseAsync(Task received)
    {
        using var limit = new CancellationTokenSource(Farewell, _time);
        try
        {
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", limit.Token);
            // What still comes in has nobody to read it.
            foreach (var input in _inputs.Values)
                await input.Reader.CompleteAsync();
            await received.WaitAsync(limit.Token);
        }
        catch (Exception error) when (error is WebSocketException or OperationCanceledException or IOException)
        {
            _socket.Abort();
            await received;
        }
    }

    public void Dispose()
    {
        _turn.Dispose();
        _socket.Dispose();
    }

    private int Encode(byte channel, ReadOnlySpan<byte> bytes, Span<byte> message)
    {
        if (!_isText)
        {
            message[0] = channel;
            bytes.CopyTo(message[1..]);
            return bytes.Length + 1;
        }
        message[0] = (byte)('0' + channel);
        Base64.EncodeToUtf8(bytes, message[1..], out _, out var written);
        return written + 1;
    }

    private async Task<bool> ReceiveMessageAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        var channel = -1;
        while (true)
        {
            var result = await _socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
            if (result.MessageType == WebSocketMessageType.Close)
                return false;
            var bytes = buffer.AsMemory(0, result.Count);
            if (channel < 0 && bytes.Length > 0)
            {
                channel = bytes.Span[0];
                bytes = bytes[1..];
            }
            if (channel == CloseSignal && _canClose && bytes.Length > 0)
                await EndAsync(bytes.Span[0]);
            else if (bytes.Length > 0)
                await TakeAsync(channel, bytes, cancellationToken);
            if (result.EndOfMessage)
                return true;
        }
    }

    private async Task<bool> ReceiveTextAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        using var text = new MemoryStream();
        while (true)
        {
            var result = await _socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
            if (result.MessageType == WebSocketMessageType.Close)
                return false;
            text.Write(buffer, 0, result.Count);
            if (text.Length > LongestText)
                throw new IOException($"a message has more than {LongestText} bytes");
            if (result.EndOfMessage)
                break;
        }
        var message = text.GetBuffer().AsMemory(0, (int)text.Length);
        if (message.IsEmpty)
            return true;
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(message.Length - 1)];
        if (Base64.DecodeFromUtf8(message.Span[1..], bytes, out _, out var written) != OperationStatus.Done)
            throw new IOException("a message is not in base64");
        await TakeAsync(message.Span[0] - '0', bytes.AsMemory(0, written), cancellationToken);
        return true;
    }

    private async ValueTask TakeAsync(int channel, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (!bytes.IsEmpty && _inputs.TryGetValue(channel, out var input))
            await input.Writer.WriteAsync(bytes, cancellationToken);
    }

    private async ValueTask EndAsync(int channel)
    {
        // What comes for it after its end is dropped.
        if (_inputs.Remove(channel, out var input))
            await input.Writer.CompleteAsync();
    }
}

using System.Buffers;
using System.IO.Pipelines;
using System.Net.WebSockets;

namespace Holdfast.ApiServer.Http.Streaming;

/// <summary>
/// Several byte streams over one WebSocket, as Kubernetes' <c>v4.channel.k8s.io</c> and <c>v5.channel.k8s.io</c> have it: each
/// message begins with the number of its channel. What is not read yet holds the sender back; nothing is buffered without end.
/// </summary>
internal sealed class ChannelSocket : IDisposable
{
    /// <summary>The protocols, the newest first.</summary>
    public static readonly string[] Protocols = ["v5.channel.k8s.io", "v4.channel.k8s.io"];

    public const byte Input = 0;
    public const byte Output = 1;
    public const byte Errors = 2;
    public const byte Outcome = 3;

    private const byte CloseSignal = 255;
    private const int BufferSize = 32 * 1024;
    private const int InputBound = 256 * 1024;
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private readonly WebSocket _socket;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Pipe _input = new(new PipeOptions(pauseWriterThreshold: InputBound, resumeWriterThreshold: InputBound / 2, useSynchronizationContext: false));

    public ChannelSocket(WebSocket socket, TimeProvider time) => (_socket, _time) = (socket, time);

    /// <summary>What the client sends on the input channel; it ends with the client's close signal.</summary>
    public Stream InputStream => _input.Reader.AsStream();

    /// <summary>A stream whose writes go out on a channel.</summary>
    public Stream OutputStream(byte channel) => new ChannelStream(this, channel);

    /// <summary>Takes in what the client sends until it leaves.</summary>
    public async Task ReceiveAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferSize];
        Exception? failure = null;
        try
        {
            while (await ReceiveMessageAsync(buffer, cancellationToken))
            {
            }
        }
        catch (Exception error) when (error is WebSocketException or OperationCanceledException or IOException)
        {
            failure = new IOException("the client has left", error);
        }
        await _input.Writer.CompleteAsync(failure);
    }

    /// <summary>Sends bytes on a channel.</summary>
    public async ValueTask SendAsync(byte channel, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var message = ArrayPool<byte>.Shared.Rent(bytes.Length + 1);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            message[0] = channel;
            bytes.CopyTo(message.AsMemory(1));
            await _socket.SendAsync(message.AsMemory(0, bytes.Length + 1), WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
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
            await _input.Reader.CompleteAsync();
            await received.WaitAsync(limit.Token);
        }
        catch (Exception error) when (error is WebSocketException or OperationCanceledException or IOException)
        {
            _socket.Abort();
        }
    }

    public void Dispose() => _turn.Dispose();

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
            if (channel == CloseSignal && bytes.Length > 0 && bytes.Span[0] == Input)
                await _input.Writer.CompleteAsync();
            else if (channel == Input && bytes.Length > 0)
                await _input.Writer.WriteAsync(bytes, cancellationToken);
            // Sizes of terminals come on a channel of their own; there is no terminal here that could take them.
            if (result.EndOfMessage)
                return true;
        }
    }

    private sealed class ChannelStream(ChannelSocket socket, byte channel) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            buffer.IsEmpty ? default : socket.SendAsync(channel, buffer, cancellationToken);

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Flush()
        {
            // Every write is sent at once.
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("write to this stream asynchronously");
    }
}

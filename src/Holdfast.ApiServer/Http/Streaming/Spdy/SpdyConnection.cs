using System.Buffers.Binary;
using System.Threading.Channels;

namespace Holdfast.ApiServer.Http.Streaming.Spdy;

/// <summary>
/// The server's side of a SPDY/3.1 connection, as far as Kubernetes' clients speak it: streams that the client opens, data both
/// ways, half-closing, resets and pings. Windows are not kept: these clients keep none either.
/// </summary>
internal sealed class SpdyConnection : IDisposable
{
    private const int HeaderLength = 8;
    private const int MaximumControl = 64 * 1024;
    private const int MaximumStreams = 512;
    private const int ChunkSize = 16 * 1024;
    private const byte LastFlag = 1;
    private const uint RefusedStream = 3;

    private readonly Stream _transport;
    private readonly HeaderCodec _codec = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<int, SpdyStream> _streams = [];
    private readonly Channel<SpdyStream> _opened = Channel.CreateBounded<SpdyStream>(MaximumStreams);
    private readonly byte[] _header = new byte[HeaderLength];
    private readonly byte[] _chunk = new byte[ChunkSize];

    public SpdyConnection(Stream transport) => _transport = transport;

    private enum FrameType
    {
        SynStream = 1,
        SynReply = 2,
        RstStream = 3,
        Ping = 6,
        GoAway = 7,
    }

    /// <summary>The streams as the client opens them; ends with the connection.</summary>
    public IAsyncEnumerable<SpdyStream> OpenedAsync(CancellationToken cancellationToken) => _opened.Reader.ReadAllAsync(cancellationToken);

    /// <summary>Reads frames until the client leaves.</summary>
    public async Task ReceiveAsync(CancellationToken cancellationToken)
    {
        Exception? failure = null;
        try
        {
            while (await _transport.ReadAtLeastAsync(_header, HeaderLength, throwOnEndOfStream: false, cancellationToken) == HeaderLength
                && await ReceiveFrameAsync(cancellationToken))
            {
            }
        }
        catch (Exception error) when (error is IOException or InvalidDataException or OperationCanceledException or System.Net.WebSockets.WebSocketException)
        {
            failure = error;
        }
        _opened.Writer.TryComplete();
        foreach (var stream in _streams.Values)
            stream.EndInput(failure ?? new IOException("the client has left"));
    }

    /// <summary>Sends bytes on a stream.</summary>
    public async ValueTask SendDataAsync(int id, ReadOnlyMemory<byte> bytes, bool isLast, CancellationToken cancellationToken)
    {
        do
        {
            var part = bytes[..Math.Min(bytes.Length, ChunkSize)];
            bytes = bytes[part.Length..];
            var frame = new byte[HeaderLength + part.Length];
            BinaryPrimitives.WriteInt32BigEndian(frame, id);
            BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), part.Length);
            frame[4] = isLast && bytes.IsEmpty ? LastFlag : (byte)0;
            part.CopyTo(frame.AsMemory(HeaderLength));
            await SendAsync(() => frame, cancellationToken);
        }
        while (!bytes.IsEmpty);
    }

    public void Dispose()
    {
        _codec.Dispose();
        _turn.Dispose();
    }

    private async Task<bool> ReceiveFrameAsync(CancellationToken cancellationToken)
    {
        var isControl = (_header[0] & 0x80) != 0;
        var (flags, length) = (_header[4], (int)(BinaryPrimitives.ReadUInt32BigEndian(_header.AsSpan(4)) & 0xFFFFFF));
        if (!isControl)
        {
            await ReceiveDataAsync(BinaryPrimitives.ReadInt32BigEndian(_header), flags, length, cancellationToken);
            return true;
        }
        if (length > MaximumControl)
            throw new InvalidDataException($"a control frame has {length} bytes; at most {MaximumControl} are taken");
        var type = (FrameType)BinaryPrimitives.ReadUInt16BigEndian(_header.AsSpan(2));
        var body = new byte[length];
        await _transport.ReadExactlyAsync(body, cancellationToken);
        switch (type)
        {
            case FrameType.SynStream when length > 10:
                await OpenAsync(BinaryPrimitives.ReadInt32BigEndian(body) & int.MaxValue, body.AsMemory(10), (flags & LastFlag) != 0, cancellationToken);
                return true;
            case FrameType.RstStream when length >= 8:
                if (_streams.Remove(BinaryPrimitives.ReadInt32BigEndian(body) & int.MaxValue, out var reset))
                    reset.EndInput(new IOException("the client has reset the stream"));
                return true;
            case FrameType.Ping:
                await SendControlAsync(FrameType.Ping, () => body, cancellationToken);
                return true;
            default:
                return type != FrameType.GoAway;
        }
    }

    private async Task OpenAsync(int id, ReadOnlyMemory<byte> block, bool isLast, CancellationToken cancellationToken)
    {
        // The block is read in any case: the compression of the next one builds on it.
        var stream = new SpdyStream(this, id, _codec.Read(block));
        if (_streams.Count >= MaximumStreams || !_streams.TryAdd(id, stream) || !_opened.Writer.TryWrite(stream))
        {
            await SendControlAsync(FrameType.RstStream, () => Numbers(id, (int)RefusedStream), cancellationToken);
            return;
        }
        if (isLast)
            stream.EndInput(null);
        await SendControlAsync(FrameType.SynReply, () => [.. Numbers(id), .. _codec.WriteEmpty()], cancellationToken);
    }

    private async Task ReceiveDataAsync(int id, byte flags, int length, CancellationToken cancellationToken)
    {
        var stream = _streams.GetValueOrDefault(id);
        while (length > 0)
        {
            var part = _chunk.AsMemory(0, Math.Min(length, ChunkSize));
            await _transport.ReadExactlyAsync(part, cancellationToken);
            length -= part.Length;
            if (stream is not null)
                await stream.TakeAsync(part, cancellationToken);
        }
        if (stream is null || (flags & LastFlag) == 0)
            return;
        stream.EndInput(null);
        _streams.Remove(id);
    }

    private Task SendControlAsync(FrameType type, Func<byte[]> body, CancellationToken cancellationToken) => SendAsync(() =>
    {
        var content = body();
        var frame = new byte[HeaderLength + content.Length];
        (frame[0], frame[1], frame[3]) = (0x80, 3, (byte)type);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), content.Length);
        content.CopyTo(frame, HeaderLength);
        return frame;
    }, cancellationToken);

    // The frame is made in its turn: header blocks go out in the order in which they were compressed.
    private async Task SendAsync(Func<byte[]> frame, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await _transport.WriteAsync(frame(), cancellationToken);
            await _transport.FlushAsync(cancellationToken);
        }
        catch (System.Net.WebSockets.WebSocketException error)
        {
            throw new IOException("the client has left", error);
        }
        finally
        {
            _turn.Release();
        }
    }

    private static byte[] Numbers(params int[] numbers)
    {
        var bytes = new byte[4 * numbers.Length];
        for (var i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 * i), numbers[i]);
        return bytes;
    }
}

using System.Threading.Channels;

namespace Holdfast.ApiServer.Http.Streaming.Spdy;

/// <summary>
/// The server's side of a SPDY/3.1 connection: streams that the client opens, data both ways within windows, half-closing, resets,
/// pings and going away. A frame that breaks the protocol ends the connection with a GOAWAY that says so.
/// </summary>
/// <remarks>
/// Kubernetes' own clients keep no windows: they never say that data was taken. So a client's window counts only once it has
/// shown that it keeps one, by a SETTINGS or WINDOW_UPDATE frame; what this side takes in is bounded in any case, as a stream that
/// is not read holds back the connection. And clients that open several streams at once draw their numbers before they take
/// their turn to send, so a number may come after a higher one: each is taken once, in whatever order.
/// </remarks>
internal sealed class SpdyConnection(Stream transport) : IDisposable
{
    private const int MaximumControl = 64 * 1024;
    private const int MaximumStreams = 256;
    private const int ChunkSize = 16 * 1024;
    private const int ProtocolVersion = 3;

    private readonly HeaderCodec _codec = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly System.Collections.Concurrent.ConcurrentDictionary<int, SpdyStream> _streams = new();
    private readonly Channel<SpdyStream> _opened = Channel.CreateBounded<SpdyStream>(MaximumStreams);
    private readonly SortedSet<int> _skipped = [];
    private readonly byte[] _header = new byte[SpdyFrame.HeaderLength];
    private readonly byte[] _chunk = new byte[ChunkSize];
    private CancellationToken _ends;
    private int _newest;
    private bool _clientIsLeaving;

    /// <summary>How much a stream of the client takes before it says that it took some; null while it has not said that it counts.</summary>
    public int? ClientWindow { get; private set; }

    /// <summary>The streams as the client opens them; ends when no more can come.</summary>
    public ChannelReader<SpdyStream> Opened => _opened.Reader;

    /// <summary>Reads frames until the client leaves or breaks the protocol.</summary>
    public async Task ReceiveAsync(CancellationToken cancellationToken)
    {
        _ends = cancellationToken;
        Exception failure = new IOException("the client has left");
        try
        {
            while (await transport.ReadAtLeastAsync(_header, SpdyFrame.HeaderLength, throwOnEndOfStream: false, cancellationToken) == SpdyFrame.HeaderLength)
                await ReceiveFrameAsync(SpdyFrameHeader.Parse(_header), cancellationToken);
        }
        catch (InvalidDataException error)
        {
            failure = new IOException(error.Message, error);
            await TryLeaveAsync(SpdyReset.ProtocolError, cancellationToken);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            failure = error;
        }
        _opened.Writer.TryComplete();
        foreach (var stream in _streams.Values)
            stream.Break(failure);
    }

    /// <summary>Sends bytes on a stream, as its window allows.</summary>
    public async ValueTask SendDataAsync(SpdyStream stream, ReadOnlyMemory<byte> bytes, bool isLast, CancellationToken cancellationToken)
    {
        do
        {
            var room = bytes.IsEmpty ? 0 : await stream.ClaimAsync(Math.Min(bytes.Length, ChunkSize), cancellationToken);
            var frame = SpdyFrame.Data(stream.Id, bytes.Span[..room], isLast && room == bytes.Length);
            bytes = bytes[room..];
            await SendAsync(() => frame, cancellationToken);
        }
        while (!bytes.IsEmpty);
    }

    /// <summary>Tells the client that a stream has taken so many bytes more.</summary>
    public Task SendTakenAsync(int id, int count, CancellationToken cancellationToken) =>
        SendControlAsync(SpdyFrameType.WindowUpdate, () => SpdyFrame.Numbers(id, count), cancellationToken);

    /// <summary>Ends a stream in both directions at once.</summary>
    public async Task ResetAsync(SpdyStream stream, SpdyReset reason, CancellationToken cancellationToken)
    {
        stream.StopReading();
        stream.Break(new IOException("the stream was reset"));
        if (_streams.TryRemove(stream.Id, out _))
            await SendControlAsync(SpdyFrameType.RstStream, () => SpdyFrame.Numbers(stream.Id, (int)reason), cancellationToken);
    }

    /// <summary>Says that no further stream is taken.</summary>
    public Task LeaveAsync(CancellationToken cancellationToken) =>
        SendControlAsync(SpdyFrameType.GoAway, () => SpdyFrame.Numbers(_newest, 0), cancellationToken);

    /// <summary>Forgets a stream that has ended in both directions.</summary>
    public void Forget(SpdyStream stream) => _streams.TryRemove(stream.Id, out _);

    public void Dispose() => _turn.Dispose();

    private async Task TryLeaveAsync(SpdyReset reason, CancellationToken cancellationToken)
    {
        try
        {
            await SendControlAsync(SpdyFrameType.GoAway, () => SpdyFrame.Numbers(_newest, (int)reason), cancellationToken);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // The client has left already; it does not need to be told why it is left.
        }
    }

    private async Task ReceiveFrameAsync(SpdyFrameHeader frame, CancellationToken cancellationToken)
    {
        if (!frame.IsControl)
        {
            await ReceiveDataAsync(frame, cancellationToken);
            return;
        }
        if (frame.Version != ProtocolVersion)
            throw new InvalidDataException($"a frame is of SPDY/{frame.Version}; only SPDY/3 is spoken here");
        if (frame.Length > MaximumControl)
            throw new InvalidDataException($"a control frame has {frame.Length} bytes; at most {MaximumControl} are taken");
        var body = new byte[frame.Length];
        await transport.ReadExactlyAsync(body, cancellationToken);
        await ReceiveControlAsync(frame, body, cancellationToken);
    }

    private async Task ReceiveControlAsync(SpdyFrameHeader frame, byte[] body, CancellationToken cancellationToken)
    {
        switch (frame.Type)
        {
            case SpdyFrameType.SynStream when body.Length >= 10:
                await OpenAsync(SpdyFrame.Number31(body), body.AsMemory(10), frame, cancellationToken);
                break;
            case SpdyFrameType.SynReply or SpdyFrameType.Headers when body.Length >= 4:
                // Nobody waits for them, but the compression of later blocks builds on them.
                _ = _codec.Read(body.AsMemory(4));
                if (frame.IsLast)
                    EndInput(SpdyFrame.Number31(body));
                break;
            case SpdyFrameType.RstStream when body.Length == 8:
                if (_streams.TryRemove(SpdyFrame.Number31(body), out var reset))
                    reset.Break(new IOException("the client has reset the stream"));
                break;
            case SpdyFrameType.Settings when body.Length >= 4:
                ReadSettings(body);
                break;
            case SpdyFrameType.Ping when body.Length == 4:
                // An even number would be the answer to a ping of this side, which sends none.
                if ((body[3] & 1) != 0)
                    await SendControlAsync(SpdyFrameType.Ping, () => body, cancellationToken);
                break;
            case SpdyFrameType.GoAway when body.Length == 8:
                _clientIsLeaving = true;
                _opened.Writer.TryComplete();
                break;
            case SpdyFrameType.WindowUpdate when body.Length == 8:
                await WidenAsync(SpdyFrame.Number31(body), SpdyFrame.Number31(body.AsSpan(4)), cancellationToken);
                break;
            case >= SpdyFrameType.SynStream and <= SpdyFrameType.WindowUpdate and not (SpdyFrameType)5:
                throw new InvalidDataException($"a {frame.Type} frame of {body.Length} bytes has not the length of its kind");
            default:
                // Frames of kinds that are not known are passed over, as the protocol has it.
                break;
        }
    }

    private async Task OpenAsync(int id, ReadOnlyMemory<byte> block, SpdyFrameHeader frame, CancellationToken cancellationToken)
    {
        // The block is read in any case: the compression of the next one builds on it.
        var headers = _codec.Read(block);
        if ((id & 1) == 0 || !TakeNumber(id))
            throw new InvalidDataException($"stream {id} is not a number that a client may give after {_newest}");
        var stream = new SpdyStream(this, id, headers);
        if (_clientIsLeaving || _streams.Count >= MaximumStreams || !_streams.TryAdd(id, stream))
        {
            await SendControlAsync(SpdyFrameType.RstStream, () => SpdyFrame.Numbers(id, (int)SpdyReset.RefusedStream), cancellationToken);
            return;
        }
        if (frame.IsLast)
            stream.EndInput();
        // Before anything else on this stream: Kubernetes' clients drop what comes before the reply.
        await SendControlAsync(SpdyFrameType.SynReply, () => [.. SpdyFrame.Numbers(id), .. _codec.WriteEmpty()], cancellationToken);
        if (!_opened.Writer.TryWrite(stream))
            await ResetAsync(stream, SpdyReset.RefusedStream, cancellationToken);
    }

    // A number is new when it is higher than all before, or is one of those that were passed over on the way there.
    private bool TakeNumber(int id)
    {
        if (id <= _newest)
            return _skipped.Remove(id);
        for (var between = Math.Max(_newest | 1, id - 2 * MaximumStreams); between < id; between += 2)
        {
            if (between > _newest)
                _skipped.Add(between);
        }
        while (_skipped.Count > MaximumStreams)
            _skipped.Remove(_skipped.Min);
        _newest = id;
        return true;
    }

    private async Task ReceiveDataAsync(SpdyFrameHeader frame, CancellationToken cancellationToken)
    {
        if (frame.Stream == 0 || frame.Stream > _newest || _skipped.Contains(frame.Stream))
            throw new InvalidDataException($"data came for stream {frame.Stream}, which was never opened");
        var stream = _streams.GetValueOrDefault(frame.Stream);
        for (var left = frame.Length; left > 0;)
        {
            var part = _chunk.AsMemory(0, Math.Min(left, ChunkSize));
            await transport.ReadExactlyAsync(part, cancellationToken);
            left -= part.Length;
            // A stream that was reset may still have data on its way; it has nobody to read it.
            if (stream is not null)
                await stream.TakeAsync(part, cancellationToken);
        }
        if (frame.IsLast)
            EndInput(frame.Stream);
    }

    private void EndInput(int id)
    {
        if (_streams.TryGetValue(id, out var stream))
            stream.EndInput();
    }

    private void ReadSettings(ReadOnlySpan<byte> body)
    {
        var count = SpdyFrame.Number31(body);
        if (count != (body.Length - 4) / 8 || (body.Length - 4) % 8 != 0)
            throw new InvalidDataException($"a SETTINGS frame names {count} settings in {body.Length} bytes");
        for (var entry = body[4..]; !entry.IsEmpty; entry = entry[8..])
        {
            if ((SpdyFrame.Number31(entry) & 0xFFFFFF) != SpdyFrame.InitialWindowSetting)
                continue;
            var window = SpdyFrame.Number31(entry[4..]);
            foreach (var stream in _streams.Values)
                stream.Widen(window - (ClientWindow ?? SpdyFrame.DefaultWindow));
            ClientWindow = window;
        }
    }

    private async Task WidenAsync(int id, int count, CancellationToken cancellationToken)
    {
        ClientWindow ??= SpdyFrame.DefaultWindow;
        if (!_streams.TryGetValue(id, out var stream))
            return;
        if (count == 0 || !stream.Widen(count))
            await ResetAsync(stream, SpdyReset.FlowControlError, cancellationToken);
    }

    private Task SendControlAsync(SpdyFrameType type, Func<byte[]> body, CancellationToken cancellationToken) =>
        SendAsync(() => SpdyFrame.Control(type, body()), cancellationToken);

    // The frame is made in its turn: header blocks go out in the order in which they were compressed. Who sends may give up while he
    // waits for his turn and not after: a frame that is broken off, or a WebSocket's message, ends all other streams too.
    private async Task SendAsync(Func<byte[]> frame, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await transport.WriteAsync(frame(), _ends);
            await transport.FlushAsync(_ends);
        }
        finally
        {
            _turn.Release();
        }
    }
}

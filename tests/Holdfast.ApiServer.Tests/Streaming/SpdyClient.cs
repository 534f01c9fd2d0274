using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;
using Holdfast.ApiServer.Http.Streaming.Spdy;
using ICSharpCode.SharpZipLib.Zip.Compression;

namespace Holdfast.ApiServer.Tests.Streaming;

/// <summary>The other side of a SPDY connection, which sends whatever a test wants.</summary>
internal sealed class SpdyClient : IAsyncDisposable
{
    private readonly Pipe _toServer = new();
    private readonly Pipe _toClient = new();
    private readonly Deflater _deflater = new(Deflater.BEST_SPEED);
    private bool _hasWritten;

    public SpdyClient()
    {
        Connection = new SpdyConnection(new Duplex(_toServer.Reader.AsStream(), _toClient.Writer.AsStream(), () => HasSeenBreakingOff = true));
        Received = Connection.ReceiveAsync(CancellationToken.None);
    }

    public SpdyConnection Connection { get; }

    public Task Received { get; }

    /// <summary>Whether the server has broken off something that it was sending.</summary>
    public bool HasSeenBreakingOff { get; private set; }

    public async Task SendAsync(byte[] bytes) => await _toServer.Writer.WriteAsync(bytes, TestContext.Current.CancellationToken);

    public void Leave() => _toServer.Writer.Complete();

    internal Task OpenAsync(int id, params (string Name, string Value)[] headers) => SendAsync(Opening(id, headers));

    public byte[] Opening(int id, params (string Name, string Value)[] headers) =>
        SpdyFrame.Control(SpdyFrameType.SynStream, [.. SpdyFrame.Numbers(id, 0), 0, 0, .. Block(headers)]);

    public byte[] Block(params (string Name, string Value)[] headers)
    {
        var plain = new List<byte>(SpdyFrame.Numbers(headers.Length));
        foreach (var text in headers.SelectMany(header => new[] { header.Name, header.Value }))
            plain.AddRange([.. SpdyFrame.Numbers(text.Length), .. Encoding.UTF8.GetBytes(text)]);
        if (!_hasWritten)
            _deflater.SetDictionary(HeaderDictionary.Bytes());
        _hasWritten = true;
        _deflater.SetInput([.. plain]);
        _deflater.Flush();
        var compressed = new byte[64 * 1024];
        return compressed[.._deflater.Deflate(compressed)];
    }

    /// <summary>The next frame; null when the server sends no more.</summary>
    public async Task<(SpdyFrameHeader Header, byte[] Body)?> ReadAsync()
    {
        var head = new byte[SpdyFrame.HeaderLength];
        var stream = _toClient.Reader.AsStream(leaveOpen: true);
        if (await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, TestContext.Current.CancellationToken) < head.Length)
            return null;
        var header = SpdyFrameHeader.Parse(head);
        var body = new byte[header.Length];
        await stream.ReadExactlyAsync(body, TestContext.Current.CancellationToken);
        return (header, body);
    }

    /// <summary>The status of the GOAWAY that the server ends with.</summary>
    public async Task<int> GoneAsync()
    {
        await Received.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        await _toClient.Writer.CompleteAsync();
        var status = -1;
        while (await ReadAsync() is var (header, body))
            status = header is { IsControl: true, Type: SpdyFrameType.GoAway } ? BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(4)) : status;
        return status;
    }

    public async ValueTask DisposeAsync()
    {
        Leave();
        await _toClient.Reader.CompleteAsync();
        await Received;
        Connection.Dispose();
    }

    private sealed class Duplex(Stream reads, Stream writes, Action onBreakingOff) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => reads.ReadAsync(buffer, cancellationToken);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await using var watch = cancellationToken.Register(onBreakingOff);
            await writes.WriteAsync(buffer, cancellationToken);
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override void Flush() => throw new NotSupportedException();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

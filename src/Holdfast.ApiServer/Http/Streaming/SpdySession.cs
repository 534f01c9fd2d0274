using System.Text;
using Holdfast.ApiServer.Http.Streaming.Spdy;
using Holdfast.Model.Meta;

namespace Holdfast.ApiServer.Http.Streaming;

/// <summary>A command's streams as streams of a SPDY/3.1 connection, as kubectl speaks it up to 1.29 and when it is told to.</summary>
internal sealed class SpdySession : CommandSession
{
    /// <summary>The protocols, the newest first: from v4 on the outcome is a Status, from v3 on there are sizes of the terminal.</summary>
    public static readonly string[] Protocols = ["v4.channel.k8s.io", "v3.channel.k8s.io", "v2.channel.k8s.io"];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private readonly SpdyConnection _connection;
    private readonly Stream _transport;
    private readonly Dictionary<string, SpdyStream> _streams;
    private readonly bool _hasStatus;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _ends;

    private SpdySession(
        SpdyConnection connection, Stream transport, Task left, Dictionary<string, SpdyStream> streams, CommandWish wish, string protocol,
        TimeProvider time, CancellationTokenSource ends)
    {
        (_connection, _transport, Left, _streams, _time, _ends) = (connection, transport, left, streams, time, ends);
        _hasStatus = protocol == Protocols[0];
        var sizes = wish.IsTerminal ? NewSizes() : null;
        Streams = new CommandStreams(
            streams.GetValueOrDefault("stdin")?.Input, Writing("stdout"), Writing("stderr"))
        { Sizes = sizes?.Reader };
        if (sizes is not null && streams.TryGetValue("resize", out var resize))
            _ = ReadSizesAsync(resize.Input, sizes.Writer, ends.Token);
    }

    public override Task Left { get; }

    public override CommandStreams Streams { get; }

    /// <summary>Waits until the client has opened the streams it asked for; null when it did not.</summary>
    public static async Task<SpdySession?> OpenAsync(Stream transport, CommandWish wish, string protocol, TimeProvider time, CancellationToken aborted)
    {
        var ends = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        var connection = new SpdyConnection(transport);
        var left = connection.ReceiveAsync(ends.Token);
        using var patience = new CancellationTokenSource(Patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ends.Token);
        var streams = new Dictionary<string, SpdyStream>(StringComparer.Ordinal);
        var expected = Expected(wish, protocol);
        try
        {
            while (streams.Count < expected.Count)
            {
                var stream = await connection.Opened.ReadAsync(both.Token);
                if (!expected.Contains(stream.Header("streamtype")) || !streams.TryAdd(stream.Header("streamtype"), stream))
                    await connection.ResetAsync(stream, SpdyReset.RefusedStream, both.Token);
            }
            return new SpdySession(connection, transport, left, streams, wish, protocol, time, ends);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or System.Threading.Channels.ChannelClosedException)
        {
            // The client has left, or has not said in time what it wants.
            await ends.CancelAsync();
            await left;
            connection.Dispose();
            ends.Dispose();
            return null;
        }
    }

    public override async Task SendOutcomeAsync(Status outcome, CancellationToken cancellationToken)
    {
        foreach (var name in new[] { "stdout", "stderr" })
        {
            if (_streams.TryGetValue(name, out var stream))
                await stream.FinishAsync(cancellationToken);
        }
        var errors = _streams["error"];
        if (_hasStatus)
            await errors.SendAsync(ObjectJson.Of(outcome), cancellationToken);
        else if (outcome.StatusValue != "Success")
            await errors.SendAsync(Encoding.UTF8.GetBytes(outcome.Message), cancellationToken);
        await errors.FinishAsync(cancellationToken);
    }

    public override async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(Farewell, _time);
        try
        {
            foreach (var stream in _streams.Values)
            {
                await stream.FinishAsync(limit.Token);
                stream.StopReading();
            }
            await _connection.LeaveAsync(limit.Token);
            await Left.WaitAsync(limit.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            // The client has left first, or does not leave; it is left.
        }
        await _ends.CancelAsync();
        await _transport.DisposeAsync();
        await Left;
        _connection.Dispose();
        _ends.Dispose();
    }

    private PlainWriteStream? Writing(string name) =>
        _streams.TryGetValue(name, out var stream) ? new PlainWriteStream(stream.SendAsync) : null;

    private static HashSet<string> Expected(CommandWish wish, string protocol)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { "error" };
        if (wish.HasInput)
            names.Add("stdin");
        if (wish.HasOutput)
            names.Add("stdout");
        if (wish.HasErrors)
            names.Add("stderr");
        if (wish.IsTerminal && protocol != Protocols[^1])
            names.Add("resize");
        return names;
    }
}

using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Holdfast.ApiServer.Http.Fairness;

namespace Holdfast.ApiServer.Http;

/// <summary>Where the events of one watch go to.</summary>
internal abstract class WatchOutput : IAsyncDisposable
{
    private const int WrittenAtOnce = 2048;

    /// <summary>How many bytes were written and not handed to the network.</summary>
    public abstract long Unsent { get; }

    /// <summary>Writes one event.</summary>
    /// <param name="type">What happened.</param>
    /// <param name="json">The object.</param>
    public abstract void Write(ReadOnlySpan<byte> type, ReadOnlyMemory<byte> json);

    /// <summary>Hands what was written to the network; a reader that takes none of it for too long is cut.</summary>
    public abstract ValueTask FlushAsync(CancellationToken cancellationToken);

    /// <summary>Says that there is no more.</summary>
    /// <param name="isStopping">Whether that is because the server ends.</param>
    public virtual ValueTask CloseAsync(bool isStopping) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    /// <summary>Writes an event as a line of JSON.</summary>
    protected static void WriteLine(IBufferWriter<byte> output, ReadOnlySpan<byte> type, ReadOnlyMemory<byte> json)
    {
        ReadOnlySpan<byte> begin = "{\"type\":\""u8, middle = "\",\"object\":"u8, end = "}\n"u8;
        var length = begin.Length + type.Length + middle.Length + json.Length + end.Length;
        if (length > WrittenAtOnce)
        {
            output.Write(begin);
            output.Write(type);
            output.Write(middle);
            output.Write(json.Span);
            output.Write(end);
            return;
        }
        // The web server looks for a place for each piece that it is given, which takes it longer than the copy.
        var line = output.GetSpan(length);
        begin.CopyTo(line);
        type.CopyTo(line[begin.Length..]);
        middle.CopyTo(line[(begin.Length + type.Length)..]);
        json.Span.CopyTo(line[(begin.Length + type.Length + middle.Length)..]);
        end.CopyTo(line[(length - end.Length)..]);
        output.Advance(length);
    }

    /// <summary>An event in protocol buffers, with its length before it.</summary>
    protected static byte[] Frame(ReadOnlySpan<byte> type, ReadOnlyMemory<byte> json) => ProtobufAnswer.Frame(Encoding.ASCII.GetString(type), json)
        ?? throw new InvalidOperationException("an event of a kind without protocol buffers was to be told in them");
}

/// <summary>A watch as an answer without end: one event a line, or one length and message after the other.</summary>
internal sealed class WatchBody : WatchOutput
{
    private readonly ApiRequest _request;
    private readonly RequestGate _gate;
    private readonly PipeWriter _output;

    private WatchBody(ApiRequest request, RequestGate gate) => (_request, _gate, _output) = (request, gate, request.Http.Response.BodyWriter);

    public override long Unsent => _output.UnflushedBytes;

    /// <summary>Begins the answer.</summary>
    public static async Task<WatchOutput> OpenAsync(ApiRequest request, RequestGate gate)
    {
        var response = request.Http.Response;
        response.ContentType = request.Media == AnswerMedia.Protobuf ? "application/vnd.kubernetes.protobuf;stream=watch" : "application/json";
        await response.StartAsync(request.Aborted);
        var output = new WatchBody(request, gate);
        await output.FlushAsync(request.Aborted);
        return output;
    }

    public override void Write(ReadOnlySpan<byte> type, ReadOnlyMemory<byte> json)
    {
        if (_request.Media == AnswerMedia.Protobuf)
            _output.Write(Frame(type, json));
        else
            WriteLine(_output, type, json);
    }

    public override ValueTask FlushAsync(CancellationToken cancellationToken) => _gate.FlushAsync(_request, _output, cancellationToken);

    // The answer is the web server's to end.
    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

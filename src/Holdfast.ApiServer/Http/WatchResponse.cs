using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Holdfast.ApiServer.Http.Fairness;
using Holdfast.ApiServer.Registry;
using Holdfast.Client;

namespace Holdfast.ApiServer.Http;

/// <summary>
/// Streams a watch: one JSON object a line, from the bytes that all watchers share. Nothing is buffered for a reader
/// that is slow: it falls behind the history and is told to list again, and one that reads nothing at all is cut.
/// </summary>
internal sealed class WatchResponse(Responder responder, RequestGate gate)
{
    private const int WrittenAtOnce = 2048;

    public async Task StreamAsync(
        ApiRequest request, ServedResource served, IAsyncEnumerable<ResourceEvent> events, RequestPass pass, CancellationToken cancellationToken)
    {
        var response = request.Http.Response;
        response.ContentType = request.Media == AnswerMedia.Protobuf ? "application/vnd.kubernetes.protobuf;stream=watch" : "application/json";
        await response.StartAsync(request.Aborted);
        var output = response.BodyWriter;
        await gate.FlushAsync(request, output, request.Aborted);
        try
        {
            await WriteEventsAsync(request, served, events, output, pass, cancellationToken);
        }
        catch (OperationCanceledException) when (!request.Aborted.IsCancellationRequested)
        {
            // Its time was over: the stream ends in order, and the client goes on from where it was.
            await gate.FlushAsync(request, output, request.Aborted);
        }
        catch (ApiException refusal)
        {
            Write(request, output, "ERROR"u8, ObjectJson.Of(refusal.Status));
            await gate.FlushAsync(request, output, cancellationToken);
        }
    }

    private async Task WriteEventsAsync(
        ApiRequest request, ServedResource served, IAsyncEnumerable<ResourceEvent> events, PipeWriter output, RequestPass pass,
        CancellationToken cancellationToken)
    {
        var isFirst = true;
        await using var reader = events.GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            var next = reader.MoveNextAsync();
            if (!next.IsCompleted)
            {
                // What was there is told: from here on it waits for others, and needs no seat for that.
                pass.LeaveSeat();
                await gate.FlushAsync(request, output, cancellationToken);
            }
            if (!await next)
                return;
            var found = reader.Current;
            if (found.Type == WatchEventType.Bookmark)
            {
                Write(request, output, "BOOKMARK"u8, Bookmark(request, served, found));
            }
            else
            {
                Write(request, output, Name(found.Type), responder.EventObject(request, served, found, isFirst));
                isFirst = false;
            }
            if (output.UnflushedBytes > 64 * 1024)
                await gate.FlushAsync(request, output, cancellationToken);
        }
    }

    private static void Write(ApiRequest request, PipeWriter output, ReadOnlySpan<byte> type, ReadOnlyMemory<byte> json)
    {
        if (request.Media == AnswerMedia.Protobuf)
        {
            output.Write(ProtobufAnswer.Frame(Encoding.ASCII.GetString(type), json)
                ?? throw new InvalidOperationException("an event of a kind without protocol buffers was to be told in them"));
            return;
        }
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

    private static byte[] Bookmark(ApiRequest request, ServedResource served, ResourceEvent found)
    {
        var annotations = found.IsInitialEventsEnd ? ",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}" : "";
        var (kind, apiVersion) = request.Form == AcceptedForm.PartialMetadata ? ("PartialObjectMetadata", "meta.k8s.io/v1") : (served.Type.Kind, served.Type.ApiVersion);
        return Encoding.UTF8.GetBytes(
            $"{{\"kind\":\"{kind}\",\"apiVersion\":\"{apiVersion}\",\"metadata\":{{\"resourceVersion\":\"{found.ResourceVersion}\"{annotations}}}}}");
    }

    private static ReadOnlySpan<byte> Name(WatchEventType type) => type switch
    {
        WatchEventType.Added => "ADDED"u8,
        WatchEventType.Modified => "MODIFIED"u8,
        _ => "DELETED"u8,
    };
}

using System.Text;
using Holdfast.ApiServer.Http.Fairness;
using Holdfast.ApiServer.Http.Streaming;
using Holdfast.ApiServer.Registry;
using Holdfast.Client;

namespace Holdfast.ApiServer.Http;

/// <summary>
/// Streams a watch, in the body of the answer or over a WebSocket, from the bytes that all watchers share. Nothing is buffered for a
/// reader that is slow: it falls behind the history and is told to list again, and one that reads nothing at all is cut.
/// </summary>
internal sealed class WatchResponse(Responder responder, RequestGate gate, TimeProvider time, CancellationToken stopping)
{
    private const int SentAtOnce = 64 * 1024;

    /// <summary>Streams until there are no more events.</summary>
    /// <param name="request">The request.</param>
    /// <param name="served">The kind.</param>
    /// <param name="events">What happens; ends with <paramref name="ends"/>.</param>
    /// <param name="pass">Its seat.</param>
    /// <param name="ends">Ends the watch; cancelled here when the client says that it leaves.</param>
    public async Task StreamAsync(
        ApiRequest request, ServedResource served, IAsyncEnumerable<ResourceEvent> events, RequestPass pass, CancellationTokenSource ends)
    {
        await using var output = StreamUpgrade.IsWebSocket(request.Http)
            ? await WatchSocket.OpenAsync(request, gate, time, ends)
            : await WatchBody.OpenAsync(request, gate);
        try
        {
            await WriteEventsAsync(request, served, events, output, pass, ends.Token);
        }
        catch (OperationCanceledException) when (!request.Aborted.IsCancellationRequested)
        {
            // Its time was over: the stream ends in order, and the client goes on from where it was.
            await output.FlushAsync(request.Aborted);
        }
        catch (ApiException refusal)
        {
            output.Write("ERROR"u8, ObjectJson.Of(refusal.Status));
            await output.FlushAsync(ends.Token);
        }
        await output.CloseAsync(stopping.IsCancellationRequested);
    }

    private async Task WriteEventsAsync(
        ApiRequest request, ServedResource served, IAsyncEnumerable<ResourceEvent> events, WatchOutput output, RequestPass pass,
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
                await output.FlushAsync(cancellationToken);
            }
            if (!await next)
                return;
            var found = reader.Current;
            if (found.Type == WatchEventType.Bookmark)
            {
                output.Write("BOOKMARK"u8, Bookmark(request, served, found));
            }
            else
            {
                output.Write(Name(found.Type), responder.EventObject(request, served, found, isFirst));
                isFirst = false;
            }
            if (output.Unsent > SentAtOnce)
                await output.FlushAsync(cancellationToken);
        }
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

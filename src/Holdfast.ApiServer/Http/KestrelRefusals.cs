using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Holdfast.ApiServer.Errors;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Holdfast.ApiServer.Http;

/// <summary>
/// Gives a Status to what the web server itself refuses, before any request begins: a target or a header that it cannot read, or
/// that is too large. It has no hook for that and answers with nothing; so its answers are seen to on their way out.
/// </summary>
/// <remarks>Over HTTP/1.1 alone: with HTTP/2 the web server ends such a stream without an answer.</remarks>
internal static class KestrelRefusals
{
    private static readonly object Key = new();

    /// <summary>Sees to the answers on the connections of an endpoint, after TLS.</summary>
    public static void Use(ListenOptions endpoint) => endpoint.Use(next => connection =>
    {
        if (connection.Features.Get<ITlsApplicationProtocolFeature>()?.ApplicationProtocol.Span.SequenceEqual("h2"u8) == true)
            return next(connection);
        var output = new RefusalWriter(connection.Transport.Output);
        connection.Items[Key] = output;
        connection.Transport = new Duplex(connection.Transport.Input, output);
        return next(connection);
    });

    /// <summary>Says that a request of the connection has begun or is over: while it is served, what goes out is its answer.</summary>
    public static void Serving(HttpContext http, bool isServing)
    {
        if (http.Features.Get<IConnectionItemsFeature>()?.Items.TryGetValue(Key, out var found) == true && found is RefusalWriter output)
            output.IsServing = isServing;
    }

    private sealed class Duplex(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }

    private sealed class RefusalWriter(PipeWriter output) : PipeWriter
    {
        private Memory<byte> _given;

        public bool IsServing { get; set; }

        public override bool CanGetUnflushedBytes => output.CanGetUnflushedBytes;

        public override long UnflushedBytes => output.UnflushedBytes;

        public override void Advance(int bytes)
        {
            if (IsServing || bytes > _given.Length || CodeOf(_given.Span[..bytes]) is not { } code)
                output.Advance(bytes);
            else
                output.Write(Answer(code));
            _given = default;
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) => _given = output.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => output.FlushAsync(cancellationToken);

        public override void CancelPendingFlush() => output.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => output.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => output.CompleteAsync(exception);

        // The code of a refusal without a body; null for anything else.
        private static int? CodeOf(ReadOnlySpan<byte> head)
        {
            var isRefusal = (head.StartsWith("HTTP/1.1 4"u8) || head.StartsWith("HTTP/1.1 505"u8)) && head.EndsWith("\r\n\r\n"u8) && head.IndexOf("Content-Length: 0\r\n"u8) > 0;
            return isRefusal && int.TryParse(head[9..12], NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : null;
        }

        private static byte[] Answer(int code)
        {
            var refusal = code switch
            {
                408 => ApiErrors.Failure(408, "Timeout", "the request did not arrive in time", null),
                411 => ApiErrors.Failure(411, "BadRequest", "the request has a body and does not tell its length", null),
                413 => ApiErrors.TooLarge(RequestBody.MaximumBytes),
                414 => RequestLimits.TargetTooLong(),
                431 => RequestLimits.HeadersTooLarge(),
                505 => ApiErrors.Failure(505, "BadRequest", "HTTP/1.1 and HTTP/2 are spoken here, and no other version", null),
                _ => ApiErrors.Failure(code, "BadRequest", "the request cannot be read: its first line or one of its headers is not as HTTP/1.1 has it", null),
            };
            var body = ObjectJson.Of(refusal.Status);
            var head = $"HTTP/1.1 {code} {Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(code)}\r\nContent-Length: {body.Length}\r\n"
                + "Connection: close\r\nContent-Type: application/json\r\nCache-Control: no-cache, private\r\n\r\n";
            return [.. Encoding.ASCII.GetBytes(head), .. body];
        }
    }
}

using System.Globalization;
using System.Text;
using Holdfast.ApiServer.Errors;
using Holdfast.ApiServer.Http.Streaming.Spdy;
using Holdfast.Model.Core;
using Microsoft.AspNetCore.Http;

namespace Holdfast.ApiServer.Http.Streaming;

/// <summary>
/// Answers <c>pods/portforward</c>: SPDY/3.1, either inside a WebSocket as kubectl has it since 1.30 or by itself as before, or
/// channels of a WebSocket as other clients have it. With SPDY the client opens a stream for errors and one for data for each connection.
/// </summary>
internal sealed class PortForwards(INodeProxy? nodes, TimeProvider time)
{
    private const string Tunnel = "SPDY/3.1+portforward.k8s.io";
    private const string Protocol = "portforward.k8s.io";

    public async Task ServeAsync(ApiRequest request, Pod pod, CancellationToken stopping)
    {
        if (nodes is null || pod.Spec.NodeName.Length == 0)
            throw ApiErrors.BadRequest($"pod {pod.Metadata.Name} does not have a host assigned, so its ports cannot be reached");
        if (pod.Status.Phase != "Running")
            throw ApiErrors.BadRequest($"unable to forward port because pod is not running. Current status={pod.Status.Phase}");
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted, stopping);
        var sockets = request.Http.WebSockets;
        var copies = new PortCopies(nodes, pod);
        if (sockets.IsWebSocketRequest && !sockets.WebSocketRequestedProtocols.Contains(Tunnel))
            await ForwardChannelsAsync(request.Http, copies, ends.Token);
        else
            await ForwardSpdyAsync(request.Http, copies, ends);
    }

    private async Task ForwardSpdyAsync(HttpContext http, PortCopies copies, CancellationTokenSource ends)
    {
        await using var transport = await TransportAsync(http);
        using var connection = new SpdyConnection(transport);
        var received = connection.ReceiveAsync(ends.Token);
        await ForwardAllAsync(connection, copies, ends.Token);
        await ends.CancelAsync();
        await received;
    }

    private async Task<Stream> TransportAsync(HttpContext http)
    {
        if (!http.WebSockets.IsWebSocketRequest)
            return (await StreamUpgrade.ToSpdyAsync(http, [Protocol])).Transport;
        // Named here and not when accepting: the platform refuses a name with a slash, which RFC 6455 does not allow and Kubernetes uses.
        http.Response.Headers.SecWebSocketProtocol = Tunnel;
        return new WebSocketTransport(await http.WebSockets.AcceptWebSocketAsync(), time);
    }

    private static async Task ForwardAllAsync(SpdyConnection connection, PortCopies copies, CancellationToken cancellationToken)
    {
        var errors = new Dictionary<string, SpdyStream>(StringComparer.Ordinal);
        var running = new List<Task>();
        try
        {
            await foreach (var stream in connection.Opened.ReadAllAsync(cancellationToken))
            {
                running.RemoveAll(task => task.IsCompleted);
                if (stream.Header("streamtype") == "error" && errors.TryAdd(stream.Header("requestid"), stream))
                    continue;
                if (stream.Header("streamtype") == "data" && errors.Remove(stream.Header("requestid"), out var error))
                    running.Add(ForwardAsync(connection, stream, error, copies, cancellationToken));
                else
                    await connection.ResetAsync(stream, SpdyReset.ProtocolError, cancellationToken);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            // The client has left, or the server stops; the connections below end by the same token.
        }
        await Task.WhenAll(running);
    }

    private static async Task ForwardAsync(
        SpdyConnection connection, SpdyStream data, SpdyStream errors, PortCopies copies, CancellationToken cancellationToken)
    {
        try
        {
            var problem = int.TryParse(data.Header("port"), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
                ? await copies.RunAsync(port, data.Input, new PlainWriteStream(data.SendAsync), data.Broken, FinishAsync, cancellationToken)
                : new CopyProblem($"\"{data.Header("port")}\" is no port", IsCut: false);
            // kubectl gives up all its connections when it reads of an error; a pod that cuts one of them means that one alone.
            if (problem is { IsCut: true })
                await connection.ResetAsync(data, SpdyReset.Cancel, cancellationToken);
            else if (problem is not null)
                await errors.SendAsync(Encoding.UTF8.GetBytes(problem.Message), cancellationToken);
            await FinishAsync();
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            // The client has left: there is nobody to tell.
        }
        data.StopReading();
        errors.StopReading();

        // Both at once: kubectl holds the local connection open until the stream for errors has ended too.
        async ValueTask FinishAsync()
        {
            if (!data.Broken.IsCompleted)
                await data.FinishAsync(cancellationToken);
            await errors.FinishAsync(cancellationToken);
        }
    }

    // Two channels for each port, data and errors; each begins with the port's number, the low byte first.
    private async Task ForwardChannelsAsync(HttpContext http, PortCopies copies, CancellationToken cancellationToken)
    {
        var ports = Ports(http.Request.Query["ports"]);
        var protocol = StreamUpgrade.Choose(http.WebSockets.WebSocketRequestedProtocols, ["v4.channel.k8s.io", "v4.base64.channel.k8s.io"]);
        var web = await http.WebSockets.AcceptWebSocketAsync(protocol);
        using var socket = new ChannelSocket(web, protocol, time);
        var inputs = ports.Select((_, index) => socket.Reading((byte)(2 * index))).ToList();
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var received = socket.ReceiveAsync(ends.Token);
        try
        {
            for (var i = 0; i < 2 * ports.Count; i++)
                await socket.SendAsync((byte)i, new byte[] { (byte)ports[i / 2], (byte)(ports[i / 2] >> 8) }, ends.Token);
            await Task.WhenAny(received, Task.WhenAll(ports.Select((port, i) => ForwardChannelAsync(socket, port, (byte)(2 * i), inputs[i], copies, received, ends.Token))));
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            // The client has left, or the server stops.
        }
        await socket.CloseAsync(received);
        await ends.CancelAsync();
    }

    private static async Task ForwardChannelAsync(
        ChannelSocket socket, int port, byte channel, Stream input, PortCopies copies, Task left, CancellationToken cancellationToken)
    {
        if (await copies.RunAsync(port, input, socket.Writing(channel), left, () => default, cancellationToken) is { } problem)
            await socket.SendAsync((byte)(channel + 1), Encoding.UTF8.GetBytes(problem.Message), cancellationToken);
    }

    private static List<int> Ports(IEnumerable<string?> texts)
    {
        const int most = 4;
        var ports = new List<int>();
        foreach (var text in texts.OfType<string>().SelectMany(each => each.Split(',')))
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535)
                throw ApiErrors.BadRequest($"query parameter \"ports\": \"{text}\" is no port: use numbers from 1 to 65535");
            ports.Add(port);
        }
        return ports.Count switch
        {
            0 => throw ApiErrors.BadRequest("query parameter \"ports\" is required: name the ports to forward"),
            > most => throw ApiErrors.BadRequest($"query parameter \"ports\" names {ports.Count} ports: at most {most} are forwarded by one request"),
            _ => ports,
        };
    }
}

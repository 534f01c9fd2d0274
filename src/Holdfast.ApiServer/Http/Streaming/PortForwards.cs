using System.Globalization;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Holdfast.ApiServer.Errors;
using Holdfast.ApiServer.Http.Streaming.Spdy;
using Holdfast.Client;
using Holdfast.Model.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Holdfast.ApiServer.Http.Streaming;

/// <summary>
/// Answers <c>pods/portforward</c>: SPDY/3.1, either inside a WebSocket as kubectl has it since 1.30 or by itself as before. For
/// each connection the client opens a stream for errors and one for data.
/// </summary>
internal sealed class PortForwards(INodeProxy? nodes)
{
    private const string Tunnel = "SPDY/3.1+portforward.k8s.io";
    private const string Spdy = "SPDY/3.1";
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    public async Task ServeAsync(ApiRequest request, Pod pod, CancellationToken stopping)
    {
        if (nodes is null || pod.Spec.NodeName.Length == 0)
            throw ApiErrors.BadRequest($"pod {pod.Metadata.Name} does not have a host assigned, so its ports cannot be reached");
        if (pod.Status.Phase != "Running")
            throw ApiErrors.BadRequest($"unable to forward port because pod is not running. Current status={pod.Status.Phase}");
        await using var transport = await TransportAsync(request.Http);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted, stopping);
        using var connection = new SpdyConnection(transport);
        var received = connection.ReceiveAsync(ends.Token);
        await ForwardAllAsync(connection, nodes, pod, ends.Token);
        await ends.CancelAsync();
        await received;
    }

    private static async Task<Stream> TransportAsync(HttpContext http)
    {
        if (http.WebSockets.IsWebSocketRequest)
        {
            if (!http.WebSockets.WebSocketRequestedProtocols.Contains(Tunnel))
                throw ApiErrors.BadRequest($"the WebSocket offers no protocol that is spoken here: use {Tunnel}");
            // Named here and not when accepting: the platform refuses a name with a slash, which RFC 6455 does not allow and Kubernetes uses.
            http.Response.Headers.SecWebSocketProtocol = Tunnel;
            return WebSocketStream.Create(await http.WebSockets.AcceptWebSocketAsync(), WebSocketMessageType.Binary, Farewell);
        }
        var upgrade = http.Features.Get<IHttpUpgradeFeature>();
        if (upgrade is not { IsUpgradableRequest: true } || !http.Request.Headers.Upgrade.ToString().Equals(Spdy, StringComparison.OrdinalIgnoreCase))
            throw ApiErrors.BadRequest($"Upgrade request required: ask for a WebSocket with the protocol {Tunnel}, or for {Spdy}");
        http.Response.Headers.Connection = "Upgrade";
        http.Response.Headers.Upgrade = Spdy;
        http.Response.Headers["X-Stream-Protocol-Version"] = "portforward.k8s.io";
        return await upgrade.UpgradeAsync();
    }

    private static async Task ForwardAllAsync(SpdyConnection connection, INodeProxy nodes, Pod pod, CancellationToken cancellationToken)
    {
        var errors = new Dictionary<string, SpdyStream>(StringComparer.Ordinal);
        var running = new List<Task>();
        try
        {
            await foreach (var stream in connection.OpenedAsync(cancellationToken))
            {
                running.RemoveAll(task => task.IsCompleted);
                if (stream.Header("streamtype") == "error")
                    errors[stream.Header("requestid")] = stream;
                else if (errors.Remove(stream.Header("requestid"), out var error))
                    running.Add(ForwardAsync(stream, error, nodes, pod, cancellationToken));
                else
                    await stream.FinishAsync(cancellationToken);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            // The client has left, or the server stops; the connections below end by the same token.
        }
        await Task.WhenAll(running);
    }

    private static async Task ForwardAsync(SpdyStream data, SpdyStream errors, INodeProxy nodes, Pod pod, CancellationToken cancellationToken)
    {
        try
        {
            if (await CopyAsync(data, nodes, pod, cancellationToken) is { } problem)
                await errors.SendAsync(Encoding.UTF8.GetBytes(problem), cancellationToken);
            await data.FinishAsync(cancellationToken);
            await errors.FinishAsync(cancellationToken);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            // The client has left: there is nobody to tell.
        }
        data.StopReading();
        errors.StopReading();
    }

    private static async Task<string?> CopyAsync(SpdyStream data, INodeProxy nodes, Pod pod, CancellationToken cancellationToken)
    {
        if (!int.TryParse(data.Header("port"), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535)
            return $"\"{data.Header("port")}\" is no port";
        try
        {
            await using var target = await nodes.ConnectAsync(pod, port, cancellationToken);
            var there = ToPodAsync(data, target, cancellationToken);
            await FromPodAsync(data, target, cancellationToken);
            // The pod has said all; what the client still sends has nobody to read it.
            data.StopReading();
            await target.DisposeAsync();
            await there;
            return null;
        }
        catch (ApiException refusal)
        {
            return $"error forwarding port {port} to pod {pod.Metadata.Name}: {refusal.Message}";
        }
        catch (IOException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"error forwarding port {port} to pod {pod.Metadata.Name}: the pod has cut the connection";
        }
    }

    private static async Task FromPodAsync(SpdyStream data, Stream target, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        while (await target.ReadAsync(buffer, cancellationToken) is > 0 and var count)
            await data.SendAsync(buffer.AsMemory(0, count), cancellationToken);
        await data.FinishAsync(cancellationToken);
    }

    private static async Task ToPodAsync(SpdyStream data, Stream target, CancellationToken cancellationToken)
    {
        try
        {
            await data.Input.CopyToAsync(target, cancellationToken);
            if (target is NetworkStream network)
                network.Socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            // One side has left; the other direction tells.
            await target.DisposeAsync();
        }
    }
}

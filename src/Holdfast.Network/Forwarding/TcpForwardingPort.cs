using System.Net;
using System.Net.Sockets;
using Holdfast.Platform;

namespace Holdfast.Network.Forwarding;

/// <summary>Forwards TCP connections. Each direction ends by itself, so that a half-closed connection still works.</summary>
internal sealed class TcpForwardingPort : ForwardingPort
{
    private const int BufferBytes = 32 * 1024;

    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(50);

    private readonly Socket _listener;
    private readonly CancellationTokenSource _stopAccepting = new();
    private readonly CancellationTokenSource _cut = new();
    private readonly Task _accepting;
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Counts the accept loop too, so that the count reaches zero only once, after the port was closed.
    private int _open = 1;

    private TcpForwardingPort(ForwardingParts parts, ForwardingRoute route, Socket listener)
        : base(parts, route)
    {
        _listener = listener;
        _accepting = parts.Runner.Start("Service port", AcceptAsync, _stopAccepting.Token);
    }

    /// <summary>Starts to listen.</summary>
    /// <param name="parts">What the forwarder's ports share.</param>
    /// <param name="endPoint">Where.</param>
    /// <param name="route">Whereto connections go.</param>
    /// <returns>The open port.</returns>
    /// <exception cref="SocketException">The port cannot be had.</exception>
    public static TcpForwardingPort Open(ForwardingParts parts, IPEndPoint endPoint, ForwardingRoute route)
    {
        var listener = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(endPoint);
            listener.Listen();
            return new TcpForwardingPort(parts, route, listener);
        }
        catch (SocketException)
        {
            listener.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override async Task CloseAsync(TimeSpan drain)
    {
        // First and at once: when the change counts as applied, the port is free again.
        _listener.Dispose();
        await _stopAccepting.CancelAsync();
        await _accepting;
        using (var timeout = new CancellationTokenSource(drain, Parts.Time))
        await using (timeout.Token.Register(_cut.Cancel))
        {
            Leave();
            await _drained.Task;
        }

        _cut.Dispose();
        _stopAccepting.Dispose();
    }

    private async Task AcceptAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            if (await AcceptOneAsync(cancellationToken) is { } client)
            {
                await AdmitAsync(client, cancellationToken);
            }
        }
    }

    // Waiting here leaves further clients in the listener's own queue, which is bounded.
    private async Task AdmitAsync(Socket client, CancellationToken cancellationToken)
    {
        try
        {
            await Parts.Connections.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Reset(client);
            throw;
        }

        Interlocked.Increment(ref _open);
        _ = Parts.Runner.Start("Service connection", token => ServeAsync(client, token), _cut.Token);
    }

    private async Task<Socket?> AcceptOneAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _listener.AcceptAsync(cancellationToken);
        }
        catch (Exception fault) when (fault is OperationCanceledException or ObjectDisposedException)
        {
            return null;
        }
        catch (SocketException)
        {
            // A client that gave up, no free descriptor, or our own closing: the loop's condition tells them apart.
            await Parts.Time.DelayAsync(AcceptPause, cancellationToken);
            return null;
        }
    }

    private async Task ServeAsync(Socket client, CancellationToken cancellationToken)
    {
        try
        {
            using (client)
            using (var backend = await ConnectAsync(client, cancellationToken))
            {
                await RelayAsync(client, backend, cancellationToken);
            }
        }
        finally
        {
            Parts.Connections.Release();
            Leave();
        }
    }

    private static async Task RelayAsync(Socket client, Socket? backend, CancellationToken cancellationToken)
    {
        if (backend is null)
        {
            Reset(client);
            return;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await Task.WhenAll(CopyAsync(client, backend, either), CopyAsync(backend, client, either));
        }
        catch (Exception fault) when (fault is SocketException or OperationCanceledException)
        {
            // One side broke, or the drain time is over: neither may take what came for a whole answer.
            Reset(client);
            Reset(backend);
        }
    }

    private async Task<Socket?> ConnectAsync(Socket client, CancellationToken cancellationToken)
    {
        var from = (client.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
        foreach (var backend in BackendsFor(from))
        {
            if (await TryConnectAsync(backend, cancellationToken) is { } socket)
            {
                Remember(from, backend);
                return socket;
            }
        }

        return null;
    }

    private async Task<Socket?> TryConnectAsync(IPEndPoint backend, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Parts.Options.ConnectTimeout, Parts.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var socket = new Socket(backend.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(backend, either.Token);
            return socket;
        }
        catch (Exception fault) when (fault is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
    }

    private static async Task CopyAsync(Socket from, Socket to, CancellationTokenSource either)
    {
        var buffer = new byte[BufferBytes];
        try
        {
            while (true)
            {
                var count = await from.ReceiveAsync(buffer, either.Token);
                if (count == 0)
                {
                    to.Shutdown(SocketShutdown.Send);
                    return;
                }

                for (var sent = 0; sent < count;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), either.Token);
                }
            }
        }
        catch (SocketException)
        {
            await either.CancelAsync();
            throw;
        }
    }

    private static void Reset(Socket socket)
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _open) == 0)
        {
            _drained.TrySetResult();
        }
    }
}

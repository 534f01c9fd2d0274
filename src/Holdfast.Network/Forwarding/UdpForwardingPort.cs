using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Holdfast.Network.Forwarding;

/// <summary>Forwards datagrams: each client gets a socket of its own towards one backend, so that answers find back.</summary>
internal sealed class UdpForwardingPort : ForwardingPort
{
    private const int LargestDatagramBytes = 65535;

    private readonly Socket _socket;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _receiving;
    private readonly ConcurrentDictionary<EndPoint, UdpSession> _sessions = new();

    private UdpForwardingPort(ForwardingParts parts, ForwardingRoute route, Socket socket)
        : base(parts, route)
    {
        _socket = socket;
        _receiving = parts.Runner.Start("Service port over UDP", ReceiveAsync, _stop.Token);
    }

    /// <summary>Starts to listen.</summary>
    /// <param name="parts">What the forwarder's ports share.</param>
    /// <param name="endPoint">Where.</param>
    /// <param name="route">Whereto datagrams go.</param>
    /// <returns>The open port.</returns>
    /// <exception cref="SocketException">The port cannot be had.</exception>
    public static UdpForwardingPort Open(ForwardingParts parts, IPEndPoint endPoint, ForwardingRoute route)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Bind(endPoint);
            return new UdpForwardingPort(parts, route, socket);
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override async Task CloseAsync(TimeSpan drain)
    {
        // Datagrams have no end to wait for.
        _socket.Dispose();
        await _stop.CancelAsync();
        await _receiving;
        var sessions = _sessions.Values.ToArray();
        foreach (var session in sessions)
        {
            session.End();
        }

        await Task.WhenAll(sessions.Select(session => session.Ended));
        _stop.Dispose();
    }

    private async Task ReceiveAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[LargestDatagramBytes];
        var anybody = new IPEndPoint(_socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var received = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, anybody, cancellationToken);
                var session = SessionOf((IPEndPoint)received.RemoteEndPoint);
                await session.Backend.SendAsync(buffer.AsMemory(0, received.ReceivedBytes), SocketFlags.None, cancellationToken);
            }
            catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
            {
                // A backend that is gone or a session that just ended: the datagram is lost, as datagrams may be.
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private UdpSession SessionOf(IPEndPoint client)
    {
        if (_sessions.TryGetValue(client, out var known) && Route.Backends.Contains(known.To))
        {
            known.SeenAt = Parts.Time.GetUtcNow();
            return known;
        }

        known?.End();
        if (_sessions.Count >= Parts.Options.MaxDatagramClients)
        {
            _sessions.MinBy(session => session.Value.SeenAt).Value.End();
        }

        var to = BackendsFor(client.Address)[0];
        Remember(client.Address, to);
        var session = new UdpSession(to, Parts.Time.GetUtcNow());
        _sessions[client] = session;
        session.Ended = Parts.Runner.Start("Service client over UDP", _ => ReturnAsync(client, session), CancellationToken.None);
        return session;
    }

    private async Task ReturnAsync(IPEndPoint client, UdpSession session)
    {
        var buffer = new byte[LargestDatagramBytes];
        try
        {
            while (await ReceiveAnswerAsync(session, buffer) is { } count)
            {
                if (count > 0)
                {
                    await _socket.SendToAsync(buffer.AsMemory(0, count), SocketFlags.None, client, session.Token);
                }
            }
        }
        catch (Exception fault) when (fault is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The backend or the port is gone; the client's next datagram starts anew.
            session.End();
        }
        finally
        {
            _sessions.TryRemove(KeyValuePair.Create<EndPoint, UdpSession>(client, session));
            session.Dispose();
        }
    }

    private async Task<int?> ReceiveAnswerAsync(UdpSession session, byte[] buffer)
    {
        using var idle = new CancellationTokenSource(Parts.Options.DatagramIdle, Parts.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, session.Token);
        try
        {
            var count = await session.Backend.ReceiveAsync(buffer, SocketFlags.None, either.Token);
            session.SeenAt = Parts.Time.GetUtcNow();
            return count;
        }
        catch (OperationCanceledException) when (!session.Token.IsCancellationRequested)
        {
            return Parts.Time.GetUtcNow() - session.SeenAt < Parts.Options.DatagramIdle ? 0 : null;
        }
    }
}

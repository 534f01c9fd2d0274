using System.Net;
using System.Net.Sockets;
using Holdfast.Network.Dns.Zone;
using Holdfast.Platform;

namespace Holdfast.Network.Dns.Server;

/// <summary>
/// The cluster's DNS server: UDP and TCP on one address and port. Thin: it moves bytes, and <see cref="DnsZone"/> knows
/// the answers. It keeps no state of its own, so it can be started and stopped at any time.
/// </summary>
public sealed class DnsServer : IAsyncDisposable
{
    // Queries are small; a client that announces more is cut off.
    private const int LargestQueryBytes = 4096;
    private const int LargestDatagramBytes = 65535;

    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(50);

    private readonly DnsServerOptions _options;
    private readonly DnsResponder _responder;
    private readonly ITaskRunner _runner;
    private readonly TimeProvider _time;
    private readonly DnsSockets _sockets;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _connections;
    private Task _loops = Task.CompletedTask;
    private long _unsentAnswers;

    private DnsServer(DnsServerOptions options, DnsZoneHolder zone, ITaskRunner runner, IChance chance, TimeProvider time, DnsSockets sockets)
    {
        _options = options;
        _runner = runner;
        _time = time;
        _sockets = sockets;
        _connections = new SemaphoreSlim(options.MaxConnections);
        _responder = new DnsResponder(zone, new UpstreamResolver(options, chance, time), chance);
    }

    /// <summary>Where the server listens.</summary>
    public IPEndPoint EndPoint => _sockets.EndPoint;

    /// <summary>How many answers the operating system would not send.</summary>
    public long UnsentAnswers => Interlocked.Read(ref _unsentAnswers);

    /// <summary>Starts a server.</summary>
    /// <param name="options">Where to listen, and the bounds.</param>
    /// <param name="zone">What to answer from.</param>
    /// <param name="runner">Runs the loops.</param>
    /// <param name="chance">Gives numbers and orders.</param>
    /// <param name="time">Measures waits.</param>
    /// <returns>The server, or why it does not listen, or both when it took another port.</returns>
    public static DnsListenResult Start(
        DnsServerOptions options, DnsZoneHolder zone, ITaskRunner runner, IChance chance, TimeProvider time)
    {
        var (sockets, problem) = DnsSockets.Open(options);
        if (sockets is null)
        {
            return new DnsListenResult(null, problem);
        }

        zone.SetServerAddresses(sockets.EndPoint.Address);
        var server = new DnsServer(options, zone, runner, chance, time, sockets);
        server._loops = Task.WhenAll(
            runner.Start("DNS over UDP", server.ServeDatagramsAsync, server._stop.Token),
            runner.Start("DNS over TCP", server.ServeConnectionsAsync, server._stop.Token));
        return new DnsListenResult(server, problem);
    }

    /// <summary>Stops listening and ends every connection.</summary>
    /// <returns>Done when the loops have ended.</returns>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _loops;
        }
        finally
        {
            _sockets.Dispose();
            _stop.Dispose();
        }
    }

    private async Task ServeDatagramsAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[LargestDatagramBytes];
        var anybody = new IPEndPoint(_sockets.Udp.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        while (!cancellationToken.IsCancellationRequested)
        {
            var received = await _sockets.Udp.ReceiveFromAsync(buffer, SocketFlags.None, anybody, cancellationToken);
            var message = buffer.AsMemory(0, received.ReceivedBytes).ToArray();
            var answer = _responder.RespondAsync(message, isTcp: false, cancellationToken);
            if (answer.IsCompletedSuccessfully)
            {
                await SendAsync(answer.Result, received.RemoteEndPoint, cancellationToken);
                continue;
            }

            // Bounded: the resolver behind it admits only so many at once and answers the others immediately.
            _ = _runner.Start(
                "DNS query passed on",
                async token => await SendAsync(await answer, received.RemoteEndPoint, token),
                cancellationToken);
        }
    }

    private async Task SendAsync(byte[]? answer, EndPoint client, CancellationToken cancellationToken)
    {
        if (answer is null)
        {
            return;
        }

        try
        {
            await _sockets.Udp.SendToAsync(answer, SocketFlags.None, client, cancellationToken);
        }
        catch (SocketException fault) when (fault.SocketErrorCode != SocketError.OperationAborted)
        {
            // The client cannot be reached; as with any lost datagram, it will ask again.
            Interlocked.Increment(ref _unsentAnswers);
        }
    }

    private async Task ServeConnectionsAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await _connections.WaitAsync(cancellationToken);
            var client = await AcceptAsync(cancellationToken);
            _ = _runner.Start("DNS connection", token => ServeConnectionAsync(client, token), cancellationToken);
        }
    }

    private async Task<Socket> AcceptAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await _sockets.Tcp.AcceptAsync(cancellationToken);
            }
            catch (SocketException fault) when (fault.SocketErrorCode != SocketError.OperationAborted)
            {
                // A client that gave up, or no free file descriptor: neither is a reason to stop serving the others.
                await _time.DelayAsync(AcceptPause, cancellationToken);
            }
        }
    }

    private async Task ServeConnectionAsync(Socket client, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = new NetworkStream(client, ownsSocket: true);
            while (await ServeQueryAsync(stream, cancellationToken))
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            // A client that left or was too slow: its connection is closed, and nothing else is due to it.
            client.Dispose();
        }
        finally
        {
            _connections.Release();
        }
    }

    private async Task<bool> ServeQueryAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_options.ConnectionTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        if (await DnsStream.ReadAsync(stream, LargestQueryBytes, either.Token) is not { } message)
        {
            return false;
        }

        if (await _responder.RespondAsync(message, isTcp: true, either.Token) is not { } answer)
        {
            return false;
        }

        await DnsStream.WriteAsync(stream, answer, either.Token);
        return true;
    }
}

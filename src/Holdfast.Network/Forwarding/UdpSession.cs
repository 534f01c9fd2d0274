using System.Net;
using System.Net.Sockets;

namespace Holdfast.Network.Forwarding;

/// <summary>One client of a UDP port, with its own socket towards its backend.</summary>
internal sealed class UdpSession : IDisposable
{
    private readonly CancellationTokenSource _end = new();
    private long _seenAtTicks;

    /// <summary>Opens the socket.</summary>
    /// <param name="to">The backend.</param>
    /// <param name="now">The time.</param>
    public UdpSession(IPEndPoint to, DateTimeOffset now)
    {
        To = to;
        SeenAt = now;
        Backend = new Socket(to.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        Backend.Connect(to);
    }

    /// <summary>The backend.</summary>
    public IPEndPoint To { get; }

    /// <summary>When a datagram last came or went. Both directions write it.</summary>
    public DateTimeOffset SeenAt
    {
        get => new(Interlocked.Read(ref _seenAtTicks), TimeSpan.Zero);
        set => Interlocked.Exchange(ref _seenAtTicks, value.UtcTicks);
    }

    /// <summary>The socket towards the backend.</summary>
    public Socket Backend { get; }

    /// <summary>Cancelled when the session is to end.</summary>
    public CancellationToken Token => _end.Token;

    /// <summary>Done when the session has ended.</summary>
    public Task Ended { get; set; } = Task.CompletedTask;

    /// <summary>Asks the session to end; asking twice, or after the end, is fine.</summary>
    public void End() => _end.Cancel();

    // The source of the token is left to the collector: it holds no timer, and an end may still be asked of it.
    /// <inheritdoc/>
    public void Dispose() => Backend.Dispose();
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace LedgerStore.Tests.Quorum;

/// <summary>One direction of who calls whom: a proxy that can be cut. Connections are ended at once, and none are let through until it is healed.</summary>
public sealed class TcpLink : IAsyncDisposable
{
    private readonly TcpListener listener;
    private readonly IPEndPoint target;
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentDictionary<Socket, Socket> pairs = new();
    private readonly Task accepting;
    private volatile bool isCut;

    public TcpLink(IPAddress address, IPEndPoint target)
    {
        this.target = target;
        listener = new TcpListener(address, 0);
        listener.Start();
        accepting = AcceptAsync();
    }

    public IPEndPoint EndPoint => (IPEndPoint)listener.LocalEndpoint;

    public void Cut()
    {
        isCut = true;
        foreach (var (one, other) in pairs)
            Close(one, other);
    }

    public void Heal() => isCut = false;

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        Cut();
        await accepting;
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        var carrying = new List<Task>();
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                var from = await listener.AcceptSocketAsync(stopping.Token);
                carrying.Add(CarryAsync(from));
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            Cut();
        }
        await Task.WhenAll(carrying);
    }

    private async Task CarryAsync(Socket from)
    {
        var to = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        from.NoDelay = true;
        pairs[from] = to;
        try
        {
            if (!isCut)
            {
                await to.ConnectAsync(target, stopping.Token);
                await Task.WhenAny(CopyAsync(from, to), CopyAsync(to, from));
            }
        }
        catch (Exception end) when (end is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            isCut |= stopping.IsCancellationRequested;
        }
        pairs.TryRemove(from, out _);
        Close(from, to);
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (!isCut && await from.ReceiveAsync(buffer, stopping.Token) is var read and > 0 && !isCut)
            {
                for (var sent = 0; sent < read;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), stopping.Token);
            }
        }
        catch (Exception end) when (end is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            Close(from, to);
        }
    }

    private static void Close(Socket one, Socket other)
    {
        one.Dispose();
        other.Dispose();
    }
}

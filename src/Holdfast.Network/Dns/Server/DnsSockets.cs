using System.Net;
using System.Net.Sockets;

namespace Holdfast.Network.Dns.Server;

/// <summary>The server's two sockets, on one address and port.</summary>
internal sealed class DnsSockets : IDisposable
{
    // A free TCP port may be taken for UDP; each try takes another one.
    private const int FreePortTries = 16;

    private DnsSockets(Socket udp, Socket tcp)
    {
        Udp = udp;
        Tcp = tcp;
        EndPoint = (IPEndPoint)(tcp.LocalEndPoint ?? throw new InvalidOperationException("A bound socket has an address."));
    }

    /// <summary>The UDP socket.</summary>
    public Socket Udp { get; }

    /// <summary>The TCP socket, which listens.</summary>
    public Socket Tcp { get; }

    /// <summary>Where both are bound.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Opens both sockets on the wanted port, or on a free one where the options allow that.</summary>
    /// <param name="options">Where to listen.</param>
    /// <returns>The sockets, and why they are not on the wanted port.</returns>
    public static (DnsSockets? Sockets, DnsListenProblem? Problem) Open(DnsServerOptions options)
    {
        var wanted = new IPEndPoint(options.Address, options.Port);
        var (sockets, fault) = TryOpen(wanted);
        var problem = fault is null ? null : Explain(wanted, fault);
        if (problem is not null && options.MayUseFreePort && problem.Fault != DnsListenFault.NoSuchAddress)
        {
            (sockets, _) = TryOpen(new IPEndPoint(options.Address, 0));
        }

        return (sockets, problem);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Udp.Dispose();
        Tcp.Dispose();
    }

    private static (DnsSockets? Sockets, SocketException? Fault) TryOpen(IPEndPoint endPoint)
    {
        SocketException? last = null;
        for (var attempt = 0; attempt < (endPoint.Port == 0 ? FreePortTries : 1); attempt++)
        {
            var tcp = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            var udp = new Socket(endPoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            try
            {
                tcp.Bind(endPoint);
                tcp.Listen();
                udp.Bind(tcp.LocalEndPoint!);
                return (new DnsSockets(udp, tcp), null);
            }
            catch (SocketException fault)
            {
                last = fault;
                tcp.Dispose();
                udp.Dispose();
            }
        }

        return (null, last);
    }

    private static DnsListenProblem Explain(IPEndPoint endPoint, SocketException fault)
    {
        var (kind, advice) = fault.SocketErrorCode switch
        {
            SocketError.AccessDenied => (DnsListenFault.NotPermitted,
                "ports below 1024 need root or the capability CAP_NET_BIND_SERVICE; pods use a hosts file until it is given"),
            SocketError.AddressAlreadyInUse => (DnsListenFault.InUse,
                "another process listens there; stop it or choose another address"),
            SocketError.AddressNotAvailable => (DnsListenFault.NoSuchAddress,
                "this machine does not have that address; choose one from 127.0.0.0/8"),
            _ => (DnsListenFault.Other, $"the system says: {fault.Message}"),
        };
        return new DnsListenProblem(kind, endPoint, $"DNS cannot listen on {endPoint}: {advice}.");
    }
}

using System.Net;
using System.Net.Sockets;

namespace LedgerStore.Quorum;

/// <summary>Where the members are. Names stay, addresses do not: every new connection asks again.</summary>
/// <param name="options">How they are found.</param>
public sealed class PeerDirectory(PeerOptions options)
{
    /// <summary>A member's address for other members, or null when it has none now.</summary>
    public async Task<IPEndPoint?> FindAsync(string name, CancellationToken cancellation)
    {
        if (options.Fixed.TryGetValue(name, out var given))
            return given;
        if (options.Service is null)
            return null;
        var host = $"{name}.{options.Service}{options.Domain}";
        try
        {
            var addresses = options.DnsServer is { } server
                ? await DnsQuery.AskAsync(server, host, cancellation)
                : await Dns.GetHostAddressesAsync(host, AddressFamily.InterNetwork, cancellation);
            return addresses.Length > 0 ? new IPEndPoint(addresses[0], options.Listen.Port) : null;
        }
        catch (SocketException)
        {
            // No such name, or no server that knows: the member has no address now.
            return null;
        }
    }

    /// <summary>A member's API, or null when it has no address now.</summary>
    public async Task<Uri?> FindApiAsync(string name, CancellationToken cancellation) =>
        await FindAsync(name, cancellation) is { } address ? new Uri($"http://{address.Address}:{options.ApiPort}") : null;
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace LedgerStore.Quorum;

/// <summary>Where the members are. Names stay, addresses do not: every new connection asks again.</summary>
/// <param name="options">How they are found.</param>
public sealed class PeerDirectory(PeerOptions options)
{
    private const int MaxKnown = 64;
    private readonly ConcurrentDictionary<string, IPEndPoint> apis = new();

    /// <summary>A member has said where its API is.</summary>
    /// <param name="name">The member.</param>
    /// <param name="api">As <see cref="PeerHeaders.Api"/> has it.</param>
    public void NoteApi(string name, string api)
    {
        if (name.Length > 0 && IPEndPoint.TryParse(api, out var told) && told.Port > 0 && (apis.ContainsKey(name) || apis.Count < MaxKnown))
            apis[name] = told;
    }

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

    /// <summary>A member's API where it has said that it is, else on the port of our own; null when it has no address now.</summary>
    public async Task<Uri?> FindApiAsync(string name, CancellationToken cancellation)
    {
        var told = apis.GetValueOrDefault(name);
        if (told is not null && !told.Address.Equals(IPAddress.Any) && !told.Address.Equals(IPAddress.IPv6Any))
            return new Uri($"http://{told}");
        return await FindAsync(name, cancellation) is { } address ? new Uri($"http://{new IPEndPoint(address.Address, told?.Port ?? options.ApiPort)}") : null;
    }
}

using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using LedgerStore.Quorum;

namespace LedgerStore;

/// <summary>Reads how the other members are found.</summary>
/// <param name="variable">Looks up an environment variable.</param>
public sealed class PeerOptionsReader(Func<string, string?> variable)
{
    private const string DefaultTls = "/etc/ledger-store/tls";
    private const int DefaultPort = 8081;
    private const int DefaultFounders = 3;

    /// <summary>Reads and checks everything; null when the member keeps its ledger alone.</summary>
    /// <exception cref="LedgerOptionsException">A setting is wrong.</exception>
    public PeerOptions? Read(Func<string, string, string?> setting, IPEndPoint listen)
    {
        var (service, peers) = (setting("--service", "LEDGER_SERVICE"), setting("--peers", "LEDGER_PEERS"));
        var tls = setting("--tls", "LEDGER_TLS");
        if (service is not null && peers is not null)
            throw new LedgerOptionsException("--service (LEDGER_SERVICE) and --peers (LEDGER_PEERS) are two ways to find the members; give one of them");
        var options = new PeerOptions
        {
            Service = service,
            Domain = variable("POD_NAMESPACE") is { Length: > 0 } space ? $".{space}.svc.cluster.local" : "",
            Fixed = peers is null ? ImmutableSortedDictionary<string, IPEndPoint>.Empty : ReadPeers(peers),
            Listen = new IPEndPoint(listen.Address, ReadPort(setting("--peer-port", "LEDGER_PEER_PORT"))),
            ApiPort = listen.Port,
            TlsFolder = tls ?? DefaultTls,
            RequiresTls = tls is not null,
            DnsServer = IPEndPoint.TryParse(variable("HOLDFAST_DNS") ?? "", out var server) ? server : null,
            Founders = ReadFounders(setting("--founders", "LEDGER_FOUNDERS")),
            MayFound = Choose(setting("--found", "LEDGER_FOUND"), "--found (LEDGER_FOUND)", "yes", "no"),
            Forwards = Choose(setting("--followers", "LEDGER_FOLLOWERS"), "--followers (LEDGER_FOLLOWERS)", "forward", "redirect"),
        };
        // Read even when nobody is there to speak to: a wrong value is wrong before the first peer is named.
        return service is null && peers is null ? null : options;
    }

    private static ImmutableSortedDictionary<string, IPEndPoint> ReadPeers(string text)
    {
        var peers = ImmutableSortedDictionary.CreateBuilder<string, IPEndPoint>(StringComparer.Ordinal);
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var split = part.Split('=');
            if (split.Length != 2 || split[0].Length == 0 || !IPEndPoint.TryParse(split[1], out var address) || address.Port == 0)
                throw new LedgerOptionsException($"--peers (LEDGER_PEERS) must be name=address:port, separated by commas, but has '{part}'");
            if (peers.FirstOrDefault(other => other.Key == split[0] || other.Value.Equals(address)).Key is { } twin)
                throw new LedgerOptionsException("--peers (LEDGER_PEERS) must name each member once, with an address of its own, but has " +
                    (twin == split[0] ? $"the name {twin} twice" : $"{twin} and {split[0]} at one address, {address}"));
            peers.Add(split[0], address);
        }
        return peers.ToImmutable();
    }

    private static int ReadPort(string? text) =>
        text is null ? DefaultPort
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= ushort.MaxValue ? port
        : throw new LedgerOptionsException($"--peer-port (LEDGER_PEER_PORT) must be a port from 1 to 65535, but is '{text}'");

    private static int ReadFounders(string? text) =>
        text is null ? DefaultFounders
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= PeerOptions.MaxOrdinals ? count
        : throw new LedgerOptionsException($"--founders (LEDGER_FOUNDERS) must be a number of members from 1 to {PeerOptions.MaxOrdinals}, but is '{text}'");

    private static bool Choose(string? text, string name, string yes, string no) =>
        text is null || text == yes || (text == no ? false : throw new LedgerOptionsException($"{name} must be {yes} or {no}, but is '{text}'"));
}

using System.Globalization;
using System.Net;

namespace LedgerStore;

/// <summary>Reads the settings from arguments and environment; an argument wins over its variable.</summary>
/// <param name="variable">Looks up an environment variable.</param>
public sealed class LedgerOptionsReader(Func<string, string?> variable)
{
    private const string DefaultListen = "0.0.0.0:8080";
    private const string DefaultData = "/var/lib/ledger-store";

    /// <summary>What `--help` prints.</summary>
    public const string Usage = """
        ledger-store: an append-only ledger over HTTP

          --version-as VERSION  LEDGER_VERSION        release to run as: 2.8.1 or 2.9.0 (default 2.8.1)
          --listen ADDRESS      LEDGER_LISTEN         address:port (default 0.0.0.0:8080; POD_IP takes the place of 0.0.0.0)
          --data FOLDER         LEDGER_DATA           data folder (default /var/lib/ledger-store;
                                                      HOLDFAST_VOLUME_DATA, when set, wins over LEDGER_DATA)
          --disk-floor BYTES    LEDGER_DISK_FLOOR     free space below which appends are refused (default 16777216)
          --drain-seconds N     LEDGER_DRAIN_SECONDS  how long an orderly stop waits for requests under way (default 50)

          --service NAME        LEDGER_SERVICE        headless Service of a set whose members keep one ledger together;
                                                      without it, and without --peers, the member keeps its ledger alone
          --peers LIST          LEDGER_PEERS          addresses instead of a Service: name=address:port,name=address:port,…;
                                                      one, and only one, of ordinal 0, which founds (or --found no)
          --peer-port PORT      LEDGER_PEER_PORT      port on which members speak to each other (default 8081)
          --tls FOLDER          LEDGER_TLS            tls.crt, tls.key, ca.crt for that; a folder that is named must hold them
                                                      (default /etc/ledger-store/tls; without them there members speak without TLS)
          --founders N          LEDGER_FOUNDERS       how many members, from ordinal 0 up, found a cluster: all of them must be there with empty disks
                                                      (default 3; with --peers all that are named)
          --found YES|NO        LEDGER_FOUND          whether ordinal 0 may found a cluster at all (default yes)
          --followers WHAT      LEDGER_FOLLOWERS      what a follower does with an append: forward or redirect (default forward)

        The member's name comes from POD_NAME, else HOSTNAME, else the host.
        """;

    private static readonly string[] Known = ["--version-as", "--listen", "--data", "--disk-floor", "--drain-seconds",
        "--service", "--peers", "--peer-port", "--tls", "--founders", "--found", "--followers"];

    /// <summary>Reads and checks everything.</summary>
    /// <exception cref="LedgerOptionsException">A setting is unknown or wrong.</exception>
    public LedgerOptions Read(IReadOnlyList<string> arguments)
    {
        var given = Pair(arguments);
        var listen = ReadListen(Setting(given, "--listen", "LEDGER_LISTEN") ?? DefaultListen);
        var version = Setting(given, "--version-as", "LEDGER_VERSION") ?? LedgerRelease.Default.Version;
        return new LedgerOptions
        {
            Member = Variable("POD_NAME") ?? Variable("HOSTNAME") ?? Environment.MachineName,
            Release = LedgerRelease.Find(version) ?? throw Wrong("--version-as", "LEDGER_VERSION",
                $"one of {string.Join(", ", LedgerRelease.All.Select(static release => release.Version))}", version),
            Listen = listen,
            Peers = new PeerOptionsReader(variable).Read((argument, name) => Setting(given, argument, name), listen),
            DataFolder = given.GetValueOrDefault("--data") ??
                Variable("HOLDFAST_VOLUME_DATA") ?? Variable("LEDGER_DATA") ?? DefaultData,
            DiskFloorBytes = ReadNumber(given, "--disk-floor", "LEDGER_DISK_FLOOR", 16 * 1024 * 1024, long.MaxValue),
            DrainTimeout = TimeSpan.FromSeconds(ReadNumber(given, "--drain-seconds", "LEDGER_DRAIN_SECONDS", 50, 3600)),
        };
    }

    private static Dictionary<string, string> Pair(IReadOnlyList<string> arguments)
    {
        var given = new Dictionary<string, string>();
        for (var number = 0; number < arguments.Count; number++)
        {
            var name = arguments[number];
            var split = name.IndexOf('=', StringComparison.Ordinal);
            var value = split > 0 ? name[(split + 1)..] : number + 1 < arguments.Count ? arguments[++number] : null;
            name = split > 0 ? name[..split] : name;
            if (!Known.Contains(name))
                throw new LedgerOptionsException($"unknown argument '{name}': see --help");
            given[name] = value ?? throw new LedgerOptionsException($"{name} needs a value: see --help");
        }
        return given;
    }

    // Pods of one host share its network, so "any address" means the pod's own when that is known.
    private IPEndPoint ReadListen(string text)
    {
        if (!IPEndPoint.TryParse(text, out var listen) || !text.Contains(':', StringComparison.Ordinal))
            throw Wrong("--listen", "LEDGER_LISTEN", "an address and a port as in 0.0.0.0:8080", text);
        if (!listen.Address.Equals(IPAddress.Any) || Variable("POD_IP") is not { } podAddress)
            return listen;
        return IPAddress.TryParse(podAddress, out var address)
            ? new IPEndPoint(address, listen.Port)
            : throw new LedgerOptionsException($"POD_IP must be an address, but is '{podAddress}'");
    }

    private long ReadNumber(Dictionary<string, string> given, string argument, string name, long missing, long most)
    {
        if (Setting(given, argument, name) is not { } text)
            return missing;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= most
            ? value
            : throw Wrong(argument, name, $"a whole number from 0 to {most}", text);
    }

    private string? Setting(Dictionary<string, string> given, string argument, string name) =>
        given.GetValueOrDefault(argument) ?? Variable(name);

    private string? Variable(string name) => variable(name) is { Length: > 0 } value ? value : null;

    private static LedgerOptionsException Wrong(string argument, string name, string expected, string value) =>
        new($"{argument} ({name}) must be {expected}, but is '{value}'");
}

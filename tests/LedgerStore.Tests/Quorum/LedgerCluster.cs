using System.Net;
using System.Text.Json;
using Holdfast.Testing;
using LedgerStore.Tests.Server;

namespace LedgerStore.Tests.Quorum;

/// <summary>Members as processes, each on an address of its own; whoever speaks to whom can be cut.</summary>
public sealed class LedgerCluster : IAsyncDisposable
{
    private const int PeerPort = 8081;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TemporaryFolder folder = new();
    private readonly Dictionary<(int From, int To), TcpLink> links = [];
    private readonly string[] addresses;
    private readonly LedgerProcess?[] members;
    private readonly (string Name, string Value)[] environment;

    private LedgerCluster(int count, (string Name, string Value)[] environment)
    {
        this.environment = environment;
        addresses = [.. Enumerable.Range(0, count).Select(static _ => LedgerProcess.NewAddress())];
        members = new LedgerProcess?[count];
        foreach (var from in Enumerable.Range(0, count))
        {
            foreach (var to in Enumerable.Range(0, count).Where(to => to != from))
                links[(from, to)] = new TcpLink(IPAddress.Parse(addresses[to]), new IPEndPoint(IPAddress.Parse(addresses[to]), PeerPort));
        }
    }

    public int Count => members.Length;

    public LedgerProcess this[int number] => members[number] ?? throw new InvalidOperationException($"member {number} does not run");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<LedgerCluster> StartAsync(int count = 3, params (string Name, string Value)[] environment)
    {
        var cluster = new LedgerCluster(count, environment);
        for (var number = 0; number < count; number++)
            cluster.Run(number);
        await cluster.ReadyAsync();
        return cluster;
    }

    public string Address(int number) => addresses[number];

    public bool Runs(int number) => members[number] is { HasExited: false };

    public string DataOf(int number) => Path.Combine(folder.Path, $"{number}");

    public void Run(int number, params (string Name, string Value)[] more)
    {
        var peers = Enumerable.Range(0, Count).Select(other => $"ledger-store-{other}={(other == number ? $"{addresses[number]}:{PeerPort}" : links[(number, other)].EndPoint)}");
        members[number] = LedgerProcess.Start(DataOf(number),
        [
            ("POD_IP", addresses[number]), ("POD_NAME", $"ledger-store-{number}"), ("POD_NAMESPACE", ""), ("LEDGER_PEERS", string.Join(',', peers)), .. environment.Where(setting => more.All(other => other.Name != setting.Name)), .. more,
        ]);
    }

    public async Task KillAsync(int number)
    {
        await this[number].KillAsync();
        await this[number].DisposeAsync();
        members[number] = null;
    }

    public async Task WipeAsync(int number)
    {
        await KillAsync(number);
        Directory.Delete(DataOf(number), recursive: true);
        Run(number);
    }

    public void CutOff(int number)
    {
        foreach (var ((from, to), link) in links)
        {
            if (from == number || to == number)
                link.Cut();
        }
    }

    public void Cut(int from, int to) => links[(from, to)].Cut();

    public void Heal()
    {
        foreach (var link in links.Values)
            link.Heal();
    }

    /// <summary>Waits until all members are voters, and ready.</summary>
    public Task ReadyAsync() => UntilAsync("every member is ready and a voter", async () =>
    {
        for (var number = 0; number < Count; number++)
        {
            if (await StatusAsync(number) is not { } status || !status.GetProperty("ready").GetBoolean() || status.GetProperty("voters").GetArrayLength() != Count)
                return false;
        }
        return true;
    });

    public async Task<int> LeaderAsync()
    {
        var leader = -1;
        await UntilAsync("someone leads", async () =>
        {
            for (var number = 0; number < Count; number++)
            {
                if (Runs(number) && await StatusAsync(number) is { } status && status.GetProperty("role").GetString() == "leader")
                    leader = number;
            }
            return leader >= 0;
        });
        return leader;
    }

    public async Task<JsonElement?> StatusAsync(int number)
    {
        try
        {
            return Runs(number) ? await this[number].GetAsync("/status") : null;
        }
        catch (Exception away) when (away is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    /// <summary>Asks a member for a change, once; what becomes of it is seen in the members.</summary>
    public async Task PostAsync(int number, string path)
    {
        try
        {
            (await this[number].Http.PostAsync(path, null, Stop)).Dispose();
        }
        catch (HttpRequestException away)
        {
            Assert.True(Count > 1, away.Message);
        }
    }

    public async Task UntilAsync(string what, Func<Task<bool>> condition)
    {
        var began = System.Diagnostics.Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(began.Elapsed < Patience, $"it was not so that {what}:\n{string.Join('\n', members.Select(static (member, number) => $"--- {number}\n{member?.Output}"))}");
            await Eventually.PauseAsync(Stop);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in members)
        {
            if (member is not null)
                await member.DisposeAsync();
        }
        foreach (var link in links.Values)
            await link.DisposeAsync();
        folder.Dispose();
    }
}

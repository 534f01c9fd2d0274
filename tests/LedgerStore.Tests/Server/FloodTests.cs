using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Holdfast.Testing;
using LedgerStore.Ledger;
using LedgerStore.Server;
using LedgerStore.Storage;
using Microsoft.AspNetCore.Builder;

namespace LedgerStore.Tests.Server;

/// <summary>However many connections and requests clients have, probes are answered.</summary>
public sealed class FloodTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly TemporaryFolder folder = new();
    private StandaloneLedger? ledger;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (ledger is not null)
            await ledger.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Connections_on_which_nothing_is_said_keep_neither_probes_nor_clients_nor_members_out()
    {
        var address = LedgerProcess.NewAddress();
        await using var member = await LedgerProcess.StartReadyAsync(folder.Path, ("POD_IP", address), ("LEDGER_PEERS", $"ledger-store-0={address}:8081"));
        using var idle = new IdleConnections();
        await idle.OpenAsync(address, 8080, 2_700);
        await idle.OpenAsync(address, 8081, 100);
        foreach (var path in new[] { "/startup", "/ready", "/live", "/status", "/metrics" })
        {
            using var fresh = new HttpClient { BaseAddress = member.Http.BaseAddress, Timeout = Patience };
            using var answer = await fresh.GetAsync(path, Stop);
            Assert.Equal((path, HttpStatusCode.OK), (path, answer.StatusCode));
        }
        using (var appended = await member.AppendAsync("in the flood"))
            Assert.Equal(HttpStatusCode.Created, appended.StatusCode);
        using var peer = new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact, Timeout = Patience };
        using var identity = await peer.GetAsync($"http://{address}:8081/peer/v1/identity", Stop);
        Assert.Equal(HttpStatusCode.OK, identity.StatusCode);
    }

    [Fact]
    public async Task Requests_beyond_the_bound_are_refused_with_a_reason_and_probes_are_not()
    {
        var options = Options(maxRequests: 4, spareConnections: 100);
        await using var front = await StartAsync(options);
        using var http = new HttpClient { BaseAddress = new Uri($"http://{options.Listen}"), Timeout = Patience };
        var streams = new List<HttpResponseMessage>();
        for (var number = 0; number < options.MaxRequests; number++)
            streams.Add(await http.GetAsync("/v1/stream", HttpCompletionOption.ResponseHeadersRead, Stop));
        using (var refused = await http.PostAsync("/v1/entries", new StringContent("one more"), Stop))
        {
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "Overloaded"), (refused.StatusCode, await CodeOfAsync(refused)));
            Assert.NotNull(refused.Headers.RetryAfter);
        }
        foreach (var path in new[] { "/live", "/ready", "/status", "/metrics" })
        {
            using var answer = await http.GetAsync(path, Stop);
            Assert.Equal((path, HttpStatusCode.OK), (path, answer.StatusCode));
        }
        streams.ForEach(static stream => stream.Dispose());
        await Eventually.HoldsAsync("an append is taken once the streams have ended", async () =>
        {
            using var taken = await http.PostAsync("/v1/entries", new StringContent("now"), Stop);
            return taken.StatusCode == HttpStatusCode.Created;
        }, Patience, Stop);
    }

    [Fact]
    public async Task A_connection_that_is_being_answered_is_not_closed_to_make_room_and_one_that_is_idle_is()
    {
        var options = Options(maxRequests: 4, spareConnections: 4);
        await using var front = await StartAsync(options);
        using var http = new HttpClient { BaseAddress = new Uri($"http://{options.Listen}"), Timeout = Patience };
        using var stream = await http.GetAsync("/v1/stream", HttpCompletionOption.ResponseHeadersRead, Stop);
        using var first = new IdleConnections();
        await first.OpenAsync(options.Listen.Address.ToString(), options.Listen.Port, 1);
        using var idle = new IdleConnections();
        await idle.OpenAsync(options.Listen.Address.ToString(), options.Listen.Port, 20);
        Assert.True(await first.IsClosedAsync());
        using (var appended = await http.PostAsync("/v1/entries", new StringContent("seen by the stream"), Stop))
            Assert.Equal(HttpStatusCode.Created, appended.StatusCode);
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync(Stop));
        Assert.Contains("seen by the stream", await reader.ReadLineAsync(Stop), StringComparison.Ordinal);
    }

    private LedgerOptions Options(int maxRequests, int spareConnections) => new()
    {
        Member = "m",
        Release = LedgerRelease.Default,
        Listen = new IPEndPoint(IPAddress.Parse(LedgerProcess.NewAddress()), 8080),
        DataFolder = folder.Path,
        MaxRequests = maxRequests,
        SpareConnections = spareConnections,
    };

    private async Task<WebApplication> StartAsync(LedgerOptions options)
    {
        var time = TimeProvider.System;
        var (member, metrics, journal) = (new Member(options, time, static () => long.MaxValue), new LedgerMetrics(), new LedgerJournal(TextWriter.Null, time));
        ledger = new StandaloneLedger(new LedgerWriter(new SegmentedLogOptions(folder.LogFolder), time), time, static _ => { });
        member.Serve(ledger);
        var reads = new ReadEndpoints(member, metrics);
        var router = new LedgerRouter(
            new AppendEndpoint(member, metrics, time, null), reads, new BackupEndpoint(member, reads, time), new OperationEndpoints(member, metrics, journal, time),
            null, journal, static _ => { }, options.MaxEntryBytes);
        var front = HttpFront.Build(options, router, member.Connections);
        await front.StartAsync(Stop);
        return front;
    }

    private static async Task<string?> CodeOfAsync(HttpResponseMessage response) =>
        (await response.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("error").GetProperty("code").GetString();

    private sealed class IdleConnections : IDisposable
    {
        private readonly List<Socket> sockets = [];

        public async Task OpenAsync(string address, int port, int count)
        {
            for (var number = 0; number < count; number++)
            {
                sockets.Add(new Socket(SocketType.Stream, ProtocolType.Tcp));
                await sockets[^1].ConnectAsync(IPAddress.Parse(address), port, Stop);
            }
        }

        public async Task<bool> IsClosedAsync()
        {
            try
            {
                return await sockets[0].ReceiveAsync(new byte[1], Stop) == 0;
            }
            catch (SocketException end) when (end.SocketErrorCode == SocketError.ConnectionReset)
            {
                return true;
            }
        }

        public void Dispose() => sockets.ForEach(static socket => socket.Dispose());
    }
}

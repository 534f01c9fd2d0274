using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LedgerStore.Tests.Server;

namespace LedgerStore.Tests.Quorum;

/// <summary>What a member that does not lead does with what only the leader can do, and what a stream shows over a change of leader.</summary>
public sealed class FollowerTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("forward", "", HttpStatusCode.Created)]
    [InlineData("forward", "?follower=redirect", HttpStatusCode.TemporaryRedirect)]
    [InlineData("redirect", "", HttpStatusCode.TemporaryRedirect)]
    [InlineData("redirect", "?follower=forward", HttpStatusCode.Created)]
    public async Task A_follower_forwards_or_redirects_as_the_member_is_set_or_the_client_asks(string setting, string query, HttpStatusCode expected)
    {
        await using var cluster = await LedgerCluster.StartAsync(3, ("LEDGER_FOLLOWERS", setting));
        var leader = await cluster.LeaderAsync();
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var answer = await PostAsync(http, new Uri($"http://{cluster.Address((leader + 1) % 3)}:8080/v1/entries{query}"));
        Assert.Equal(expected, answer.StatusCode);
        if (expected == HttpStatusCode.Created)
        {
            Assert.Equal($"ledger-store-{leader}", Assert.Single(answer.Headers.GetValues("Ledger-Leader")));
            return;
        }
        Assert.Equal($"http://{cluster.Address(leader)}:8080/v1/entries{query}", answer.Headers.Location!.ToString());
        Assert.Equal(("NotLeader", $"ledger-store-{leader}"), await ErrorOfAsync(answer));
        using var followed = await PostAsync(http, answer.Headers.Location);
        Assert.Equal(HttpStatusCode.Created, followed.StatusCode);
        var other = await cluster[(leader + 2) % 3].GetAsync("/v1/entries/1");
        Assert.Equal("once", other.GetProperty("data").GetString());
    }

    [Fact]
    public async Task Members_that_share_an_address_and_differ_in_their_ports_send_clients_to_each_other()
    {
        using var folder = new TemporaryFolder();
        var address = LedgerProcess.NewAddress();
        var peers = string.Join(',', Enumerable.Range(0, 3).Select(number => $"ledger-store-{number}={address}:{9200 + number}"));
        await using var first = Start(0);
        await using var second = Start(1);
        await using var third = Start(2);
        LedgerProcess[] members = [first, second, third];
        foreach (var member in members)
            await member.UntilAsync(async () => await member.StatusOfAsync("/ready") == HttpStatusCode.OK && (await member.GetAsync("/status")).GetProperty("voters").GetArrayLength() == 3, "a ready voter");
        var leader = int.Parse((await first.GetAsync("/status")).GetProperty("leader").GetString()!.AsSpan(^1), null);
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        for (var number = 0; number < 3; number++)
        {
            using var forwarded = await members[number].AppendAsync($"through {number}");
            Assert.Equal(HttpStatusCode.Created, forwarded.StatusCode);
            using var redirected = await PostAsync(http, new Uri($"http://{address}:{9100 + number}/v1/entries?follower=redirect"));
            if (number != leader)
                Assert.Equal($"http://{address}:{9100 + leader}/v1/entries?follower=redirect", redirected.Headers.Location?.ToString());
        }

        LedgerProcess Start(int number) => LedgerProcess.Start(Path.Combine(folder.Path, $"{number}"),
            ("POD_IP", address), ("POD_NAME", $"ledger-store-{number}"), ("POD_NAMESPACE", ""), ("LEDGER_PEERS", peers),
            ("LEDGER_LISTEN", $"{address}:{9100 + number}"), ("LEDGER_PEER_PORT", $"{9200 + number}"));
    }

    [Fact]
    public async Task A_stream_shows_every_entry_from_its_index_on_once_and_in_order_also_over_a_change_of_leader_and_is_resumed_elsewhere()
    {
        await using var cluster = await LedgerCluster.StartAsync();
        var leader = await cluster.LeaderAsync();
        var (reader, other) = ((leader + 1) % 3, (leader + 2) % 3);
        await AppendAsync(cluster, reader, 1, 10);
        using var stream = await OpenAsync(cluster, reader, 4);
        Assert.Equal(Entries(4, 7), await TakeAsync(stream, 7));
        await cluster.KillAsync(leader);
        await AppendAsync(cluster, other, 11, 20);
        Assert.Equal(Entries(11, 10), await TakeAsync(stream, 10));

        cluster[reader].Terminate();
        Assert.Null(await stream.ReadLineAsync(Stop));
        cluster.Run(leader);
        Assert.Equal(0, await cluster[reader].ExitCodeAsync());
        await AppendAsync(cluster, other, 21, 22);
        using var resumed = await OpenAsync(cluster, other, 21);
        Assert.Equal(Entries(21, 2), await TakeAsync(resumed, 2));
    }

    [Fact]
    public async Task A_stream_from_an_index_that_is_none_is_refused()
    {
        await using var cluster = await LedgerCluster.StartAsync(1);
        using var answer = await cluster[0].Http.GetAsync("/v1/stream?from=0", Stop);
        Assert.Equal((HttpStatusCode.BadRequest, "BadRequest"), (answer.StatusCode, (await ErrorOfAsync(answer)).Code));
    }

    private static IEnumerable<(long, string?)> Entries(int from, int count) => Enumerable.Range(from, count).Select(static number => ((long)number, (string?)$"entry {number}"));

    private static async Task AppendAsync(LedgerCluster cluster, int through, int from, int to)
    {
        for (var number = from; number <= to; number++)
        {
            await cluster.UntilAsync($"entry {number} is acknowledged", async () =>
            {
                using var answer = await cluster[through].AppendAsync($"entry {number}", "writer", number);
                return answer.IsSuccessStatusCode;
            });
        }
    }

    private static async Task<StreamReader> OpenAsync(LedgerCluster cluster, int member, int from)
    {
        var http = cluster[member].Http;
        Stream? body = null;
        await cluster.UntilAsync("a stream opens", async () =>
        {
            var answer = await http.GetAsync($"/v1/stream?from={from}", HttpCompletionOption.ResponseHeadersRead, Stop);
            body = answer.IsSuccessStatusCode ? await answer.Content.ReadAsStreamAsync(Stop) : null;
            return body is not null;
        });
        return new StreamReader(body!);
    }

    private static async Task<List<(long, string?)>> TakeAsync(StreamReader stream, int count)
    {
        var taken = new List<(long, string?)>();
        while (taken.Count < count)
        {
            using var line = JsonDocument.Parse((await stream.ReadLineAsync(Stop))!);
            taken.Add((line.RootElement.GetProperty("index").GetInt64(), line.RootElement.GetProperty("data").GetString()));
        }
        return taken;
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient http, Uri target)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, target) { Content = new StringContent("once") };
        request.Headers.Add("Ledger-Client", "c");
        request.Headers.Add("Ledger-Sequence", "1");
        return await http.SendAsync(request, Stop);
    }

    private static async Task<(string? Code, string? Leader)> ErrorOfAsync(HttpResponseMessage answer)
    {
        var error = (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("error");
        return (error.GetProperty("code").GetString(), error.TryGetProperty("leader", out var leader) ? leader.GetString() : null);
    }
}

using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace LedgerStore.Tests.Quorum;

public sealed class QuorumProcessTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Any_member_takes_an_append_every_member_shows_it_and_a_repeat_elsewhere_is_harmless()
    {
        await using var cluster = await LedgerCluster.StartAsync();
        for (var number = 0; number < 3; number++)
        {
            using var first = await cluster[number].AppendAsync($"by {number}", "teller", number + 1);
            Assert.Equal(HttpStatusCode.Created, first.StatusCode);
            using var repeat = await cluster[(number + 1) % 3].AppendAsync($"by {number}", "teller", number + 1);
            Assert.Equal(HttpStatusCode.OK, repeat.StatusCode);
            Assert.Equal($"by {number}", (await cluster[(number + 2) % 3].GetAsync($"/v1/entries/{number + 1}")).GetProperty("data").GetString());
        }
    }

    [Fact]
    public async Task A_leader_that_is_terminated_hands_leadership_over_before_it_ends()
    {
        await using var cluster = await LedgerCluster.StartAsync();
        var leader = await cluster.LeaderAsync();
        cluster[leader].Terminate();
        Assert.Equal(0, await cluster[leader].ExitCodeAsync());
        Assert.Matches(@"stop 4/8: leadership: handed to ledger-store-\d", cluster[leader].Output);
        Assert.Contains("stop 7/8: membership: kept", cluster[leader].Output, StringComparison.Ordinal);
        using var answer = await cluster[(leader + 1) % 3].AppendAsync("written after it");
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    [Fact]
    public async Task An_empty_disk_under_a_known_name_comes_back_as_a_learner_with_a_new_identity_and_is_promoted()
    {
        await using var cluster = await LedgerCluster.StartAsync();
        (await cluster[0].AppendAsync("kept")).Dispose();
        var before = (await cluster[0].GetAsync("/status")).GetProperty("memberId").GetString();
        await cluster.WipeAsync(0);
        await cluster.ReadyAsync();
        var after = await cluster[0].GetAsync("/status");
        Assert.NotEqual(before, after.GetProperty("memberId").GetString());
        Assert.Equal((await cluster[1].GetAsync("/status")).GetProperty("clusterId").GetString(), after.GetProperty("clusterId").GetString());
        Assert.Contains("an empty disk gets a new identity", cluster[0].Output, StringComparison.Ordinal);
        Assert.Equal("kept", (await cluster[0].GetAsync("/v1/entries/1?consistency=stale")).GetProperty("data").GetString());
    }

    [Fact]
    public async Task Without_a_majority_nothing_is_acknowledged_and_nothing_is_read_unless_stale()
    {
        await using var cluster = await LedgerCluster.StartAsync();
        (await cluster[0].AppendAsync("kept")).Dispose();
        await cluster.KillAsync(1);
        await cluster.KillAsync(2);
        await cluster.UntilAsync("0 sees that it is alone", async () => await cluster[0].StatusOfAsync("/ready") == HttpStatusCode.ServiceUnavailable);
        Assert.Equal(HttpStatusCode.OK, await cluster[0].StatusOfAsync("/live"));
        using var append = await cluster[0].AppendAsync("lost");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "NoLeader"), await ErrorOfAsync(append));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await cluster[0].StatusOfAsync("/v1/entries/1"));
        Assert.Equal(HttpStatusCode.OK, await cluster[0].StatusOfAsync("/v1/entries/1?consistency=stale"));
    }

    [Fact]
    public async Task The_data_format_is_switched_only_when_all_can_read_it_and_then_the_older_release_refuses_to_start()
    {
        await using var cluster = await LedgerCluster.StartAsync();
        for (var number = 0; number < 20; number++)
            (await cluster[0].AppendAsync($"entry {number}")).Dispose();
        for (var number = 0; number < 3; number++)
        {
            await cluster.KillAsync(number);
            cluster.Run(number, ("LEDGER_VERSION", "2.9.0"));
            await cluster.ReadyAsync();
            using var early = await cluster[0].Http.PostAsync("/v1/format?to=9", null, Stop);
            if (number < 2)
                Assert.Equal((HttpStatusCode.Conflict, "FormatUnreadable"), await ErrorOfAsync(early));
        }
        await cluster.UntilAsync("every entry is in format 9", async () =>
        {
            using var answer = await cluster[1].Http.PostAsync("/v1/format?to=9", null, Stop);
            var status = await cluster.StatusAsync(2);
            return status?.GetProperty("dataFormat").GetInt32() == 9 && status?.GetProperty("migrationBacklog").GetInt64() == 0;
        });
        Assert.Equal("entry 7", (await cluster[2].GetAsync("/v1/entries/8")).GetProperty("data").GetString());
        await cluster.KillAsync(2);
        cluster.Run(2, ("LEDGER_VERSION", "2.8.1"));
        Assert.Equal(ExitCode.Data, await cluster[2].ExitCodeAsync());
        Assert.Contains("data format 9", cluster[2].Output, StringComparison.Ordinal);
        var leader = await cluster.LeaderAsync();
        await cluster.UntilAsync("2 is heard of no more", async () => (await cluster[leader].GetAsync("/v1/members")).GetProperty("members").EnumerateArray().Any(static seat =>
            seat.GetProperty("name").GetString() == "ledger-store-2" && seat.TryGetProperty("isHeard", out var isHeard) && !isHeard.GetBoolean()));
        using var again = await cluster[leader].Http.PostAsync("/v1/format?to=9", null, Stop);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Fact]
    public async Task After_all_were_killed_at_once_no_append_is_told_that_the_cluster_is_being_founded()
    {
        await using var cluster = await LedgerCluster.StartAsync();
        for (var number = 1; number <= 40; number++)
            (await cluster[0].AppendAsync($"entry {number}")).Dispose();
        for (var number = 0; number < 3; number++)
            await cluster.KillAsync(number);
        for (var number = 0; number < 3; number++)
            cluster.Run(number);
        var refusals = new System.Collections.Concurrent.ConcurrentDictionary<string, int>();
        await Task.WhenAll(Enumerable.Range(0, 12).Select(async client =>
        {
            await cluster.UntilAsync("an append is taken", async () =>
            {
                try
                {
                    using var answer = await cluster[client % 3].AppendAsync("after it", $"client-{client}", 1);
                    if (!answer.IsSuccessStatusCode)
                        refusals[(await ErrorOfAsync(answer)).Item2!] = client;
                    return answer.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false; // It does not listen yet.
                }
            });
        }));
        Assert.DoesNotContain("Founding", refusals.Keys);
    }

    [Theory]
    [InlineData("/v1/entries?follower=bogus")]
    [InlineData("/v1/leadership?follower=")]
    [InlineData("/v1/members/add-learner?id=00000000000000aa&name=%LONG%")]
    [InlineData("/v1/members/add-learner?id=00000000000000aa&name=%0aevil%20%22")]
    public async Task What_makes_no_sense_is_refused_and_harms_nobody(string path)
    {
        await using var cluster = await LedgerCluster.StartAsync(1);
        using var answer = await cluster[0].Http.PostAsync(path.Replace("%LONG%", new string('n', 300), StringComparison.Ordinal), new StringContent("data"), Stop);
        Assert.Equal(path.EndsWith('=') ? HttpStatusCode.Conflict : HttpStatusCode.BadRequest, answer.StatusCode);
        if (path.Contains("name=", StringComparison.Ordinal))
            Assert.Contains("name, of the member to add, must be lower-case letters", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        using var next = await cluster[0].AppendAsync("it goes on");
        Assert.Equal(HttpStatusCode.Created, next.StatusCode);
        Assert.Equal(1, (await cluster[0].GetAsync("/v1/members")).GetProperty("members").GetArrayLength());
    }

    [Fact]
    public async Task The_data_format_is_not_switched_while_a_member_comes_back_at_once_as_an_older_release()
    {
        await using var cluster = await LedgerCluster.StartAsync(3, ("LEDGER_VERSION", "2.9.0"));
        (await cluster[0].AppendAsync("kept")).Dispose();
        var leader = await cluster.LeaderAsync();
        var back = (leader + 1) % 3;
        await cluster.KillAsync(back);
        cluster.Run(back, ("LEDGER_VERSION", "2.8.1"));
        using (var early = await cluster[leader].Http.PostAsync("/v1/format?to=9", null, Stop))
            Assert.Equal((HttpStatusCode.Conflict, "FormatUnreadable"), await ErrorOfAsync(early));
        await cluster.ReadyAsync();
        Assert.Equal(8, (await cluster[back].GetAsync("/status")).GetProperty("dataFormat").GetInt32());
    }

    [Fact]
    public async Task Leadership_goes_where_it_is_sent_and_members_go_and_come()
    {
        await using var cluster = await LedgerCluster.StartAsync();
        var to = ((await cluster.LeaderAsync()) + 1) % 3;
        using (var moved = await cluster[2].Http.PostAsync($"/v1/leadership?to=ledger-store-{to}", null, Stop))
            Assert.Equal(HttpStatusCode.OK, moved.StatusCode);
        await cluster.UntilAsync($"{to} leads", async () => await cluster.LeaderAsync() == to);
        var gone = (to + 1) % 3;
        using (var removed = await cluster[to].Http.PostAsync($"/v1/members/remove?name=ledger-store-{gone}", null, Stop))
            Assert.Equal(2, (await removed.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("members").GetArrayLength());
        var ids = (await cluster[to].GetAsync("/v1/members")).GetProperty("members").EnumerateArray().Select(static seat => seat.GetProperty("name").GetString());
        Assert.DoesNotContain($"ledger-store-{gone}", ids);
        await cluster.KillAsync(gone);
        cluster.Run(gone);
        await cluster.ReadyAsync();
    }

    private static async Task<(HttpStatusCode, string?)> ErrorOfAsync(HttpResponseMessage response)
    {
        var body = await response.Content.ReadFromJsonAsync<JsonElement>(Stop);
        return (response.StatusCode, body.GetProperty("error").GetProperty("code").GetString());
    }
}

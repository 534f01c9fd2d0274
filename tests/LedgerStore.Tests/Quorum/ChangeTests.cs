using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace LedgerStore.Tests.Quorum;

/// <summary>A change is answered with success only when it is known to hold.</summary>
public sealed class ChangeTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true, "ChangeLost")]
    [InlineData(false, "ChangeOpen")]
    public async Task A_change_that_a_deposed_leader_had_taken_is_no_success(bool isHealed, string code)
    {
        await using var cluster = await LedgerCluster.StartAsync();
        var leader = await cluster.LeaderAsync();
        var (leaving, other) = ((leader + 1) % 3, (leader + 2) % 3);
        cluster.CutOff(leader);
        var change = cluster[leader].Http.PostAsync($"/v1/members/remove?name=ledger-store-{leaving}", null, Stop);
        await cluster.UntilAsync("the others elect", async () => await RoleOfAsync(cluster, leaving) == "leader" || await RoleOfAsync(cluster, other) == "leader");
        if (isHealed)
            cluster.Heal();
        using (var answer = await change)
            Assert.Equal((HttpStatusCode.ServiceUnavailable, code), await ErrorOfAsync(answer));
        cluster.Heal();
        await cluster.ReadyAsync();
    }

    [Fact]
    public async Task A_removal_that_leaves_no_live_majority_is_refused_and_that_of_the_dead_is_not()
    {
        await using var cluster = await LedgerCluster.StartAsync();
        var leader = await cluster.LeaderAsync();
        var (dead, alive) = ((leader + 1) % 3, (leader + 2) % 3);
        await cluster.KillAsync(dead);
        await cluster.UntilAsync("the leader hears of it no more", async () => (await cluster[leader].GetAsync("/v1/members")).GetProperty("members").EnumerateArray()
            .Any(seat => seat.GetProperty("name").GetString() == $"ledger-store-{dead}" && !seat.GetProperty("isHeard").GetBoolean()));
        using (var refused = await cluster[alive].Http.PostAsync($"/v1/members/remove?name=ledger-store-{alive}", null, Stop))
            Assert.Equal((HttpStatusCode.Conflict, "LosesQuorum"), await ErrorOfAsync(refused));
        using (var removed = await cluster[alive].Http.PostAsync($"/v1/members/remove?name=ledger-store-{dead}", null, Stop))
            Assert.Equal(HttpStatusCode.OK, removed.StatusCode);
        using var append = await cluster[alive].AppendAsync("by the two that are left");
        Assert.Equal(HttpStatusCode.Created, append.StatusCode);
    }

    [Fact]
    public async Task Leadership_that_did_not_move_is_no_success()
    {
        await using var cluster = await LedgerCluster.StartAsync();
        var leader = await cluster.LeaderAsync();
        var (stopped, other) = ((leader + 1) % 3, (leader + 2) % 3);
        cluster[stopped].Signal(19);
        using (var answer = await cluster[other].Http.PostAsync($"/v1/leadership?to=ledger-store-{stopped}", null, Stop))
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "NotTransferred"), await ErrorOfAsync(answer));
        Assert.Equal("leader", await RoleOfAsync(cluster, leader));
        cluster[stopped].Signal(18);
        using var moved = await cluster[leader].Http.PostAsync($"/v1/leadership?to=ledger-store-{other}", null, Stop);
        Assert.Equal($"ledger-store-{other}", (await moved.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("leader").GetString());
    }

    [Fact]
    public async Task An_empty_disk_does_not_take_the_name_of_a_member_that_answers()
    {
        await using var cluster = await LedgerCluster.StartAsync();
        var leader = await cluster.LeaderAsync();
        var healthy = (leader + 1) % 3;
        var before = await cluster[healthy].GetAsync("/status");
        using var http = new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var join = new HttpRequestMessage(HttpMethod.Post, $"http://{cluster.Address(leader)}:8081/peer/v1/join")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = JsonContent.Create(new { clusterId = before.GetProperty("clusterId").GetString(), memberId = "00000000000000bb", name = $"ledger-store-{healthy}", readsFormatsTo = 9 }),
        };
        using var answer = await http.SendAsync(join, Stop);
        Assert.Contains("two members cannot have one name", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        var ids = (await cluster[leader].GetAsync("/v1/members")).GetProperty("members").EnumerateArray().Select(static seat => seat.GetProperty("id").GetString());
        Assert.Contains(before.GetProperty("memberId").GetString(), ids);
    }

    [Fact]
    public async Task A_member_that_was_removed_while_it_runs_learns_of_it()
    {
        await using var cluster = await LedgerCluster.StartAsync();
        var leader = await cluster.LeaderAsync();
        var removed = (leader + 1) % 3;
        await cluster.PostAsync(leader, $"/v1/members/remove?name=ledger-store-{removed}");
        await cluster.UntilAsync("the removed one says so", async () => await RoleOfAsync(cluster, removed) == "removed");
        var status = await cluster[removed].GetAsync("/status");
        Assert.Contains("the member is no voter of the cluster: removed", status.GetProperty("notReadyBecause").ToString(), StringComparison.Ordinal);
        Assert.Contains("this member was removed", cluster[removed].Output, StringComparison.Ordinal);
    }

    private static async Task<string?> RoleOfAsync(LedgerCluster cluster, int number) => (await cluster.StatusAsync(number))?.GetProperty("role").GetString();

    private static async Task<(HttpStatusCode, string?)> ErrorOfAsync(HttpResponseMessage response)
    {
        var body = await response.Content.ReadFromJsonAsync<JsonElement>(Stop);
        return (response.StatusCode, body.GetProperty("error").GetProperty("code").GetString());
    }
}

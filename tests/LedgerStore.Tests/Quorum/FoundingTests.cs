using System.Collections.Immutable;
using System.Net;
using LedgerStore.Quorum;
using LedgerStore.Tests.Server;

namespace LedgerStore.Tests.Quorum;

public sealed class FoundingTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ledger-0", "1:empty 2:empty", "Found")]
    [InlineData("ledger-0", "1:empty 2:empty 3:none 4:none", "Found")]
    [InlineData("ledger-1", "0:empty 2:empty", "ledger-0 founds")]
    [InlineData("ledger-0", "1:none 2:none", "ledger-1, ledger-2 has no address yet", true)]
    [InlineData("ledger-0", "1:empty 2:none", "ledger-2 has no address yet", true)]
    [InlineData("ledger-0", "1:empty 2:silent", "ledger-2 has an address and does not answer")]
    [InlineData("ledger-0", "1:empty 2:empty 4:silent", "ledger-4 has an address and does not answer")]
    [InlineData("ledger-0", "1:none 2:a", "Join a", false)]
    [InlineData("ledger-0", "1:silent 2:a", "Join a")]
    [InlineData("ledger-2", "0:a 1:b", "two clusters: ledger-0 belongs to a, ledger-1 belongs to b")]
    public void An_empty_disk_founds_only_when_every_founder_says_that_his_is_empty(string self, string around, string expected, bool lacksFounders = false)
    {
        var neighbours = around.Split(' ').Select(static one => one.Split(':')).Select(static one => one[1] switch
        {
            "none" => new Neighbour($"ledger-{one[0]}", NeighbourState.NoAddress),
            "silent" => new Neighbour($"ledger-{one[0]}", NeighbourState.Silent),
            "empty" => new Neighbour($"ledger-{one[0]}", NeighbourState.Empty),
            _ => new Neighbour($"ledger-{one[0]}", NeighbourState.Member, one[1]),
        }).ToImmutableArray();
        var options = new PeerOptions { Service = "ledger", Listen = new IPEndPoint(IPAddress.Loopback, 8081), ApiPort = 8080 };
        var plan = FoundingPlan.Decide(self, options, neighbours);
        Assert.Contains(expected, plan switch { FoundingPlan.Join join => $"Join {join.ClusterId}", FoundingPlan.Wait wait => wait.Reason, _ => "Found" }, StringComparison.Ordinal);
        Assert.Equal(lacksFounders, plan is FoundingPlan.Wait { LacksFounders: true });
        if (plan is FoundingPlan.Found)
            Assert.Contains("forbids", Assert.IsType<FoundingPlan.Wait>(FoundingPlan.Decide(self, options with { MayFound = false }, neighbours)).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("m-1", "m-1 m-2", "none is it")]
    [InlineData("m-0", "m-0 n-0", "m-0 and n-0 are")]
    public void Fixed_peers_of_whom_not_one_alone_founds_are_refused_unless_there_is_a_cluster_to_join(string self, string names, string word)
    {
        var peers = names.Split(' ').Select(static (name, number) => KeyValuePair.Create(name, new IPEndPoint(IPAddress.Loopback, 8081 + number)));
        var options = new PeerOptions { Listen = new IPEndPoint(IPAddress.Loopback, 8081), ApiPort = 8080, Fixed = peers.ToImmutableSortedDictionary(StringComparer.Ordinal) };
        var other = options.Candidates(self).Single();
        foreach (var state in new[] { NeighbourState.Silent, NeighbourState.Empty })
        {
            var refusal = Assert.Throws<LedgerOptionsException>(() => FoundingPlan.Decide(self, options, [new Neighbour(other, state)]));
            Assert.Contains(word, refusal.Message, StringComparison.Ordinal);
            Assert.IsType<FoundingPlan.Wait>(FoundingPlan.Decide(self, options with { MayFound = false }, [new Neighbour(other, state)]));
        }
        Assert.IsType<FoundingPlan.Join>(FoundingPlan.Decide(self, options, [new Neighbour(other, NeighbourState.Member, "a")]));
    }

    [Fact]
    public async Task Peers_of_whom_nobody_founds_end_the_start_as_a_wrong_setting()
    {
        using var data = new TemporaryFolder();
        var address = LedgerProcess.NewAddress();
        await using var member = LedgerProcess.Start(data.Path, ("POD_IP", address), ("POD_NAME", "m-1"), ("LEDGER_PEERS", $"m-1={address}:8081"));
        Assert.Equal(ExitCode.Usage, await member.ExitCodeAsync());
        Assert.Contains("fatal: --peers (LEDGER_PEERS) must name one member of ordinal 0", member.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_set_that_starts_in_order_founds_one_cluster_and_appends_nothing_before_all_founders_vote()
    {
        await using var members = new NamedMembers(3);
        members.Start(0);
        await members.IsReadyAsync(0);
        Assert.Equal(HttpStatusCode.OK, await members[0].StatusOfAsync("/startup"));
        using (var early = await members[0].AppendAsync("too early"))
            Assert.Contains("NoCluster", await early.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Equal("waiting", (await members[0].GetAsync("/status")).GetProperty("role").GetString());
        members.Start(1);
        await members.IsReadyAsync(1);
        Assert.DoesNotContain("founds cluster", members[0].Output, StringComparison.Ordinal);
        members.Start(2);
        await members.AreOneClusterAsync();
        Assert.Equal("ledger-store-0", (await members[2].GetAsync("/status")).GetProperty("foundedBy").GetString());
        using var first = await members[2].AppendAsync("in time");
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
    }

    [Fact]
    public async Task A_first_member_that_lost_its_disk_while_no_other_has_an_address_founds_no_second_cluster_and_joins_the_first()
    {
        await using var members = new NamedMembers(3);
        await members.StartInOrderAsync();
        await members.AreOneClusterAsync();
        (await members[1].AppendAsync("kept")).Dispose();
        var cluster = (await members[0].GetAsync("/status")).GetProperty("clusterId").GetString();
        await members.KillAllAsync();
        members.Wipe(0);

        await members.StartInOrderAsync();
        await members.AreOneClusterAsync();
        Assert.DoesNotContain("founds cluster", members[0].Output, StringComparison.Ordinal);
        Assert.Contains("ledger-store-1, ledger-store-2 has no address yet", members[0].Output, StringComparison.Ordinal);
        Assert.Equal(cluster, (await members[0].GetAsync("/status")).GetProperty("clusterId").GetString());
        Assert.Equal("kept", (await members[0].GetAsync("/v1/entries/1")).GetProperty("data").GetString());
    }

    [Fact]
    public async Task An_ordered_set_comes_up_again_also_when_a_later_member_lost_its_disk()
    {
        await using var members = new NamedMembers(3);
        await members.StartInOrderAsync();
        await members.AreOneClusterAsync();
        await members.KillAllAsync();
        members.Wipe(1);
        await members.StartInOrderAsync();
        await members.AreOneClusterAsync();
    }

    [Fact]
    public async Task A_member_that_comes_back_at_another_address_is_found_again_by_its_name()
    {
        await using var members = new NamedMembers(3);
        await members.StartInOrderAsync();
        await members.AreOneClusterAsync();
        var before = members[1].Address;
        await members.KillAsync(1);
        Assert.NotEqual(before, members.Start(1).Address);
        await members.AreOneClusterAsync();
        using var answer = await members[1].AppendAsync("from the new address");
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    [Fact]
    public async Task Without_a_leader_a_member_is_ready_only_while_too_few_others_were_started()
    {
        await using var members = new NamedMembers(3);
        await members.StartInOrderAsync();
        await members.AreOneClusterAsync();
        await members.KillAllAsync();

        members.Start(0);
        await members.IsReadyAsync(0);
        Assert.False((await members[0].GetAsync("/status")).TryGetProperty("leader", out _));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await members[0].StatusOfAsync("/ready?role=leader"));
        members.Start(1).Signal(19);
        await members[0].UntilAsync(async () => await members[0].StatusOfAsync("/ready") == HttpStatusCode.ServiceUnavailable, "unready while another that could vote is there and silent");
        members[1].Signal(18);
        await members.IsReadyAsync(1);
        await members[0].UntilAsync(async () => (await members[0].GetAsync("/status")).TryGetProperty("leader", out _), "aware of who leads");
    }

    [Fact]
    public async Task A_volume_of_another_cluster_is_refused_with_a_clear_word()
    {
        await using var cluster = await LedgerCluster.StartAsync(1);
        await cluster.KillAsync(0);
        (MemberIdentity.Read(cluster.DataOf(0))! with { ClusterId = "00000000000000ab" }).Write(cluster.DataOf(0));
        cluster.Run(0);
        Assert.Equal(ExitCode.Data, await cluster[0].ExitCodeAsync());
        Assert.Contains("two clusters were mixed", cluster[0].Output, StringComparison.Ordinal);
    }
}

using System.Net;
using System.Text.Json;
using LedgerStore.Quorum;
using LedgerStore.Raft;

namespace LedgerStore.Tests.Quorum;

public sealed class CatchingUpTests
{
    [Fact]
    public async Task A_member_is_neither_ready_nor_without_lag_while_what_its_leader_has_committed_has_not_arrived()
    {
        await using var cluster = await LedgerCluster.StartAsync();
        (await cluster[0].AppendAsync("kept")).Dispose();
        var other = (await cluster[0].GetAsync("/v1/members")).GetProperty("members").EnumerateArray().First(static seat => seat.GetProperty("name").GetString() == "ledger-store-1");
        await cluster.KillAsync(1);
        await cluster.KillAsync(2);
        var before = await cluster[0].GetAsync("/status");
        using var leader = new PeerVoice(cluster[0], before, other.GetProperty("id").GetString()!);
        var term = before.GetProperty("term").GetInt64() + 10;
        JsonElement seen = default;
        await cluster.UntilAsync("0 hears a leader that is far ahead", async () =>
        {
            await leader.SayAsync(new RaftMessage.Heartbeat(leader.From, leader.To, term, 0, 0, 5_000));
            seen = await cluster[0].GetAsync("/status");
            return seen.TryGetProperty("leader", out var name) && name.GetString() == "ledger-store-1" && seen.GetProperty("term").GetInt64() == term;
        });
        Assert.Equal(5_000 - seen.GetProperty("appliedLogIndex").GetInt64(), seen.GetProperty("lag").GetInt64());
        Assert.False(seen.GetProperty("ready").GetBoolean());
        Assert.Contains("entries behind its leader", seen.GetProperty("notReadyBecause").ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await cluster[0].StatusOfAsync("/ready"));
    }

    [Fact]
    public void A_heartbeat_of_an_earlier_build_says_no_goal_and_is_understood()
    {
        var beat = new RaftMessage.Heartbeat(new MemberId(1), new MemberId(2), 3, 4, 5, 6);
        var bytes = MessageFormat.Encode(beat);
        Assert.Equal(beat, MessageFormat.Decode(bytes));
        Assert.Equal(beat with { Goal = 4 }, MessageFormat.Decode(bytes.AsSpan(0, bytes.Length - 8)));
    }
}

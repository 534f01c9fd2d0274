using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace LedgerStore.Tests.Quorum;

public sealed class StatusTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Status_tells_everything_that_an_operator_acts_on()
    {
        await using var cluster = await LedgerCluster.StartAsync();
        for (var number = 1; number <= 5; number++)
            (await cluster[0].AppendAsync($"entry {number}")).Dispose();
        var leader = await cluster.LeaderAsync();
        using (var added = await cluster[leader].Http.PostAsync("/v1/members/add-learner?name=ghost-7&id=00000000000000aa", null, Stop))
            Assert.Equal(HttpStatusCode.OK, added.StatusCode);
        using (var early = await cluster[leader].Http.PostAsync("/v1/members/promote?name=ghost-7", null, Stop))
            Assert.Equal((HttpStatusCode.Conflict, "NotCaughtUp"), (early.StatusCode, (await early.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("error").GetProperty("code").GetString()));
        JsonElement led = default;
        for (var number = 0; number < 3; number++)
        {
            await cluster.UntilAsync($"{number} has applied everything and knows the learner", async () => await cluster.StatusAsync(number) is { } seen &&
                seen.GetProperty("lastIndex").GetInt64() == 5 && seen.GetProperty("learners").GetArrayLength() == 1 && seen.GetProperty("lag").GetInt64() == 0);
            var status = await cluster[number].GetAsync("/status");
            led = number == 0 ? status : led;
            Assert.Equal($"ledger-store-{number}", status.GetProperty("member").GetString());
            Assert.Equal(number == leader ? "leader" : "follower", status.GetProperty("role").GetString());
            Assert.Equal($"ledger-store-{leader}", status.GetProperty("leader").GetString());
            Assert.Equal(["ledger-store-0", "ledger-store-1", "ledger-store-2"], status.GetProperty("voters").EnumerateArray().Select(static name => name.GetString()).Order());
            Assert.Equal("ghost-7", status.GetProperty("learners")[0].GetString());
            Assert.Equal((8, 8, 0), (status.GetProperty("dataFormat").GetInt32(), status.GetProperty("readsFormatsTo").GetInt32(), status.GetProperty("migrationBacklog").GetInt64()));
            Assert.True(status.GetProperty("term").GetInt64() >= 2);
            Assert.True(status.GetProperty("commit").GetInt64() >= 5 && status.GetProperty("commit").GetInt64() == status.GetProperty("appliedLogIndex").GetInt64());
            Assert.True(status.GetProperty("diskFreeBytes").GetInt64() > 0);
            Assert.Equal((5, 5, 1), (status.GetProperty("lastIndex").GetInt64(), status.GetProperty("applied").GetInt64(), status.GetProperty("firstIndex").GetInt64()));
            foreach (var same in new[] { "clusterId", "checksum", "term", "foundedBy" })
                Assert.Equal(led.GetProperty(same).ToString(), status.GetProperty(same).ToString());
            Assert.True(status.GetProperty("ready").GetBoolean() && !status.GetProperty("draining").GetBoolean() && !status.GetProperty("recovering").GetBoolean());
        }
        using var removed = await cluster[leader].Http.PostAsync("/v1/members/remove?name=ghost-7", null, Stop);
        Assert.Equal(HttpStatusCode.OK, removed.StatusCode);
    }

    [Theory]
    [InlineData("ledger_append_seconds", 7)]
    [InlineData("ledger_read_confirm_seconds", 1)]
    [InlineData("ledger_fsync_seconds", 1)]
    public async Task Metrics_hold_histograms_as_Prometheus_reads_them(string name, int least)
    {
        await using var cluster = await LedgerCluster.StartAsync(1);
        for (var number = 1; number <= 7; number++)
            (await cluster[0].AppendAsync($"entry {number}")).Dispose();
        _ = await cluster[0].GetAsync("/v1/checksum");
        var lines = (await cluster[0].Http.GetStringAsync("/metrics", Stop)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains($"# TYPE {name} histogram", lines);
        var buckets = lines.Where(line => line.StartsWith(name + "_bucket{", StringComparison.Ordinal)).Select(ValueOf).ToList();
        Assert.Equal(buckets.Order(), buckets);
        Assert.EndsWith($"le=\"+Inf\"}} {buckets[^1]}", lines.Last(line => line.StartsWith(name + "_bucket{", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal(buckets[^1], ValueOf(lines.Single(line => line.StartsWith(name + "_count", StringComparison.Ordinal))));
        Assert.True(buckets[^1] >= least && ValueOf(lines.Single(line => line.StartsWith(name + "_sum", StringComparison.Ordinal))) > 0);
        Assert.Equal(7, ValueOf(lines.Single(static line => line.StartsWith("ledger_appends_total ", StringComparison.Ordinal))));
        Assert.Equal(1, ValueOf(lines.Single(static line => line.StartsWith("ledger_raft_is_leader ", StringComparison.Ordinal))));
    }

    private static double ValueOf(string line) => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
}

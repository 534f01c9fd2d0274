using System.Net;
using System.Text.RegularExpressions;
using LedgerStore.Storage;

namespace LedgerStore.Tests.Quorum;

public sealed partial class LeavingTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_member_that_drains_to_leave_gives_its_membership_back_and_comes_back_only_by_joining_anew(bool isLeader)
    {
        await using var cluster = await LedgerCluster.StartAsync();
        (await cluster[0].AppendAsync("kept")).Dispose();
        var leaving = await cluster.LeaderAsync();
        leaving = isLeader ? leaving : (leaving + 1) % 3;
        using (var drained = await cluster[leaving].Http.PostAsync("/drain?leave=true", null, Stop))
            Assert.Equal(HttpStatusCode.OK, drained.StatusCode);
        Assert.Equal(3, (await cluster[leaving].GetAsync("/status")).GetProperty("voters").GetArrayLength());
        cluster[leaving].Terminate();
        Assert.Equal(0, await cluster[leaving].ExitCodeAsync());
        Assert.Contains("stop 7/8: membership: given back", cluster[leaving].Output, StringComparison.Ordinal);
        var rest = (leaving + 1) % 3;
        await cluster.UntilAsync("two voters are left and one of them leads", async () =>
            await cluster.StatusAsync(rest) is { } status && status.GetProperty("voters").GetArrayLength() == 2 && status.TryGetProperty("leader", out _));
        using (var answer = await cluster[rest].AppendAsync("by two"))
            Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        await cluster.KillAsync(leaving);
        cluster.Run(leaving);
        await cluster.ReadyAsync();
    }

    [Fact]
    public async Task Each_step_of_a_stop_and_of_a_drain_is_logged_in_its_order_with_its_time()
    {
        await using var cluster = await LedgerCluster.StartAsync();
        var leader = await cluster.LeaderAsync();
        using (var drained = await cluster[leader].Http.GetAsync("/drain", Stop))
            Assert.Equal(HttpStatusCode.OK, drained.StatusCode);
        var other = await cluster.LeaderAsync();
        Assert.NotEqual(leader, other);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await cluster[leader].StatusOfAsync("/ready"));
        string[] what =
        [
            "readiness fails", "no new writes", "writes under way have ended", $"leadership: handed to ledger-store-{other}", "everything is flushed",
            "HTTP and the log files are closed", "membership: kept", "the process ends",
        ];
        AssertSteps(cluster[leader].Output, "drain", what[..5]);
        cluster[other].Terminate();
        Assert.Equal(0, await cluster[other].ExitCodeAsync());
        what[3] = "leadership: handed to ledger-store-";
        AssertSteps(cluster[other].Output, "stop", what);
    }

    [Fact]
    public async Task Whoever_reads_of_the_last_step_of_a_stop_finds_the_data_folder_free()
    {
        await using var cluster = await LedgerCluster.StartAsync();
        cluster[1].Terminate();
        await cluster.UntilAsync("the last step is noted", () => Task.FromResult(cluster[1].Output.Contains("stop 8/8", StringComparison.Ordinal)));
        DataFolder.Hold(cluster.DataOf(1)).Dispose();
        Assert.Equal(0, await cluster[1].ExitCodeAsync());
    }

    private static void AssertSteps(string output, string word, string[] what)
    {
        var steps = Step().Matches(output).Where(step => step.Groups["word"].Value == word).ToList();
        Assert.Equal(Enumerable.Range(1, what.Length), steps.Select(static step => int.Parse(step.Groups["number"].Value, null)));
        Assert.All(steps.Zip(what), static step => Assert.StartsWith(step.Second, step.First.Groups["what"].Value, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"(?<word>drain|stop) (?<number>\d)/8: (?<what>.*) \(\d+\.\d ms\)")]
    private static partial Regex Step();
}

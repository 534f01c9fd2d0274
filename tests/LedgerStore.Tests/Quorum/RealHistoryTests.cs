using System.Diagnostics;
using System.Globalization;

namespace LedgerStore.Tests.Quorum;

/// <summary>Real processes, real disks, real faults: what clients saw must be explicable by one ledger, and nothing that was acknowledged may be lost.
/// LEDGER_HISTORY_SECONDS says for how long (120), LEDGER_HISTORY_SEED with which faults.</summary>
public sealed class RealHistoryTests(ITestOutputHelper output)
{
    private const int Clients = 24;
    // Far fewer than a machine with nothing else to do reaches: enough to see that there was a history to judge.
    private const int LeastEachSecond = 85;
    private static readonly string[] Faults =
        ["kill", "kill the leader", "pause", "pause the leader", "cut off", "cut one way", "kill two", "kill all", "wipe", "transfer", "remove", "remove the leader", "wipe the leader"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whatever_is_killed_paused_cut_or_wiped_the_history_is_linearizable_and_nothing_acknowledged_is_lost()
    {
        var seconds = int.Parse(Environment.GetEnvironmentVariable("LEDGER_HISTORY_SECONDS") ?? "120", CultureInfo.InvariantCulture);
        var seed = int.Parse(Environment.GetEnvironmentVariable("LEDGER_HISTORY_SEED") ?? "1", CultureInfo.InvariantCulture);
        await using var cluster = await LedgerCluster.StartAsync();
        var history = new LedgerHistory();
        var began = Stopwatch.StartNew();
        bool GoesOn() => began.Elapsed < TimeSpan.FromSeconds(seconds) && !Stop.IsCancellationRequested;
        var clients = Enumerable.Range(1, Clients).Select(number => new LedgerClient($"client-{number}", cluster, history, new Random(seed * 100 + number))).ToList();
        var running = clients.ConvertAll(client => client.RunAsync(GoesOn));
        var faults = await DisturbAsync(cluster, new Random(seed), GoesOn);
        await Task.WhenAll(running);
        clients.ForEach(static client => client.Dispose());
        await RestoreAsync(cluster);
        var judging = Stopwatch.StartNew();
        var contradiction = history.Contradiction();
        await Console.Out.WriteLineAsync($"{history.Count} operations and {faults} faults in {seconds} s with seed {seed}; judged in {judging.Elapsed.TotalMilliseconds:0} ms");
        Assert.Null(contradiction);
        Assert.True(history.Count > LeastEachSecond * seconds, $"only {history.Count} operations ended in {seconds} s");
        await HoldsAllAsync(cluster, history);
    }

    private async Task<int> DisturbAsync(LedgerCluster cluster, Random chance, Func<bool> goesOn)
    {
        var number = 0;
        for (; goesOn(); number++)
        {
            var fault = Faults[number % Faults.Length];
            output.WriteLine(fault);
            await DoAsync(cluster, fault, chance);
            await RestoreAsync(cluster);
        }
        return number;
    }

    private static async Task DoAsync(LedgerCluster cluster, string fault, Random chance)
    {
        var (one, leader) = (chance.Next(cluster.Count), await cluster.LeaderAsync());
        switch (fault)
        {
            case "kill" or "kill the leader":
                await cluster.KillAsync(fault == "kill" ? one : leader);
                await cluster.LeaderAsync();
                break;
            case "pause" or "pause the leader":
                var paused = cluster[fault == "pause" ? one : leader];
                paused.Signal(19);
                await PassAsync(TimeSpan.FromMilliseconds(300 + chance.Next(3_000)));
                paused.Signal(18);
                break;
            case "cut off":
                cluster.CutOff(leader);
                await PassAsync(TimeSpan.FromMilliseconds(500 + chance.Next(2_500)));
                break;
            case "cut one way":
                cluster.Cut(leader, (leader + 1) % cluster.Count);
                cluster.Cut((leader + 2) % cluster.Count, leader);
                await PassAsync(TimeSpan.FromMilliseconds(500 + chance.Next(2_500)));
                break;
            case "kill two" or "kill all":
                for (var number = fault == "kill two" ? 1 : 0; number < cluster.Count; number++)
                    await cluster.KillAsync((one + number) % cluster.Count);
                break;
            case "wipe" or "wipe the leader":
                await cluster.WipeAsync(fault == "wipe" ? one : leader);
                break;
            case "transfer":
                await cluster.PostAsync(one, "/v1/leadership");
                break;
            case "remove" or "remove the leader":
                var leaving = fault == "remove" ? one : leader;
                await cluster.PostAsync((leaving + 1) % cluster.Count, $"/v1/members/remove?name=ledger-store-{leaving}");
                await cluster.KillAsync(leaving);
                break;
        }
    }

    // The time of a fault is part of the fault: nothing could be waited for instead.
    private static async Task PassAsync(TimeSpan time)
    {
        var began = Stopwatch.StartNew();
        while (began.Elapsed < time)
            await Task.Delay(TimeSpan.FromMilliseconds(50), Stop);
    }

    private static async Task RestoreAsync(LedgerCluster cluster)
    {
        cluster.Heal();
        for (var number = 0; number < cluster.Count; number++)
        {
            if (!cluster.Runs(number))
                cluster.Run(number);
        }
        await cluster.ReadyAsync();
    }

    private static async Task HoldsAllAsync(LedgerCluster cluster, LedgerHistory history)
    {
        var held = new Dictionary<long, string>();
        for (long? from = 1; from is not null;)
        {
            var page = await cluster[0].GetAsync($"/v1/entries?from={from}&limit=1000");
            foreach (var entry in page.GetProperty("entries").EnumerateArray())
                held.Add(entry.GetProperty("index").GetInt64(), entry.GetProperty("data").GetString()!);
            from = page.TryGetProperty("next", out var next) ? next.GetInt64() : null;
        }
        Assert.All(history.Appends, append => Assert.Equal(append.Data, held.GetValueOrDefault(append.Place)));
        Assert.Equal(held.Count, held.Values.Distinct().Count());
        var checksums = new HashSet<string?>();
        for (var number = 0; number < cluster.Count; number++)
            checksums.Add((await cluster[number].GetAsync($"/v1/checksum?at={held.Count}")).GetProperty("checksum").GetString());
        Assert.Single(checksums);
    }
}

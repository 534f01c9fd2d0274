using System.Diagnostics;
using System.Globalization;
using LedgerStore.Bench;

// LedgerStore beside etcd, three members each, on this machine and disk, in turns. Prints figures for people; nothing waits for them.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var seconds = args is [var first, ..] && first != "disk" ? double.Parse(first) : 5;
if (args is ["disk"])
{
    DiskMeasurement.Run();
    return;
}
var root = Directory.CreateDirectory(args.Length > 1 ? args[1] : Path.Combine(Path.GetTempPath(), "ledger-bench")).CreateSubdirectory(Environment.ProcessId.ToString());
var hasEtcd = Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(static folder => File.Exists(Path.Combine(folder, "etcd")));
if (!hasEtcd)
    Console.WriteLine("etcd is not installed (Debian: etcd-server): LedgerStore is measured alone");
Console.WriteLine($"{Environment.ProcessorCount} processors, load {File.ReadAllText("/proc/loadavg").Trim()}, {seconds} s each, 100 bytes a write, through the leader");
Console.WriteLine("| system | clients | writes/s | p50 ms | p99 ms | processor µs/write | switches/write | failover ms | resident MB, all three |\n|---|---|---|---|---|---|---|---|---|");
try
{
    foreach (var make in new Func<string, MeasuredSystem>[] { static folder => new LedgerSystem(folder), static folder => new EtcdSystem(folder) }.Take(hasEtcd ? 2 : 1))
    {
        using var system = make(root.CreateSubdirectory($"{Guid.NewGuid():n}").FullName);
        await system.StartAsync();
        // Both are measured as they run after a while, not while their code is still being compiled or their caches filled.
        await RunAsync(system, await system.LeaderAsync(), 32, TimeSpan.FromSeconds(3));
        foreach (var clients in new[] { 1, 32, 256 })
            Console.WriteLine(await LoadAsync(system, clients));
        for (var run = 0; run < 3; run++)
            Console.WriteLine($"| {system.Name} | | | | | | | {await FailoverAsync(system):0} | {system.ResidentBytes / 1e6:0} |");
    }
}
finally
{
    root.Delete(recursive: true);
}

async Task<string> LoadAsync(MeasuredSystem system, int clients)
{
    var leader = await system.LeaderAsync();
    await RunAsync(system, leader, clients, TimeSpan.FromSeconds(Math.Min(2, seconds)));
    var (began, before) = (Stopwatch.StartNew(), system.Use);
    var latencies = await RunAsync(system, leader, clients, TimeSpan.FromSeconds(seconds));
    var (elapsed, after) = (began.Elapsed.TotalSeconds, system.Use);
    latencies.Sort();
    return $"| {system.Name} | {clients} | {latencies.Count / elapsed:0} | {At(0.5):0.00} | {At(0.99):0.00} | {(after.Processor - before.Processor).TotalMicroseconds / latencies.Count:0} | {(double)(after.Switches - before.Switches) / latencies.Count:0.0} | | {system.ResidentBytes / 1e6:0} |";

    double At(double share) => latencies.Count == 0 ? double.NaN : latencies[(int)(share * (latencies.Count - 1))];
}

async Task<List<double>> RunAsync(MeasuredSystem system, int member, int clients, TimeSpan time)
{
    var began = Stopwatch.StartNew();
    var all = await Task.WhenAll(Enumerable.Range(0, clients).Select(async client =>
    {
        var latencies = new List<double>();
        while (began.Elapsed < time)
        {
            var at = Stopwatch.GetTimestamp();
            if (await system.TryWriteAsync(member, $"client-{client}"))
                latencies.Add(Stopwatch.GetElapsedTime(at).TotalMilliseconds);
        }
        return latencies;
    }));
    return [.. all.SelectMany(static latencies => latencies)];
}

// From the kill of the leader to the next write that is acknowledged, asked of the others in turn.
async Task<double> FailoverAsync(MeasuredSystem system)
{
    var leader = -1;
    await MeasuredSystem.UntilAsync("someone leads", async () => (leader = await system.LeaderAsync()) >= 0);
    system.Kill(leader);
    // A member that holds a write back while nobody leads must not be waited for longer than the others take to elect.
    var askFor = TimeSpan.FromMilliseconds(200);
    var began = Stopwatch.StartNew();
    for (var turn = 0; !await system.TryWriteAsync((leader + 1 + (turn % 2)) % MeasuredSystem.Members, "failover", askFor); turn++)
        await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
    var took = began.Elapsed.TotalMilliseconds;
    system.Start(leader);
    await MeasuredSystem.UntilAsync("the old leader is back", () => system.TryWriteAsync(leader, "back"));
    return took;
}

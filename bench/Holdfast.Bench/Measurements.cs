using Holdfast.Client;
using Holdfast.Client.Http;

namespace Holdfast.Bench;

/// <summary>What is measured, in order.</summary>
internal static class Measurements
{
    private const int OrderedPods = 100;
    private const int ParallelPods = 500;

    /// <summary>Starts Holdfast on a folder of its own and measures all there is.</summary>
    internal static async Task HoldfastAsync(BenchSettings settings, ResultTable table, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("holdfast-bench-").FullName;
        try
        {
            await StartsAsync(folder, settings.Runs, table, cancellationToken);
            await using (var cluster = await MeasuredCluster.StartAsync(Path.Combine(folder, "process"), "process", cancellationToken))
                table.Add("memory at rest", $"{await cluster.MemoryAtRestAsync(cancellationToken) / 1024 / 1024} MiB", "resident, three nodes, no pods");
            await using var scale = await MeasuredCluster.StartAsync(Path.Combine(folder, "fake"), "fake", cancellationToken);
            await ServerAsync(scale.Config, hasPods: true, settings, table, cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Measures a server that runs.</summary>
    internal static async Task ServerAsync(KubeConfig config, bool hasPods, BenchSettings settings, ResultTable table, CancellationToken cancellationToken)
    {
        if (hasPods)
        {
            using var transport = config.CreateTransport(TimeProvider.System);
            var sets = new SetMeasurement(new KubernetesClient(transport, "holdfast-bench"), settings.Image);
            table.Add($"{OrderedPods} ordered pods ready", Seconds(await sets.MeasureAsync(OrderedPods, "OrderedReady", cancellationToken)));
            table.Add($"{ParallelPods} parallel pods ready", Seconds(await sets.MeasureAsync(ParallelPods, "Parallel", cancellationToken)));
        }
        foreach (var connections in (int[])[1, 32])
        {
            var creates = await CreateMeasurement.MeasureAsync(config, connections, settings.CreateTime, cancellationToken);
            table.Add($"durable creates, {connections} connection{(connections == 1 ? "" : "s")}", $"{creates.PerSecond:n0} /s", $"p50 {creates.Median.TotalMilliseconds:n1} ms, p99 {creates.NinetyNinth.TotalMilliseconds:n1} ms");
        }
    }

    private static async Task StartsAsync(string folder, int runs, ResultTable table, CancellationToken cancellationToken)
    {
        var times = new List<TimeSpan>();
        for (var run = 0; run < runs; run++)
        {
            await using var cluster = await MeasuredCluster.StartAsync(Path.Combine(folder, $"start-{run}"), "process", cancellationToken);
            times.Add(cluster.ReadyAfter);
        }
        times.Sort();
        table.Add("start to ready API", $"{times[times.Count / 2].TotalMilliseconds:n0} ms", $"median of {runs} starts on a new folder, {times[0].TotalMilliseconds:n0} to {times[^1].TotalMilliseconds:n0} ms");
    }

    private static string Seconds(TimeSpan time) => $"{time.TotalSeconds:n2} s";
}

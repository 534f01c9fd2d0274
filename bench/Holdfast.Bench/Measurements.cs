using Holdfast.Client;
using Holdfast.Client.Http;
using Holdfast.Model.Core;

namespace Holdfast.Bench;

/// <summary>What is measured, in order.</summary>
internal static class Measurements
{
    private const int OrderedPods = 100;
    private const int ParallelPods = 500;
    private const int SomePods = 600;
    private const long Mebibyte = 1024 * 1024;
    private static readonly ScaleMeasurement.Shape[] Shapes = [new(1, 100), new(100, 100), new(1, 10_000), new(100, 10_000), new(1000, 10_000)];
    private static readonly int[] ObjectCounts = [10_000, 100_000];

    /// <summary>Starts Holdfast on a folder of its own and measures all there is.</summary>
    internal static async Task HoldfastAsync(BenchSettings settings, ResultTable table, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("holdfast-bench-").FullName;
        try
        {
            await StartsAsync(folder, settings.Runs, table, cancellationToken);
            await using (var cluster = await MeasuredCluster.StartAsync(Path.Combine(folder, "process"), "process", cancellationToken))
                table.Add("memory at rest", $"{await cluster.MemoryAtRestAsync(cancellationToken) / 1024 / 1024} MiB", "resident, three nodes, no pods");
            await using (var scale = await MeasuredCluster.StartAsync(Path.Combine(folder, "fake"), "fake", cancellationToken))
                await ServerAsync(scale.Config, hasPods: true, settings, folder, table, cancellationToken);
            await MemoryAsync(folder, settings, table, cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Measures what many pods cost, in clusters of their own.</summary>
    internal static async Task ScaleAsync(BenchSettings settings, ResultTable table, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("holdfast-bench-").FullName;
        try
        {
            await new ScaleMeasurement(folder, settings.Image).MeasureAsync(Shapes, table, cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Measures a server that runs.</summary>
    /// <param name="config">How it is reached.</param>
    /// <param name="hasPods">Whether its nodes can run pods.</param>
    /// <param name="settings">How much is measured.</param>
    /// <param name="folder">A folder to write to, on the disk that a durable write is compared with.</param>
    /// <param name="table">Takes the results.</param>
    /// <param name="cancellationToken">Ends the measurement.</param>
    internal static async Task ServerAsync(KubeConfig config, bool hasPods, BenchSettings settings, string folder, ResultTable table, CancellationToken cancellationToken)
    {
        if (hasPods)
        {
            using var transport = config.CreateTransport(TimeProvider.System);
            var sets = new SetMeasurement(new KubernetesClient(transport, "holdfast-bench"), settings.Image);
            table.Add($"{OrderedPods} ordered pods ready", Seconds(await sets.MeasureAsync(OrderedPods, "OrderedReady", cancellationToken)));
            table.Add($"{ParallelPods} parallel pods ready", Seconds(await sets.MeasureAsync(ParallelPods, "Parallel", cancellationToken)));
        }
        DiskMeasurement.Add(folder, table);
        await new ApiMeasurement(config, new WrkLoad(config, folder), settings.LoadTime).MeasureAsync(table, cancellationToken);
    }

    /// <summary>What objects take, over what the same server takes without them.</summary>
    private static async Task MemoryAsync(string folder, BenchSettings settings, ResultTable table, CancellationToken cancellationToken)
    {
        await using var cluster = await MeasuredCluster.StartAsync(Path.Combine(folder, "memory"), "fake", cancellationToken);
        using var transport = cluster.Config.CreateTransport(TimeProvider.System);
        var client = new KubernetesClient(transport, "holdfast-bench");
        await using (var pods = await new SetMeasurement(client, settings.Image).HoldAsync(SomePods, cancellationToken))
            table.Add($"memory with {SomePods} pods", $"{await cluster.MemoryAtRestAsync(cancellationToken) / Mebibyte} MiB", "resident, three nodes that run nothing");
        var before = await cluster.MemoryAtRestAsync(cancellationToken);
        var load = new WrkLoad(cluster.Config, folder);
        var made = 0;
        foreach (var wanted in ObjectCounts)
        {
            while ((made = await CountAsync(client, cancellationToken)) < wanted)
                await load.CreateAsync("/api/v1/namespaces/default/configmaps", ApiMeasurement.Body, 32, TimeSpan.FromSeconds(Math.Clamp((wanted - made) / 4000, 1, 10)), cancellationToken);
            var bytes = await cluster.MemoryAtRestAsync(cancellationToken) - before;
            table.Add($"memory per object, {made:n0} objects", $"{bytes / made:n0} B", $"ConfigMaps of {ApiMeasurement.Body.Length} bytes as they are sent; {bytes / Mebibyte} MiB in all");
        }
    }

    private static async Task<int> CountAsync(KubernetesClient client, CancellationToken cancellationToken)
    {
        var page = await client.ListAsync<ConfigMap>(new ListQuery { Namespace = "default", Limit = 1 }, cancellationToken);
        return page.Items.Length + (int)(page.Metadata.RemainingItemCount ?? 0);
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

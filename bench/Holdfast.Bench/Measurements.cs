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
            await StartsAsync(folder, settings, table, cancellationToken);
            await using (var cluster = await MeasuredCluster.StartAsync(settings.Program, Path.Combine(folder, "process"), "process", cancellationToken))
                Add(table, "memory at rest", await cluster.MemoryAtRestAsync(cancellationToken), "three nodes, no pods");
            await using (var scale = await MeasuredCluster.StartAsync(settings.Program, Path.Combine(folder, "fake"), "fake", cancellationToken))
                await ServerAsync(scale.Config, hasPods: true, settings, folder, () => scale.Processor, table, cancellationToken);
            await MemoryAsync(folder, settings, table, cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Measures two programs in turns, so that what else the machine does meets both alike.</summary>
    /// <returns>The medians of both, and their ratio.</returns>
    internal static async Task<string> CompareAsync(BenchSettings settings, string against, int rounds, CancellationToken cancellationToken)
    {
        var (before, after) = (new List<ResultTable>(), new List<ResultTable>());
        for (var round = 0; round < rounds; round++)
        {
            before.Add(new ResultTable());
            await HoldfastAsync(settings with { Program = against }, before[^1], cancellationToken);
            after.Add(new ResultTable());
            await HoldfastAsync(settings, after[^1], cancellationToken);
        }
        return ResultTable.Compare(before, after);
    }

    /// <summary>Measures what many pods cost, in clusters of their own.</summary>
    internal static async Task ScaleAsync(BenchSettings settings, ResultTable table, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("holdfast-bench-").FullName;
        try
        {
            await new ScaleMeasurement(settings.Program, folder, settings.Image).MeasureAsync(Shapes, table, cancellationToken);
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
    /// <param name="processorTime">What the server has used; null where that cannot be seen.</param>
    /// <param name="table">Takes the results.</param>
    /// <param name="cancellationToken">Ends the measurement.</param>
    internal static async Task ServerAsync(KubeConfig config, bool hasPods, BenchSettings settings, string folder, Func<TimeSpan>? processorTime, ResultTable table,
        CancellationToken cancellationToken)
    {
        if (hasPods)
        {
            using var transport = config.CreateTransport(TimeProvider.System);
            var sets = new SetMeasurement(new KubernetesClient(transport, "holdfast-bench"), settings.Image);
            table.Add($"{OrderedPods} ordered pods ready", Seconds(await sets.MeasureAsync(OrderedPods, "OrderedReady", cancellationToken)));
            table.Add($"{ParallelPods} parallel pods ready", Seconds(await sets.MeasureAsync(ParallelPods, "Parallel", cancellationToken)));
        }
        DiskMeasurement.Add(folder, table);
        await new ApiMeasurement(config, new WrkLoad(config, folder), settings.LoadTime, processorTime).MeasureAsync(table, cancellationToken);
    }

    /// <summary>What objects take, over what the same server takes without them.</summary>
    private static async Task MemoryAsync(string folder, BenchSettings settings, ResultTable table, CancellationToken cancellationToken)
    {
        await using var cluster = await MeasuredCluster.StartAsync(settings.Program, Path.Combine(folder, "memory"), "fake", cancellationToken);
        using var transport = cluster.Config.CreateTransport(TimeProvider.System);
        var client = new KubernetesClient(transport, "holdfast-bench");
        await using (var pods = await new SetMeasurement(client, settings.Image).HoldAsync(SomePods, cancellationToken))
            Add(table, $"memory with {SomePods} pods", await cluster.MemoryAtRestAsync(cancellationToken), "three nodes that run nothing");
        var before = (await cluster.MemoryAtRestAsync(cancellationToken)).Resident;
        var load = new WrkLoad(cluster.Config, folder);
        var made = 0;
        foreach (var wanted in ObjectCounts)
        {
            while ((made = await CountAsync(client, cancellationToken)) < wanted)
                await load.CreateAsync("/api/v1/namespaces/default/configmaps", ApiMeasurement.Body, 32, TimeSpan.FromSeconds(Math.Clamp((wanted - made) / 4000, 1, 10)), cancellationToken);
            var bytes = (await cluster.MemoryAtRestAsync(cancellationToken)).Resident - before;
            table.Add($"memory per object, {made:n0} objects", $"{bytes / made:n0} B", $"ConfigMaps of {ApiMeasurement.Body.Length} bytes as they are sent; {bytes / Mebibyte} MiB in all");
        }
    }

    private static void Add(ResultTable table, string what, HeldMemory memory, string of) =>
        table.Add(what, $"{memory.Resident / Mebibyte} MiB", $"resident, {memory.Own / Mebibyte} MiB of it not pages of files; {of}");

    private static async Task<int> CountAsync(KubernetesClient client, CancellationToken cancellationToken)
    {
        var page = await client.ListAsync<ConfigMap>(new ListQuery { Namespace = "default", Limit = 1 }, cancellationToken);
        return page.Items.Length + (int)(page.Metadata.RemainingItemCount ?? 0);
    }

    private static async Task StartsAsync(string folder, BenchSettings settings, ResultTable table, CancellationToken cancellationToken)
    {
        var (anew, again, complete) = (new List<TimeSpan>(), new List<TimeSpan>(), new List<TimeSpan>());
        for (var run = 0; run < settings.Runs; run++)
        {
            var data = Path.Combine(folder, $"start-{run}");
            await using (var first = await MeasuredCluster.StartAsync(settings.Program, data, "process", cancellationToken))
                anew.Add(first.ReadyAfter);
            await using var second = await MeasuredCluster.StartAsync(settings.Program, data, "process", cancellationToken);
            again.Add(second.ReadyAfter);
            complete.Add(second.CompleteAfter);
        }
        Add("start to ready API, a new folder", anew);
        Add("start to ready API, certificates kept", again);
        Add("start to controllers and three nodes ready", complete);

        void Add(string what, List<TimeSpan> times)
        {
            times.Sort();
            table.Add(what, $"{times[times.Count / 2].TotalMilliseconds:n0} ms", $"median of {times.Count}, {times[0].TotalMilliseconds:n0} to {times[^1].TotalMilliseconds:n0} ms");
        }
    }

    private static string Seconds(TimeSpan time) => $"{time.TotalSeconds:n2} s";
}

using System.Diagnostics;
using System.Globalization;
using Holdfast.Client;
using Holdfast.Model.Apps;

namespace Holdfast.Bench;

/// <summary>
/// What a pod costs when there are many: time, the controllers' work and memory, for the same number of pods in few and in many sets. Each shape
/// gets a cluster of its own, whose code is compiled by a set of another name before anything is counted.
/// </summary>
/// <param name="program">The program.</param>
/// <param name="folder">Where the clusters are kept.</param>
/// <param name="image">The image of the pods.</param>
internal sealed class ScaleMeasurement(string program, string folder, string image)
{
    private const string Space = "default";
    private const int WarmingPods = 300;
    private const int CreatedAtOnce = 32;
    private const double UpkeepShare = 0.3;

    /// <summary>One shape: how many sets with how many pods in all.</summary>
    internal sealed record Shape(int Sets, int Pods)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Pods:n0} pods in {Sets:n0} set{(Sets == 1 ? "" : "s")}");
    }

    /// <summary>What a shape took.</summary>
    /// <param name="Time">From the first set's creation until every set's status counted all its pods as ready.</param>
    /// <param name="Processor">What the cluster's process used of the processors meanwhile.</param>
    /// <param name="Reconciles">How many reconciles ended meanwhile, of each controller.</param>
    /// <param name="Bytes">How much more memory it took at rest than before.</param>
    internal sealed record Cost(TimeSpan Time, TimeSpan Processor, IReadOnlyDictionary<string, double> Reconciles, long Bytes);

    /// <summary>Measures each shape and how its time per pod compares with the first one's.</summary>
    internal async Task MeasureAsync(IReadOnlyList<Shape> shapes, ResultTable table, CancellationToken cancellationToken)
    {
        (double Time, double Processor)? first = null;
        foreach (var shape in shapes)
        {
            var cost = await MeasureAsync(shape, cancellationToken);
            var (perPod, processor) = (cost.Time.TotalMilliseconds / shape.Pods, cost.Processor.TotalMilliseconds / shape.Pods);
            first ??= (perPod, processor);
            var reconciles = string.Join(", ", cost.Reconciles.OrderByDescending(pair => pair.Value).Take(5)
                .Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key} {pair.Value / shape.Pods:n2}")));
            table.Add(shape.ToString(), string.Create(CultureInfo.InvariantCulture, $"{perPod:n2} ms/pod"), string.Create(
                CultureInfo.InvariantCulture,
                $"{cost.Time.TotalSeconds:n2} s in all, {perPod / first.Value.Time:n2} times the first; {processor:n2} ms of processors a pod, {processor / first.Value.Processor:n2} times; {(double)cost.Bytes / shape.Pods / 1024:n1} KiB and {cost.Reconciles.Values.Sum() / shape.Pods:n1} reconciles a pod: {reconciles}"));
        }
    }

    private async Task<Cost> MeasureAsync(Shape shape, CancellationToken cancellationToken)
    {
        await using var cluster = await MeasuredCluster.StartAsync(program, Path.Combine(folder, $"scale-{shape.Sets}-{shape.Pods}"), "fake", cancellationToken);
        using var transport = cluster.Config.CreateTransport(TimeProvider.System);
        var client = new KubernetesClient(transport, "holdfast-bench");
        var one = new SetMeasurement(client, image);
        _ = await one.MeasureAsync(WarmingPods, "Parallel", cancellationToken);
        var restingBytes = (await cluster.MemoryAtRestAsync(cancellationToken)).Resident;
        var (reconcilesBefore, processorBefore) = (await cluster.ReconcilesAsync(cancellationToken), cluster.Processor);
        var begun = Stopwatch.GetTimestamp();
        var replicas = shape.Pods / shape.Sets;
        foreach (var some in Enumerable.Range(0, shape.Sets).Chunk(CreatedAtOnce))
            await Task.WhenAll(some.Select(number => client.CreateAsync(one.Set($"scale-{number}", replicas, "Parallel"), cancellationToken)));
        for (var number = 0; number < shape.Sets; number++)
            await UntilReadyAsync(client, $"scale-{number}", replicas, cancellationToken);
        var time = Stopwatch.GetElapsedTime(begun);
        var processor = cluster.Processor - processorBefore;
        var reconciles = await cluster.ReconcilesAsync(cancellationToken);
        var bytes = (await cluster.MemoryAtRestAsync(cancellationToken, UpkeepShare)).Resident - restingBytes;
        return new Cost(
            time, processor, reconciles.ToDictionary(pair => pair.Key, pair => pair.Value - reconcilesBefore.GetValueOrDefault(pair.Key)), bytes);
    }

    // One set after the other: to look at all of them all the time would be most of the load.
    private static async Task UntilReadyAsync(KubernetesClient client, string name, int replicas, CancellationToken cancellationToken)
    {
        while ((await client.GetAsync<StatefulSet>(Space, name, cancellationToken)).Status.ReadyReplicas != replicas)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellationToken);
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text;
using Holdfast.Platform;
using Holdfast.Store;

// Measures the store over a real SQLite file. Arguments: seconds per measurement (3), folder (a temporary one).
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var seconds = args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 3;
var folder = args.Length > 1 ? args[1] : Directory.CreateTempSubdirectory("holdfast-bench-").FullName;
var tasks = new ThreadPoolTaskRunner(fault => Environment.FailFast($"{fault.Name}: {fault.Exception}"));
try
{
    foreach (var (writers, watchers) in new[] { (1, 0), (32, 0), (32, 100), (32, 1000) })
        await MeasureAsync(writers, watchers);
}
finally
{
    if (args.Length <= 1)
        Directory.Delete(folder, recursive: true);
}

async Task MeasureAsync(int writers, int watchers)
{
    var file = Path.Combine(folder, $"bench-{writers}-{watchers}.db");
    await using var store = await ResourceStore.OpenAsync(
        new SqliteJournal(file, new SystemChance()), new StoreOptions(), TimeProvider.System, tasks, default);
    using var stop = new CancellationTokenSource();
    var delivered = new long[watchers];
    var watching = Enumerable.Range(0, watchers).Select(index => Task.Run(() => WatchAsync(store, delivered, index, stop.Token))).ToArray();
    var started = Stopwatch.GetTimestamp();
    var usedBefore = Environment.CpuUsage.TotalTime;
    var latencies = await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(() => WriteAsync(store, writer, seconds))));
    var elapsed = Stopwatch.GetElapsedTime(started).TotalSeconds;
    // Tells the store's own cost also on a machine that is busy with other things.
    var used = Environment.CpuUsage.TotalTime - usedBefore;
    var sorted = latencies.SelectMany(each => each).Order().ToArray();
    await stop.CancelAsync();
    await Task.WhenAll(watching);
    Console.WriteLine(
        $"writers {writers,4}  watchers {watchers,5}  transactions/s {sorted.Length / elapsed,9:n0}  "
        + $"p50 {sorted[sorted.Length / 2].TotalMilliseconds:n2} ms  p99 {sorted[(int)(sorted.Length * 0.99)].TotalMilliseconds:n2} ms  "
        + $"CPU {used.TotalMicroseconds / sorted.Length,6:n1} µs/transaction  "
        + $"events/s {delivered.Sum() / elapsed,11:n0}");
}

static async Task<List<TimeSpan>> WriteAsync(ResourceStore store, int writer, double seconds)
{
    var latencies = new List<TimeSpan>();
    var started = Stopwatch.GetTimestamp();
    for (var i = 0; Stopwatch.GetElapsedTime(started).TotalSeconds < seconds; i++)
    {
        var begin = Stopwatch.GetTimestamp();
        var key = new ResourceKey("pods", "default", $"w{writer}-{i % 100}");
        await store.CommitAsync(new Transaction([], [new Put(key, Pod.Shared)]), default);
        latencies.Add(Stopwatch.GetElapsedTime(begin));
    }
    return latencies;
}

static async Task WatchAsync(ResourceStore store, long[] delivered, int index, CancellationToken stop)
{
    while (!stop.IsCancellationRequested)
    {
        try
        {
            await foreach (var _ in store.Watch("pods", null, store.CurrentRevision).ReadAllAsync(stop))
                delivered[index]++;
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (RevisionGoneException)
        {
            // Cut for being slow; it begins again, as a client would.
        }
    }
}

/// <summary>A value as large as a small object.</summary>
internal sealed class Pod : IPendingValue
{
    private static readonly byte[] Json = Encoding.UTF8.GetBytes($"{{\"pad\":\"{new string('x', 500)}\"}}");

    public static Pod Shared { get; } = new();

    public (ReadOnlyMemory<byte> Json, object? Decoded) At(long revision) => (Json, null);
}

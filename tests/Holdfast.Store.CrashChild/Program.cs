using System.Text;
using Holdfast.Platform;
using Holdfast.Store;

// Writes to a store until it is killed. Before each write it prints "try NAME", after the answer "ack NAME REVISION".
var folder = args[0];
var run = args[1];
using var held = DataFolder.Acquire(folder, "crash child " + run);
var tasks = new ThreadPoolTaskRunner(fault => Environment.FailFast($"{fault.Name}: {fault.Exception}"));
var options = new StoreOptions { HistoryEventsPerCollection = 64, CompactionSlice = 16 };
await using var store = await ResourceStore.OpenAsync(
    new SqliteJournal(Path.Combine(folder, "store.db"), new SystemChance()), options, TimeProvider.System, tasks, default);
using var output = Console.OpenStandardOutput();
var printing = new Lock();
Print("open " + store.CurrentRevision);
await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(() => WriteAsync(writer))));

async Task WriteAsync(int writer)
{
    for (var i = 0; ; i++)
    {
        var name = $"r{run}-w{writer}-{i}";
        Print("try " + name);
        var churn = new Put(new ResourceKey("leases", "default", $"w{writer}"), new Text(name));
        var kept = new Put(new ResourceKey("pods", "default", name), new Text(name));
        var committed = (Committed)await store.CommitAsync(new Transaction([], [kept, churn]), default);
        Print($"ack {name} {committed.Revision}");
    }
}

void Print(string line)
{
    // Straight to the pipe: what was printed is with the parent even when this process is killed right after.
    lock (printing)
        output.Write(Encoding.UTF8.GetBytes(line + "\n"));
}

/// <summary>A value of a few hundred bytes.</summary>
internal sealed record Text(string Name) : IPendingValue
{
    public (ReadOnlyMemory<byte> Json, object? Decoded) At(long revision) =>
        (Encoding.UTF8.GetBytes($"{{\"rv\":\"{revision}\",\"name\":\"{Name}\",\"pad\":\"{new string('x', 300)}\"}}"), null);
}

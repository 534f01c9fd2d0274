using System.Globalization;
using System.Text.Json;
using Holdfast.ApiServer;
using Holdfast.CrashServer;
using Holdfast.FaultyDisk;
using Holdfast.Platform;
using Holdfast.Store;

// The store and the API server alone, with a history so short that it is compacted all the time, over a faulty disk.
// Arguments: the data folder, and how many events are kept. Says "ready REVISION"; ends when its input does.
var folder = args[0];
if (Environment.GetEnvironmentVariable("HOLDFAST_TEST_DISK") is { Length: > 0 } plan)
    Disk.Install(FaultPlan.Parse(plan), AppContext.BaseDirectory);
using var held = DataFolder.Acquire(folder, "crash server");
var tasks = new ThreadPoolTaskRunner(fault => Environment.FailFast($"{fault.Name}: {fault.Exception}"));
var events = int.Parse(args[1], CultureInfo.InvariantCulture);
var options = new StoreOptions { HistoryEventsPerCollection = events, CompactionSlice = Math.Max(1, events / 8), SnapshotsKept = events };
var journal = new PhasedJournal(new SqliteJournal(Path.Combine(folder, "store.db"), new SystemChance()));
await using var store = await ResourceStore.OpenAsync(journal, options, TimeProvider.System, tasks, default);
await using var server = await ApiServerHost.StartAsync(new ApiServerOptions(folder, store), default);
var credentials = server.AdminCredentials();
await File.WriteAllTextAsync(Path.Combine(folder, "server.json"), JsonSerializer.Serialize(
    new Dictionary<string, string> { ["server"] = server.Address.ToString(), ["authority"] = credentials.AuthorityPem, ["token"] = credentials.Token }));
Console.WriteLine($"ready {store.CurrentRevision}");
var ended = Task.Run(() => Console.In.ReadToEnd());
if (await Task.WhenAny(ended, store.Failed) == ended)
    return 0;
Console.Error.WriteLine($"holdfast: {(await store.Failed).Message}");
return 1;

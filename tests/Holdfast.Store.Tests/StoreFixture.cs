using System.Collections.Concurrent;
using System.Text;
using Holdfast.Platform;
using Holdfast.Store.Simulation;
using Holdfast.Testing;

namespace Holdfast.Store.Tests;

/// <summary>A value that carries its revision, as the API server's do.</summary>
internal sealed record Value(string Text) : IPendingValue
{
    public (ReadOnlyMemory<byte> Json, object? Decoded) At(long revision) =>
        (Encoding.UTF8.GetBytes($"{{\"rv\":\"{revision}\",\"text\":\"{Text}\"}}"), this);

    public static string TextOf(Entry entry) => Encoding.UTF8.GetString(entry.Json.Span).Split('"')[7];
}

/// <summary>Opens stores over real SQLite files, and fails the test for any fault of a background loop.</summary>
internal sealed class StoreFixture : IAsyncDisposable
{
    private readonly List<ResourceStore> _stores = [];

    public TemporaryFolder Folder { get; } = new();

    public ConcurrentQueue<TaskFault> Faults { get; } = [];

    public StoreOptions Options { get; set; } = new();

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public string File => Folder["store.db"];

    public Task<ResourceStore> OpenAsync(long? maxPages = null) => OpenAsync(File, maxPages);

    public Task<ResourceStore> OpenAsync(string file, long? maxPages) =>
        OpenAsync(new SqliteJournal(file, new SystemChance(), maxPages));

    public async Task<ResourceStore> OpenAsync(IJournal journal)
    {
        var store = await ResourceStore.OpenAsync(
            journal, Options, TimeProvider.System, new ThreadPoolTaskRunner(Faults.Enqueue), Token);
        _stores.Add(store);
        return store;
    }

    public async Task<ResourceStore> ReopenAsync(ResourceStore store)
    {
        await store.DisposeAsync();
        return await OpenAsync();
    }

    public static SimulatedJournal Memory() =>
        new(new SimulatedDisk("in-memory"), new SeededChance(0), TimeProvider.System, new JournalFaults());

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores)
            await store.DisposeAsync();
        Folder.Dispose();
        Assert.Empty(Faults);
    }
}

internal static class StoreCalls
{
    public static ResourceKey Pod(string name, string @namespace = "default") => new("pods", @namespace, name);

    public static async Task<long> PutAsync(this ResourceStore store, ResourceKey key, string text) =>
        (await store.CommittedAsync(new Transaction([], [new Put(key, new Value(text))]))).Revision;

    public static async Task<long> DeleteAsync(this ResourceStore store, ResourceKey key) =>
        (await store.CommittedAsync(new Transaction([], [new Delete(key, new Value("gone"))]))).Revision;

    public static async Task<Committed> CommittedAsync(this ResourceStore store, Transaction transaction) =>
        Assert.IsType<Committed>(await store.CommitAsync(transaction, StoreFixture.Token));

    public static async Task<Conflict> ConflictAsync(this ResourceStore store, Transaction transaction) =>
        Assert.IsType<Conflict>(await store.CommitAsync(transaction, StoreFixture.Token));

    public static List<string> ReadAll(this StoreWatcher watcher)
    {
        var found = new List<string>();
        while (watcher.TryRead(out var change))
        {
            var kind = change.Kind == StoreEventKind.Delete ? "-" : change.Previous is null ? "+" : "=";
            found.Add($"{change.Revision}{kind}{change.Current.Key.Name}:{Value.TextOf(change.Current)}");
        }
        return found;
    }
}

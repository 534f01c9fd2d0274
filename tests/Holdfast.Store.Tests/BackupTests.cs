using System.Text;
using Holdfast.Platform;
using Holdfast.Store.Backups;
using static Holdfast.Store.Tests.StoreCalls;

namespace Holdfast.Store.Tests;

public sealed class BackupTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly StoreFixture _fixture = new();

    private string Backup => _fixture.Folder["backup"];

    private static CancellationToken Token => StoreFixture.Token;

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task A_backup_is_one_revision_while_writes_go_on_and_its_file_is_for_its_owner_alone()
    {
        var store = await FilledAsync(300);
        var at = store.CurrentRevision;
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < 100; i++)
                await store.CommittedAsync(new Transaction([], [new Put(Map($"m{i}"), new MapValue($"m{i}", "later"))]));
        }, Token);
        var snapshot = store.Snapshot();
        var report = await StoreBackup.SaveAsync(Backup, false, (output, token) => BackupWriter.WriteAsync(output, snapshot, store.Identity, Now, null, token), null, Token);
        await writing;
        Assert.Equal((store.Identity, snapshot.Revision, 300L), (report.Identity, report.Revision, report.Objects));
        Assert.True(report.Revision >= at);
        Assert.Equal(300, report.Counts["configmaps"]);
        Assert.Equal(Now, report.CreatedAt);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Backup));
        Assert.Single(Directory.GetFiles(_fixture.Folder.Path, "backup*"));
    }

    [Fact]
    public async Task A_restored_store_has_the_same_objects_and_answers_everything_from_before_as_gone()
    {
        var store = await FilledAsync(50);
        await SaveAsync(store);
        var kept = store.Snapshot().List("configmaps", null).Select(entry => (entry.Key, entry.Revision, entry.CreateRevision, Encoding.UTF8.GetString(entry.Json.Span))).ToList();
        var backedUp = store.CurrentRevision;
        // What clients saw after the backup, and what is lost with the restore.
        for (var i = 0; i < 20; i++)
            await store.CommittedAsync(new Transaction([], [new Put(Map("late"), new MapValue("late", $"{i}"))]));
        var lost = store.CurrentRevision;

        var file = Directory.CreateDirectory(_fixture.Folder["new"]).FullName + "/store.db";
        var report = await StoreRestore.RunAsync(Backup, file, null, Token);
        Assert.Equal(backedUp + StoreRestore.RevisionLeap, report.Revision);
        Assert.Equal(["store.db"], Directory.GetFiles(_fixture.Folder["new"]).Select(Path.GetFileName));
        var restored = await _fixture.OpenAsync(file, null);
        Assert.Equal(store.Identity, restored.Identity);
        Assert.Equal(report.Revision, restored.CurrentRevision);
        Assert.Equal(kept, restored.Snapshot().List("configmaps", null).Select(entry => (entry.Key, entry.Revision, entry.CreateRevision, Encoding.UTF8.GetString(entry.Json.Span))));
        foreach (var revision in new[] { 1, backedUp, lost, report.Revision - 1 })
        {
            Assert.Throws<RevisionGoneException>(() => restored.Watch("configmaps", null, revision));
            Assert.Throws<RevisionGoneException>(() => restored.Watch("of-no-backup", null, revision));
            await Assert.ThrowsAsync<RevisionGoneException>(() => restored.SnapshotAtAsync(revision, Token));
        }
        await restored.ConflictAsync(Transaction.Update(Map("m1"), lost, new MapValue("m1", "stale")));
        var watch = restored.Watch("configmaps", null, restored.CurrentRevision);
        var next = await restored.CommittedAsync(new Transaction([], [new Put(Map("m1"), new MapValue("m1", "new"))]));
        Assert.Equal(report.Revision + 1, next.Revision);
        Assert.True(watch.TryRead(out var change));
        Assert.Equal(StoreEventKind.Put, change.Kind);
        Assert.NotNull(change.Previous);
        // And all of that over a restart too.
        await restored.DisposeAsync();
        restored = await _fixture.OpenAsync(file, null);
        Assert.Equal(next.Revision, restored.CurrentRevision);
        Assert.Throws<RevisionGoneException>(() => restored.Watch("of-no-backup", null, lost));
    }

    [Fact]
    public async Task A_store_that_nobody_has_open_is_backed_up_and_verified_from_its_file()
    {
        var store = await FilledAsync(20);
        await store.DisposeAsync();
        var report = await StoreBackup.SaveAsync(Backup, false, (output, token) => StoreBackup.WriteStoreAsync(_fixture.File, output, TimeProvider.System, token), null, Token);
        Assert.Equal((20L, 21L), (report.Objects, report.Revision));
        Assert.Equal(report.Counts, (await StoreBackup.VerifyStoreAsync(_fixture.File, null, Token)).Counts);
        var missing = await Assert.ThrowsAsync<BackupException>(() => StoreBackup.VerifyStoreAsync(_fixture.Folder["none.db"], null, Token));
        Assert.Contains("there is no store", missing.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_fixture.Folder["none.db"]));
    }

    [Fact]
    public async Task No_file_is_overwritten_unasked_and_what_fails_or_is_cancelled_leaves_nothing()
    {
        var store = await FilledAsync(5);
        await SaveAsync(store);
        var before = await File.ReadAllBytesAsync(Backup, Token);
        Assert.Contains("--force", (await Assert.ThrowsAsync<BackupException>(() => SaveAsync(store))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<BackupException>(() => StoreBackup.SaveAsync(Backup, true, (output, token) => output.WriteAsync("half of it"u8.ToArray(), token).AsTask(), null, Token));
        using var given = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => StoreBackup.SaveAsync(Backup, true, async (output, token) =>
        {
            await output.WriteAsync("half of it"u8.ToArray(), token);
            await given.CancelAsync();
            token.ThrowIfCancellationRequested();
        }, null, given.Token));
        Assert.Equal(before, await File.ReadAllBytesAsync(Backup, Token));
        Assert.Single(Directory.GetFiles(_fixture.Folder.Path, "backup*"));
        await SaveAsync(store, mayOverwrite: true);
    }

    [Fact]
    public async Task A_restore_goes_where_no_store_is_and_a_damaged_backup_leaves_nothing()
    {
        var store = await FilledAsync(5);
        await SaveAsync(store);
        var there = await Assert.ThrowsAsync<BackupException>(() => StoreRestore.RunAsync(Backup, _fixture.File, null, Token));
        Assert.Contains("is there already", there.Message, StringComparison.Ordinal);
        var bytes = await File.ReadAllBytesAsync(Backup, Token);
        bytes[^200] ^= 1;
        await File.WriteAllBytesAsync(Backup, bytes, Token);
        var folder = Directory.CreateDirectory(_fixture.Folder["new"]).FullName;
        await Assert.ThrowsAsync<BackupException>(() => StoreRestore.RunAsync(Backup, folder + "/store.db", null, Token));
        Assert.Empty(Directory.GetFiles(folder));
    }

    [Fact]
    public async Task Every_damage_to_a_backup_is_found()
    {
        await SaveAsync(await FilledAsync(30));
        var good = await File.ReadAllBytesAsync(Backup, Token);
        var chance = new SeededChance(5);
        for (var i = 0; i < 300; i++)
        {
            var bytes = good.ToArray();
            bytes[chance.Next(bytes.Length)] ^= (byte)(1 << chance.Next(8));
            await RefusedAsync(bytes);
        }
        for (var i = 0; i < 50; i++)
            await RefusedAsync(good[..chance.Next(good.Length)]);
        await RefusedAsync([.. good, .. "{}\n"u8]);
        var lines = Encoding.UTF8.GetString(good).Split('\n');
        (lines[3], lines[4]) = (lines[4], lines[3]);
        await RefusedAsync(Encoding.UTF8.GetBytes(string.Join('\n', lines)));
        Assert.Contains("is not a backup", await RefusedAsync("{\"format\":\"shopping\"}\n"u8.ToArray()), StringComparison.Ordinal);
        Assert.Contains("has version 9", await RefusedAsync("{\"format\":\"holdfast-store-backup\",\"version\":9}\n"u8.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_object_that_does_not_decode_is_named()
    {
        var store = await _fixture.OpenAsync();
        await store.PutAsync(Pod("odd"), "no Kubernetes object");
        var refused = await Assert.ThrowsAsync<BackupException>(() => SaveAsync(store));
        Assert.Contains("pods default/odd at revision 2 cannot be read", refused.Message, StringComparison.Ordinal);
    }

    private async Task<string> RefusedAsync(byte[] bytes)
    {
        var file = _fixture.Folder["damaged"];
        await File.WriteAllBytesAsync(file, bytes, Token);
        var refused = await Assert.ThrowsAsync<BackupException>(() => StoreBackup.VerifyAsync(file, null, Token));
        Assert.Contains(file, refused.Message, StringComparison.Ordinal);
        return refused.Message;
    }

    private Task<BackupReport> SaveAsync(ResourceStore store, bool mayOverwrite = false) => StoreBackup.SaveAsync(
        Backup, mayOverwrite, (output, token) => BackupWriter.WriteAsync(output, store.Snapshot(), store.Identity, Now, null, token), null, Token);

    private async Task<ResourceStore> FilledAsync(int maps)
    {
        var store = await _fixture.OpenAsync();
        for (var i = 0; i < maps; i++)
            await store.CommittedAsync(new Transaction([], [new Put(Map($"m{i}"), new MapValue($"m{i}", "π\\n"))]));
        return store;
    }

    private static ResourceKey Map(string name) => new("configmaps", "default", name);

    private sealed record MapValue(string Name, string Text) : IPendingValue
    {
        public (ReadOnlyMemory<byte> Json, object? Decoded) At(long revision) => (Encoding.UTF8.GetBytes(
            $$"""{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"{{Name}}","namespace":"default","resourceVersion":"{{revision}}"},"data":{"text":"{{Text}}"} }"""), null);
    }
}

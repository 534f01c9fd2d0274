using System.Runtime.Versioning;
using System.Text;
using Holdfast.Platform;
using Microsoft.Data.Sqlite;
using static Holdfast.Store.Tests.StoreCalls;

namespace Holdfast.Store.Tests;

public sealed class DurabilityTests : IAsyncDisposable
{
    private readonly StoreFixture _fixture = new();

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task A_reopened_store_has_everything_and_its_watches_resume_without_gap()
    {
        var store = await _fixture.OpenAsync();
        await store.PutAsync(Pod("a"), "1");
        await store.PutAsync(Pod("b", "naïve-ns"), "π");
        await store.PutAsync(Pod("a"), "2");
        await store.DeleteAsync(Pod("a"));
        var identity = store.Identity;
        var before = store.Watch("pods", null, 2).ReadAll();

        store = await _fixture.ReopenAsync(store);
        Assert.Equal(identity, store.Identity);
        Assert.Equal(5, store.CurrentRevision);
        Assert.Equal(before, store.Watch("pods", null, 2).ReadAll());
        var kept = Assert.Single(store.Snapshot().List("pods", null));
        Assert.Equal((3, 3, "π", null), (kept.Revision, kept.CreateRevision, Value.TextOf(kept), kept.Decoded));
        Assert.Equal(6, await store.PutAsync(Pod("a"), "again"));
    }

    [Fact]
    public async Task Compaction_drops_what_is_dead_and_neither_revisions_nor_floors_go_back_over_it()
    {
        _fixture.Options = new StoreOptions { HistoryEventsPerCollection = 4, CompactionSlice = 3 };
        var store = await _fixture.OpenAsync();
        for (var i = 0; i < 50; i++)
        {
            await store.PutAsync(Pod("churn"), $"{i}");
            await store.PutAsync(Pod($"short-{i}"), $"{i}");
            await store.DeleteAsync(Pod($"short-{i}"));
        }
        await store.PutAsync(new ResourceKey("nodes", "", "n"), "1");
        var history = store.Watch("pods", null, store.CurrentRevision - 3).ReadAll();
        var revision = store.CurrentRevision;

        store = await _fixture.ReopenAsync(store);
        Assert.Equal(revision, store.CurrentRevision);
        Assert.Equal(history, store.Watch("pods", null, revision - 3).ReadAll());
        Assert.Throws<RevisionGoneException>(() => store.Watch("pods", null, 20));
        Assert.Single(store.Watch("nodes", null, 1).ReadAll());
        Assert.Equal("49", Value.TextOf(store.Find(Pod("churn"))!));
        await store.DisposeAsync();
        Assert.InRange(Scalar("SELECT count(*) FROM log"), 4, 15);
    }

    [Fact]
    public async Task The_revision_does_not_go_back_when_the_newest_records_were_compacted()
    {
        await using (var journal = new SqliteJournal(_fixture.File, new SystemChance()))
        {
            await journal.OpenAsync(StoreFixture.Token);
            await journal.AppendAsync(
                [new(RecordKind.Put, new Entry(Pod("a"), 10, 10, new byte[] { 1 }, null))], StoreFixture.Token);
            await journal.CompactAsync(new Compaction([10], new Dictionary<string, long> { ["pods"] = 9 }, 11), StoreFixture.Token);
        }
        var store = await _fixture.OpenAsync();
        Assert.Equal(11, store.CurrentRevision);
        Assert.Throws<RevisionGoneException>(() => store.Watch("pods", null, 8));
        Assert.Equal(12, await store.PutAsync(Pod("b"), "1"));
    }

    [Fact]
    public async Task A_missing_record_is_found_out()
    {
        var store = await _fixture.OpenAsync();
        await store.PutAsync(Pod("a"), "1");
        await store.PutAsync(Pod("a"), "2");
        await store.DisposeAsync();
        Execute("DELETE FROM log WHERE revision = 2");
        var corrupt = await Assert.ThrowsAsync<StoreCorruptException>(() => _fixture.OpenAsync());
        Assert.Contains("revision 3", corrupt.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_write_ahead_log_stays_small()
    {
        var store = await _fixture.OpenAsync();
        for (var i = 0; i < 300; i++)
            await store.PutAsync(Pod("a"), new string('x', 100_000));
        Assert.InRange(new FileInfo(_fixture.File + "-wal").Length, 1, 16 << 20);
    }

    [Theory]
    [InlineData("value = x'7b7d'")]
    [InlineData("name = 'other'")]
    [InlineData("namespace = name, name = namespace")]
    [InlineData("kind = 2")]
    [InlineData("create_revision = 7")]
    public async Task A_record_that_was_altered_is_named_and_refused(string change)
    {
        var store = await _fixture.OpenAsync();
        await store.PutAsync(Pod("a"), "1");
        await store.PutAsync(Pod("b"), "2");
        await store.DisposeAsync();
        Execute($"UPDATE log SET {change} WHERE revision = 3");
        var corrupt = await Assert.ThrowsAsync<StoreCorruptException>(() => _fixture.OpenAsync());
        Assert.Contains("revision 3", corrupt.Message, StringComparison.Ordinal);
        Assert.Contains(_fixture.File, corrupt.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_file_is_refused()
    {
        var store = await _fixture.OpenAsync();
        for (var i = 0; i < 200; i++)
            await store.PutAsync(Pod($"p{i}"), new string('x', 500));
        await store.DisposeAsync();
        await using (var file = new FileStream(_fixture.File, FileMode.Open))
        {
            file.Position = 8192;
            file.Write(Encoding.UTF8.GetBytes(new string('#', 4096)));
        }
        await Assert.ThrowsAsync<StoreCorruptException>(() => _fixture.OpenAsync());
        await File.WriteAllTextAsync(_fixture.File, "this is a shopping list, long enough to be read as a header: eggs, milk, tea, "
            + "bread, butter, cheese, salt, and so on and on", StoreFixture.Token);
        await Assert.ThrowsAsync<StoreCorruptException>(() => _fixture.OpenAsync());
    }

    [Fact]
    public async Task A_newer_format_is_refused_with_both_versions()
    {
        await (await _fixture.OpenAsync()).DisposeAsync();
        Execute("UPDATE meta SET value = '9' WHERE name = 'format'");
        var refused = await Assert.ThrowsAsync<StoreFormatException>(() => _fixture.OpenAsync());
        Assert.Equal((9, 1), (refused.Found, refused.Supported));
        Assert.Contains("format version 9", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Files_are_for_their_owner_alone()
    {
        var folder = _fixture.Folder["data"];
        using var held = DataFolder.Acquire(folder, "test");
        var store = await _fixture.OpenAsync(Path.Combine(folder, "store.db"), null);
        await store.PutAsync(Pod("a"), "1");
        const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        foreach (var file in Directory.GetFiles(folder))
            Assert.Equal(OwnerFile, File.GetUnixFileMode(file));
        Assert.Equal(OwnerFile | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_full_disk_stops_writes_with_what_to_do_and_what_was_answered_is_there_afterwards(bool isQuota)
    {
        using var disk = new SmallDisk(_fixture.Folder["small"], isQuota);
        var file = Path.Combine(disk.Path, "store.db");
        var store = await _fixture.OpenAsync(file, disk.MaxPages);
        var acknowledged = 0;
        var full = await Assert.ThrowsAsync<StoreUnavailableException>(async () =>
        {
            for (; acknowledged < 10_000; acknowledged++)
                await store.PutAsync(Pod($"p{acknowledged:d4}"), new string('x', 1000));
        });
        Assert.Equal(StoreUnavailableReason.DiskFull, full.Reason);
        Assert.Contains($"the disk that holds {disk.Path} is full", full.Message, StringComparison.Ordinal);
        Assert.Equal(StoreUnavailableReason.DiskFull, (await store.Failed.WaitAsync(StoreFixture.Token)).Reason);
        Assert.Equal(acknowledged, store.Snapshot().Count("pods", null));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.DeleteAsync(Pod("p0000")));

        await store.DisposeAsync();
        disk.Grow();
        store = await _fixture.OpenAsync(file, null);
        Assert.InRange(store.Snapshot().Count("pods", null), acknowledged, acknowledged + 1);
        await store.PutAsync(Pod("more"), "x");
        await store.DisposeAsync();
    }

    private long Scalar(string sql)
    {
        using var connection = Connect();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    private void Execute(string sql)
    {
        using var connection = Connect();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection($"Data Source={_fixture.File};Pooling=False");
        connection.Open();
        return connection;
    }
}

using Holdfast.Platform;
using Microsoft.Data.Sqlite;
using static Holdfast.Store.Tests.StoreCalls;

namespace Holdfast.Store.Tests;

/// <summary>
/// Whatever happens to the files between two starts: what was acknowledged is served whole, or the file is named and nothing is served.
/// </summary>
public sealed class DamageTests : IAsyncDisposable
{
    private const int Writes = 60;
    private readonly StoreFixture _fixture = new();

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Theory]
    [InlineData("", 11)]
    [InlineData("", 12)]
    [InlineData("-wal", 13)]
    [InlineData("-wal", 14)]
    public async Task A_flipped_bit_is_found_or_harms_nothing(string file, int seed)
    {
        var files = await CrashedAsync();
        var expected = await ContentAsync(files);
        var chance = new SeededChance((ulong)seed);
        var found = 0;
        for (var flip = 0; flip < 150; flip++)
        {
            var damaged = files.ToDictionary(pair => pair.Key, pair => pair.Value.ToArray());
            var bytes = damaged["store.db" + file];
            var at = chance.Next(bytes.Length);
            bytes[at] ^= (byte)(1 << chance.Next(8));
            if (await ContentOrNullAsync(damaged) is { } content)
                Assert.True(expected.SequenceEqual(content), $"seed {seed}: a flipped bit at {at} of store.db{file} changed what is served");
            else
                found++;
        }
        Assert.InRange(found, 10, 150);
    }

    [Theory]
    [InlineData("store.db")]
    [InlineData("store.db-wal")]
    public async Task A_file_that_was_cut_short_or_emptied_or_removed_is_found(string name)
    {
        var files = await CrashedAsync();
        var chance = new SeededChance(21);
        for (var cut = 0; cut < 25; cut++)
        {
            var damaged = new Dictionary<string, byte[]>(files) { [name] = files[name][..chance.Next(files[name].Length - 4096)] };
            Assert.Null(await ContentOrNullAsync(damaged));
        }
        Assert.Null(await ContentOrNullAsync(new Dictionary<string, byte[]>(files) { [name] = [] }));
        Assert.Null(await ContentOrNullAsync(files.Where(file => file.Key != name).ToDictionary()));
    }

    [Fact]
    public async Task Another_stores_file_and_an_older_copy_are_refused_by_name()
    {
        var first = await _fixture.OpenAsync();
        await first.PutAsync(Pod("a"), "1");
        await first.DisposeAsync();
        var older = await File.ReadAllBytesAsync(_fixture.File, StoreFixture.Token);
        var again = await _fixture.OpenAsync();
        await again.PutAsync(Pod("a"), "2");
        await again.DisposeAsync();

        await File.WriteAllBytesAsync(_fixture.File, older, StoreFixture.Token);
        var stale = await Assert.ThrowsAsync<StoreCorruptException>(() => _fixture.OpenAsync());
        Assert.Contains($"{_fixture.File} is damaged and is not served: it ends at revision 2, but revision 3 was acknowledged before", stale.Message, StringComparison.Ordinal);
        Assert.Contains("holdfast store restore", stale.Message, StringComparison.Ordinal);

        var other = await _fixture.OpenAsync(_fixture.Folder["other.db"], null);
        for (var i = 0; i < 5; i++)
            await other.PutAsync(Pod("a"), "1");
        await other.DisposeAsync();
        File.Copy(_fixture.Folder["other.db"], _fixture.File, overwrite: true);
        var foreign = await Assert.ThrowsAsync<StoreCorruptException>(() => _fixture.OpenAsync());
        Assert.Contains($"it is the store {other.Identity}, but the store of this folder is {first.Identity}", foreign.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE meta SET value = '0' WHERE name = 'format'", "format version 0, which is older than")]
    [InlineData("UPDATE meta SET value = 'one' WHERE name = 'format'", "which is not a number")]
    [InlineData("UPDATE meta SET value = '77' WHERE name = 'revision_floor'", "does not match its checksum")]
    [InlineData("INSERT INTO floors VALUES ('pods', 2)", "does not match its checksum")]
    [InlineData("DELETE FROM meta WHERE name = 'identity'", "has no \"identity\"")]
    [InlineData("DROP TABLE floors", "its tables are altered")]
    [InlineData("DROP TABLE meta", "it is not a store of Holdfast's")]
    public async Task What_is_beside_the_records_is_checked_too(string change, string word)
    {
        var store = await _fixture.OpenAsync();
        await store.PutAsync(Pod("a"), "1");
        await store.DisposeAsync();
        await using (var connection = new SqliteConnection($"Data Source={_fixture.File};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = change;
            command.ExecuteNonQuery();
        }
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => _fixture.OpenAsync());
        Assert.True(refused is StoreCorruptException or StoreFormatException, refused.ToString());
        Assert.Contains(word, refused.Message, StringComparison.Ordinal);
        Assert.Contains(_fixture.File, refused.Message, StringComparison.Ordinal);
    }

    /// <summary>The files as a killed process leaves them: part in the database, part in its log.</summary>
    private async Task<Dictionary<string, byte[]>> CrashedAsync()
    {
        var folder = Directory.CreateDirectory(_fixture.Folder["live"]).FullName;
        var store = await _fixture.OpenAsync(Path.Combine(folder, "store.db"), null);
        for (var i = 0; i < Writes; i++)
            await store.PutAsync(Pod($"p{i % 20}"), new string('x', 100));
        await store.DisposeAsync();
        store = await _fixture.OpenAsync(Path.Combine(folder, "store.db"), null);
        for (var i = 0; i < Writes; i++)
            await store.PutAsync(Pod($"q{i % 20}"), new string('y', 100));
        var files = new[] { "store.db", "store.db-wal", "store.db-mark" }.ToDictionary(name => name, name => ReadShared(Path.Combine(folder, name)));
        await store.DisposeAsync();
        return files;
    }

    private static byte[] ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private async Task<List<string>> ContentAsync(Dictionary<string, byte[]> files)
    {
        using var folder = new Holdfast.Testing.TemporaryFolder();
        foreach (var (name, bytes) in files)
            await File.WriteAllBytesAsync(folder[name], bytes, StoreFixture.Token);
        var store = await ResourceStore.OpenAsync(
            new SqliteJournal(folder["store.db"], new SystemChance()), new StoreOptions(), TimeProvider.System, new ThreadPoolTaskRunner(_fixture.Faults.Enqueue), StoreFixture.Token);
        await using (store)
            return [$"{store.Identity} {store.CurrentRevision}", .. store.Watch("pods", null, 1).ReadAll()];
    }

    /// <summary>What is served; null when the store was refused as it must be: as damaged, and by its name.</summary>
    private async Task<List<string>?> ContentOrNullAsync(Dictionary<string, byte[]> files)
    {
        try
        {
            return await ContentAsync(files);
        }
        catch (Exception exception) when (exception is StoreCorruptException or StoreFormatException or StoreUnavailableException)
        {
            Assert.True(exception.Message.Contains("store.db", StringComparison.Ordinal) || exception.Message.Contains("the journal", StringComparison.Ordinal), exception.Message);
            return null;
        }
    }
}

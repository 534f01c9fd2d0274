using Holdfast.Model.Core;
using Holdfast.Testing;
using Microsoft.Data.Sqlite;
using static Holdfast.Host.Tests.Clusters;

namespace Holdfast.Host.Tests;

/// <summary>What a data folder keeps, and whom it refuses.</summary>
public sealed class DataFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_was_written_is_there_after_a_restart()
    {
        string uid;
        await using (var first = await StartAsync(On(_folder.Path)))
        {
            uid = (await first.Client.CreateAsync(ConfigMap("kept", "1"), Stop)).Metadata.Uid;
        }
        await using var second = await StartAsync(On(_folder.Path));
        var kept = await second.Client.GetAsync<ConfigMap>("default", "kept", Stop);
        Assert.Equal((uid, "1"), (kept.Metadata.Uid, kept.Data["value"]));
    }

    [Fact]
    public async Task Fresh_begins_anew()
    {
        await using (var first = await StartAsync(On(_folder.Path)))
        {
            await first.Client.CreateAsync(ConfigMap("gone", "1"), Stop);
        }
        File.WriteAllText(_folder["volumes/left.txt"], "of an earlier cluster");
        await using var second = await StartAsync(On(_folder.Path) with { IsFresh = true });
        Assert.Null(await second.Client.FindAsync<ConfigMap>("default", "gone", Stop));
        Assert.False(File.Exists(_folder["volumes/left.txt"]));
    }

    [Fact]
    public async Task Fresh_removes_only_what_is_a_clusters()
    {
        await using (await StartAsync(On(_folder.Path)))
        {
            File.WriteAllText(_folder["mine.txt"], "precious");
        }
        await using var second = await StartAsync(On(_folder.Path) with { IsFresh = true });
        Assert.Equal("precious", File.ReadAllText(_folder["mine.txt"]));
    }

    [Fact]
    public async Task Fresh_refuses_a_folder_that_holds_no_cluster()
    {
        File.WriteAllText(_folder["mine.txt"], "precious");
        Directory.CreateDirectory(_folder["volumes"]);
        Assert.Contains("but no cluster", await RefusalAsync(On(_folder.Path) with { IsFresh = true }), StringComparison.Ordinal);
        Assert.True(File.Exists(_folder["mine.txt"]));
        Assert.True(Directory.Exists(_folder["volumes"]));
    }

    [Fact]
    public async Task A_second_start_on_the_same_folder_is_told_who_holds_it()
    {
        await using var first = await StartAsync(On(_folder.Path));
        var refusal = await RefusalAsync(On(_folder.Path));
        Assert.Contains($"process {Environment.ProcessId} (the tests of the host)", refusal, StringComparison.Ordinal);
        Assert.Contains(_folder.Path, refusal, StringComparison.Ordinal);
        await first.Client.CreateAsync(ConfigMap("still", "writable"), Stop);
    }

    [Fact]
    public async Task A_fresh_start_does_not_take_a_folder_from_its_holder()
    {
        await using var first = await StartAsync(On(_folder.Path));
        await first.Client.CreateAsync(ConfigMap("kept", "1"), Stop);
        await RefusalAsync(On(_folder.Path) with { IsFresh = true });
        Assert.NotNull(await first.Client.FindAsync<ConfigMap>("default", "kept", Stop));
    }

    [Fact]
    public async Task A_folder_of_a_newer_format_is_refused_and_left_as_it_is()
    {
        await using (await StartAsync(On(_folder.Path)))
        {
        }
        await ChangeFormatAsync("99");
        var refusal = await RefusalAsync(On(_folder.Path));
        Assert.Contains("format version 99", refusal, StringComparison.Ordinal);
        Assert.Contains("newer Holdfast", refusal, StringComparison.Ordinal);
        await ChangeFormatAsync("1");
        await using var again = await StartAsync(On(_folder.Path));
        Assert.NotNull(await again.Client.FindAsync<Namespace>("", "default", Stop));
    }

    [Fact]
    public async Task A_cluster_without_a_folder_has_one_of_its_own_that_is_gone_at_the_end()
    {
        string folder;
        await using (var cluster = await StartAsync(new EmbeddedClusterOptions { Runtime = PodRuntime.Fake, Nodes = 0 }))
        {
            folder = cluster.DataFolder;
            Assert.True(Directory.Exists(folder));
        }
        Assert.False(Directory.Exists(folder));
    }

    private async Task ChangeFormatAsync(string version)
    {
        await using var connection = new SqliteConnection($"Data Source={_folder["store.db"]};Pooling=False");
        await connection.OpenAsync(Stop);
        await using var command = connection.CreateCommand();
        command.CommandText = "UPDATE meta SET value = $version WHERE name = 'format'";
        command.Parameters.AddWithValue("$version", version);
        Assert.Equal(1, await command.ExecuteNonQueryAsync(Stop));
    }
}

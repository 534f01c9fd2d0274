using Holdfast.Testing;

namespace Holdfast.Guarantees.Crashes;

/// <summary>A disk that fails once and then pretends that nothing was: the program must still stop, and say so.</summary>
public sealed class FailingDiskTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("fail before wal-sync 100", "fsync failed")]
    [InlineData("fail after wal-sync 100", "fsync failed")]
    [InlineData("fail before wal-write 200", "disk I/O error")]
    [InlineData("fail before db-sync 1", "fsync failed")]
    [InlineData("fail before db-write 2", "disk I/O error")]
    public async Task A_cluster_whose_disk_fails_stops_in_one_line_without_a_false_acknowledgement(string plan, string word)
    {
        var run = new CrashRun(7, words => Victim.UpAsync(_folder["data"], words), padding: 20_000);
        await run.LiveAndDieAsync(most: 30);
        var ended = await run.LiveAsync($"{plan} seed 7");
        var line = ended!.Refused();
        Assert.StartsWith($"holdfast: the disk that holds {_folder["data"]} failed", line, StringComparison.Ordinal);
        Assert.Contains(word, line, StringComparison.Ordinal);
        Assert.Contains("nothing more was acknowledged; check the disk and start again", line, StringComparison.Ordinal);
        var problems = await run.EndAsync();
        Assert.True(problems.Count == 0, string.Join('\n', problems.Take(10)));
    }
}

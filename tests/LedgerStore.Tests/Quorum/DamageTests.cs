using System.Net;
using LedgerStore.Storage;

namespace LedgerStore.Tests.Quorum;

/// <summary>Bits that flip on a real disk: found, named, and never shown.</summary>
public sealed class DamageTests : IDisposable
{
    private const int Count = 40;
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("raft/state")]
    [InlineData("raft/log/*.segment")]
    [InlineData("identity.json")]
    public async Task A_member_whose_files_were_damaged_ends_with_a_clear_word_before_it_is_ready(string what)
    {
        await using var cluster = await LedgerCluster.StartAsync();
        for (var number = 1; number <= Count; number++)
            (await cluster[0].AppendAsync($"entry {number}")).Dispose();
        var damaged = ((await cluster.LeaderAsync()) + 1) % 3;
        await cluster.KillAsync(damaged);
        var path = Directory.GetFiles(Path.Combine(cluster.DataOf(damaged), Path.GetDirectoryName(what)!), Path.GetFileName(what)).Order(StringComparer.Ordinal).First();
        Flip(path, (int)new FileInfo(path).Length / 3);
        cluster.Run(damaged);
        Assert.Equal(ExitCode.Data, await cluster[damaged].ExitCodeAsync());
        Assert.Contains("fatal: ", cluster[damaged].Output, StringComparison.Ordinal);
        Assert.Contains(what.Replace("*.segment", "", StringComparison.Ordinal), cluster[damaged].Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", cluster[damaged].Output, StringComparison.Ordinal);
        using var others = await cluster[(damaged + 1) % 3].AppendAsync("by the others");
        Assert.Equal(HttpStatusCode.Created, others.StatusCode);
    }

    [Theory]
    [InlineData("raft", "log")]
    [InlineData("raft/log")]
    [InlineData("log")]
    public async Task A_member_that_kept_its_identity_and_lost_its_votes_or_entries_is_refused_until_all_is_gone(params string[] lost)
    {
        await using var cluster = await LedgerCluster.StartAsync();
        (await cluster[0].AppendAsync("kept")).Dispose();
        await cluster.KillAsync(1);
        foreach (var part in lost)
            Directory.Delete(Path.Combine(cluster.DataOf(1), part), recursive: true);
        cluster.Run(1);
        Assert.Equal(ExitCode.Data, await cluster[1].ExitCodeAsync());
        Assert.Contains("must not come back under the same identity", cluster[1].Output, StringComparison.Ordinal);
        await cluster.WipeAsync(1);
        await cluster.ReadyAsync();
    }

    [Fact]
    public async Task A_member_whose_disk_has_lost_an_acknowledged_entry_stops_and_says_what_to_do()
    {
        await using var cluster = await LedgerCluster.StartAsync();
        for (var number = 1; number <= Count; number++)
            (await cluster[0].AppendAsync($"entry {number}")).Dispose();
        var leader = await cluster.LeaderAsync();
        var loser = (leader + 1) % 3;
        await cluster.UntilAsync("it has acknowledged every entry", async () => (await cluster.StatusAsync(loser))?.GetProperty("lastIndex").GetInt64() == Count);
        await cluster.KillAsync(loser);
        var path = Directory.GetFiles(Path.Combine(cluster.DataOf(loser), "raft", "log"), "*.segment").Single();
        using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite))
            RandomAccess.SetLength(file, RandomAccess.GetLength(file) - 10);
        cluster.Run(loser);
        Assert.Equal(ExitCode.Data, await cluster[loser].ExitCodeAsync());
        Assert.Contains("a disk that loses what it has synced leaves the same", cluster[loser].Output, StringComparison.Ordinal);
        Assert.Matches("fatal: .*durable entries were lost.*check the disk, and let the member come back with an empty one", cluster[loser].Output);
        await cluster.WipeAsync(loser);
        await cluster.ReadyAsync();
    }

    [Fact]
    public async Task An_entry_that_was_damaged_under_a_running_member_is_never_shown_and_ends_it()
    {
        await using var cluster = await LedgerCluster.StartAsync();
        for (var number = 1; number <= Count; number++)
            (await cluster[0].AppendAsync($"entry {number} {new string('x', 200)}")).Dispose();
        var path = Directory.GetFiles(Path.Combine(cluster.DataOf(1), "log"), "*.segment").Single();
        var text = System.Text.Encoding.Latin1.GetString(await ReadAsync(path));
        Flip(path, text.IndexOf("entry 17 ", StringComparison.Ordinal) + 60);
        Assert.Equal(HttpStatusCode.OK, await cluster[1].StatusOfAsync("/v1/entries/16?consistency=stale"));
        Assert.NotEqual(HttpStatusCode.OK, await cluster[1].StatusOfAsync("/v1/entries/17?consistency=stale"));
        Assert.Equal(ExitCode.Data, await cluster[1].ExitCodeAsync());
        Assert.Matches(@"fatal: \S+/log/\S+ no longer holds record 17 intact \(offset \d+\)", cluster[1].Output);
        Assert.Equal($"entry 17 {new string('x', 200)}", (await cluster[2].GetAsync("/v1/entries/17")).GetProperty("data").GetString());
    }

    [Theory]
    [InlineData("state")]
    [InlineData("snapshot")]
    [InlineData("log")]
    public void Every_flipped_bit_of_the_replicated_state_is_found_or_only_takes_the_newest_batch(string what)
    {
        using (var member = new MemberOnDisk(folder.Path))
        {
            member.Append(6);
            member.Compact();
            member.Append(6);
        }
        var path = what == "log" ? Directory.GetFiles(Path.Combine(folder.Path, "raft", "log")).Single() : Path.Combine(folder.Path, "raft", what);
        var whole = File.ReadAllBytes(path);
        for (var at = 0; at < whole.Length; at++)
        {
            Flip(path, at);
            try
            {
                using var opened = new MemberOnDisk(folder.Path);
                // A torn tail cannot be told from damage to the batch that was written last.
                Assert.Equal(("log", opened.LastIndexWhole - 1), (what, opened.LastIndex));
            }
            catch (UnusableDataException found)
            {
                Assert.Contains(folder.Path, found.Message, StringComparison.Ordinal);
            }
            File.WriteAllBytes(path, whole);
        }
        using var again = new MemberOnDisk(folder.Path);
        Assert.Equal(again.LastIndexWhole, again.LastIndex);
    }

    private static void Flip(string path, int at)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        var one = new byte[1];
        RandomAccess.Read(file, one, at);
        one[0] ^= 16;
        RandomAccess.Write(file, one, at);
    }

    private static async Task<byte[]> ReadAsync(string path)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        await file.ReadExactlyAsync(bytes, Stop);
        return bytes;
    }
}

using System.Net;
using System.Text.Json;
using LedgerStore.Operations;
using LedgerStore.Raft;
using LedgerStore.Storage;
using LedgerStore.Tests.Server;

namespace LedgerStore.Tests.Quorum;

/// <summary>What one member has when the others are gone for good.</summary>
public sealed class SurvivorTests : IDisposable
{
    private const int Count = 40;
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_member_that_starts_alone_after_all_were_killed_shows_and_backs_up_what_had_been_acknowledged()
    {
        await using var cluster = await LedgerCluster.StartAsync();
        for (var number = 1; number <= Count; number++)
            (await cluster[0].AppendAsync($"entry {number}")).Dispose();
        await cluster.UntilAsync("0 has applied all", async () => (await cluster.StatusAsync(0))?.GetProperty("lastIndex").GetInt64() == Count);
        var before = await cluster[0].GetAsync("/status");
        var other = (await cluster[0].GetAsync("/v1/members")).GetProperty("members").EnumerateArray().First(static seat => seat.GetProperty("name").GetString() == "ledger-store-1");
        for (var number = 0; number < cluster.Count; number++)
            await cluster.KillAsync(number);
        cluster.Run(0);
        await cluster.UntilAsync("0 has recovered", async () => await cluster[0].StatusOfAsync("/startup") == HttpStatusCode.OK);
        Assert.Equal("entry 1", (await cluster[0].GetAsync("/v1/entries/1?consistency=stale")).GetProperty("data").GetString());
        Assert.Equal(Count, (await cluster[0].GetAsync("/v1/entries?consistency=stale&limit=1000")).GetProperty("entries").GetArrayLength());
        var status = await cluster[0].GetAsync("/status");
        Assert.Equal((Count, before.GetProperty("checksum").GetString()), (status.GetProperty("lastIndex").GetInt64(), status.GetProperty("checksum").GetString()));

        var header = await BackUpAsync(cluster[0]);
        Assert.Equal((Count, "stale", header.LogIndex), (header.Index, header.Consistency, header.LastLogIndex));
        using var leader = new PeerVoice(cluster[0], status, other.GetProperty("id").GetString()!);
        await HoldOneMoreAsync(cluster, leader, status);
        header = await BackUpAsync(cluster[0]);
        Assert.Equal((Count, header.LogIndex + 1), (header.Index, header.LastLogIndex));
        Assert.Contains("1 log entries behind it that are not known to be committed", header.Caveat, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ledgerctl_takes_a_stale_backup_only_when_it_is_told_to_and_says_what_it_is()
    {
        await using var cluster = await LedgerCluster.StartAsync();
        (await cluster[0].AppendAsync("kept")).Dispose();
        await cluster.UntilAsync("0 has applied it", async () => (await cluster.StatusAsync(0))?.GetProperty("lastIndex").GetInt64() == 1);
        await cluster.KillAsync(1);
        await cluster.KillAsync(2);
        var file = Path.Combine(folder.Path, "ledger.backup");
        Assert.NotEqual(0, (await ControlAsync(cluster[0], "backup", file)).Code);
        var (code, said) = await ControlAsync(cluster[0], "backup", file, "--stale");
        Assert.Equal(0, code);
        Assert.Contains("1 entries of cluster", said, StringComparison.Ordinal);
        Assert.Contains("STALE: taken without asking a majority", said, StringComparison.Ordinal);
        Assert.Contains("STALE", (await ControlAsync(cluster[0], "verify", file)).Said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_that_ends_before_what_was_applied_has_lost_entries_and_is_refused()
    {
        using (var member = new MemberOnDisk(folder.Path))
        {
            member.Append(6);
            member.Disk.Files.NoteCommitted(member.LastIndexWhole - 1);
        }
        var segment = Directory.GetFiles(Path.Combine(folder.Path, "raft", "log")).Single();
        var whole = File.ReadAllBytes(segment);
        // The newest entry may go: it was not known to be committed. The one before it may not.
        File.WriteAllBytes(segment, whole[..^1]);
        using (var torn = new MemberOnDisk(folder.Path))
            Assert.Equal((torn.LastIndexWhole - 1, torn.LastIndexWhole - 1), (torn.LastIndex, torn.Disk.Files.Committed));
        File.WriteAllBytes(segment, File.ReadAllBytes(segment)[..^1]);
        var refusal = Assert.Throws<UnusableDataException>(() => new MemberOnDisk(folder.Path));
        Assert.Contains("durable entries were lost", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hint_that_cannot_be_read_counts_as_nothing()
    {
        using (var member = new MemberOnDisk(folder.Path))
        {
            member.Append(3);
            member.Disk.Files.NoteCommitted(3);
        }
        var path = Path.Combine(folder.Path, "raft", "committed");
        var bytes = File.ReadAllBytes(path);
        bytes[1] ^= 1;
        File.WriteAllBytes(path, bytes);
        using var again = new MemberOnDisk(folder.Path);
        Assert.Equal(0, again.Disk.Files.Committed);
    }

    // A leader that died before anyone heard whether the entry is committed.
    private static async Task HoldOneMoreAsync(LedgerCluster cluster, PeerVoice leader, JsonElement status)
    {
        var (last, term) = (status.GetProperty("lastLogIndex").GetInt64(), status.GetProperty("term").GetInt64());
        await cluster.UntilAsync("0 holds an entry that is not known to be committed", async () =>
        {
            for (var previous = 1; previous <= term; previous++)
                await leader.SayAsync(new RaftMessage.AppendRequest(leader.From, leader.To, term + 10, last, previous, [new RaftEntry(last + 1, term + 10, RaftEntryKind.NoOp, default)], 0));
            return (await cluster[0].GetAsync("/status")).GetProperty("lastLogIndex").GetInt64() == last + 1;
        });
    }

    private static async Task<BackupHeader> BackUpAsync(LedgerProcess member)
    {
        await using var source = await member.Http.GetStreamAsync("/v1/backup?consistency=stale", Stop);
        return await BackupFile.ReadAsync(source, static _ => { }, Stop);
    }

    private static async Task<(int Code, string Said)> ControlAsync(LedgerProcess ledger, params string[] arguments)
    {
        await using var output = new StringWriter();
        using var control = new LedgerControl(name => name == "POD_IP" ? ledger.Address : null, output);
        return (await control.RunAsync(arguments, Stop), output.ToString());
    }
}

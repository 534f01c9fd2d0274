using System.Net;

namespace LedgerStore.Tests.Quorum;

/// <summary>A member of a quorum on a volume that runs full. Only root can mount one; without root the test says so and shows nothing.</summary>
public sealed class FullQuorumDiskTests
{
    private const int Member = 2;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_member_whose_disk_is_full_promises_nothing_the_others_go_on_and_it_catches_up_when_there_is_room(bool leads)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            TestContext.Current.TestOutputHelper?.WriteLine("no small volume can be mounted here without root");
            return;
        }
        await using var cluster = await LedgerCluster.StartAsync(3, ("LEDGER_DISK_FLOOR", "0"));
        await cluster.KillAsync(Member);
        Directory.Delete(cluster.DataOf(Member), recursive: true);
        Directory.CreateDirectory(cluster.DataOf(Member));
        Assert.Equal(0, await SmallVolume.MountAsync(cluster.DataOf(Member), "8m"));
        try
        {
            cluster.Run(Member);
            await cluster.ReadyAsync();
            await cluster.UntilAsync(leads ? "it leads" : "it follows", async () =>
            {
                var leader = await cluster.LeaderAsync();
                if (leader == Member != leads)
                    await cluster.PostAsync(leader, $"/v1/leadership?to=ledger-store-{(leads ? Member : 0)}");
                return leader == Member == leads;
            });
            var ballast = Path.Combine(cluster.DataOf(Member), "ballast");
            Fill(ballast);
            await AppendAsync(cluster, 1, 12);
            await cluster.UntilAsync("it says that its disk is full", async () => await cluster.StatusAsync(Member) is { } status && !status.GetProperty("ready").GetBoolean());
            Assert.Equal(HttpStatusCode.OK, await cluster[Member].StatusOfAsync("/live"));
            Assert.NotEqual(Member, await cluster.LeaderAsync());
            File.Delete(ballast);
            await AppendAsync(cluster, 13, 14);
            await cluster.ReadyAsync();
            await cluster.UntilAsync("it has everything", async () => (await cluster.StatusAsync(Member))?.GetProperty("lastIndex").GetInt64() == 14);
            Assert.Equal(
                (await cluster[0].GetAsync("/v1/checksum?at=14")).GetProperty("checksum").GetString(),
                (await cluster[Member].GetAsync("/v1/checksum?at=14&consistency=stale")).GetProperty("checksum").GetString());
        }
        finally
        {
            await cluster.KillAsync(Member);
            Assert.Equal(0, await SmallVolume.UnmountAsync(cluster.DataOf(Member)));
        }
    }

    private static async Task AppendAsync(LedgerCluster cluster, int from, int to)
    {
        var data = new string('x', 200_000);
        for (var number = from; number <= to; number++)
        {
            await cluster.UntilAsync($"entry {number} is acknowledged", async () =>
            {
                using var answer = await cluster[number % 2].AppendAsync(data, "c", number);
                return answer.IsSuccessStatusCode;
            });
        }
    }

    private static void Fill(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        var block = new byte[4096];
        var isFull = false;
        for (var at = 0L; !isFull; at += block.Length)
        {
            try
            {
                RandomAccess.Write(file, block, at);
            }
            catch (IOException full)
            {
                Assert.Contains("space", full.Message, StringComparison.Ordinal);
                isFull = true;
            }
        }
    }
}

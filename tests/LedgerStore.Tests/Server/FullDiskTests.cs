using System.Net;
using LedgerStore.Ledger;
using LedgerStore.Server;
using LedgerStore.Storage;

namespace LedgerStore.Tests.Server;

/// <summary>On a small volume of its own, which only root can mount; without root the floor is tested alone, and the output says so.</summary>
public sealed class FullDiskTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private bool isMounted;

    public async ValueTask InitializeAsync() =>
        isMounted = Environment.IsPrivilegedProcess &&
            await SmallVolume.MountAsync(folder.Path, "1m") == 0;

    public async ValueTask DisposeAsync()
    {
        if (isMounted)
            Assert.Equal(0, await SmallVolume.UnmountAsync(folder.Path));
        folder.Dispose();
    }

    [Fact]
    public async Task Below_the_floor_the_member_is_unready_and_refuses_appends_but_lives_and_reads()
    {
        await using (var ledger = await LedgerProcess.StartReadyAsync(folder.Path, ("LEDGER_DISK_FLOOR", "4096")))
            (await ledger.AppendAsync("before")).Dispose();
        await using var full = LedgerProcess.Start(folder.Path, ("LEDGER_DISK_FLOOR", "9000000000000000000"));
        await full.UntilAsync(async () => await full.StatusOfAsync("/startup") == HttpStatusCode.OK, "started");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await full.StatusOfAsync("/ready"));
        Assert.Equal(HttpStatusCode.OK, await full.StatusOfAsync("/live"));
        using var refused = await full.AppendAsync("after");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Contains("DiskFull", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal("before", (await full.GetAsync("/v1/entries/1")).GetProperty("data").GetString());
    }

    [Theory]
    [InlineData(4_096, 1_000_000, "has 4096 bytes free, and below 1000000 (LEDGER_DISK_FLOOR)")]
    [InlineData(1_024_000, 1_000_000, "which has 1024000 bytes free now, had no room")]
    public void A_refusal_names_the_bound_only_when_that_was_the_reason(long free, long floor, string word) =>
        Assert.Contains(word, LedgerError.DiskFull(free, floor).Message, StringComparison.Ordinal);

    [Fact]
    public void A_volume_that_fills_up_refuses_whole_batches_loses_nothing_and_goes_on_when_there_is_room()
    {
        if (!isMounted)
        {
            TestContext.Current.TestOutputHelper?.WriteLine("no small volume can be mounted here: only the floor is tested");
            return;
        }
        var big = new LedgerCommand(new byte[100_000], null);
        var ballast = Path.Combine(folder.Path, "ballast");
        File.WriteAllBytes(ballast, new byte[300_000]);
        long kept;
        using (var writer = Open())
        {
            while (writer.Append([big])[0] is AppendOutcome.Appended)
                Assert.True(writer.Head.Index < 100, "the volume never filled up");
            kept = writer.Head.Index;
            Assert.IsType<AppendOutcome.DiskFull>(Assert.Single(writer.Append([big])));
            File.Delete(ballast);
            Assert.IsType<AppendOutcome.Appended>(Assert.Single(writer.Append([big])));
        }
        using var again = Open();
        Assert.Equal(kept + 1, again.Head.Index);
    }

    private LedgerWriter Open() => new(new SegmentedLogOptions(folder.LogFolder), TimeProvider.System);
}

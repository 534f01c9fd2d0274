using LedgerStore.Ledger;
using LedgerStore.Storage;
using Microsoft.Win32.SafeHandles;

namespace LedgerStore.Tests.Ledger;

public sealed class StandaloneLedgerTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private volatile bool diskFails;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task An_append_whose_sync_fails_is_never_acknowledged_and_ends_the_process()
    {
        var fatal = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var writer = Open();
        var ledger = new StandaloneLedger(writer, TimeProvider.System, fatal.SetResult);
        Assert.IsType<AppendOutcome.Appended>(await ledger.AppendAsync(Entry(1), Cancellation));
        diskFails = true;
        var lost = ledger.AppendAsync(Entry(2), Cancellation);
        Assert.IsType<DurabilityLostException>(await fatal.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation));
        Assert.False(lost.IsCompleted);
        Assert.Equal(1, ledger.Head.Index);
        Assert.Null(ledger.Read(2));
    }

    [Fact]
    public async Task Appends_that_arrive_together_share_syncs()
    {
        await using var ledger = new StandaloneLedger(Open(), TimeProvider.System, _ => { });
        var appends = Enumerable.Range(1, 1000).Select(number => ledger.AppendAsync(Entry((byte)number), Cancellation)).ToArray();
        var outcomes = await Task.WhenAll(appends);
        Assert.Equal(Enumerable.Range(1, 1000), outcomes.Select(outcome => (int)Assert.IsType<AppendOutcome.Appended>(outcome).Index).Order());
        Assert.InRange(ledger.SyncCount, 1, 500);
    }

    [Fact]
    public async Task Closing_finishes_what_waits_and_refuses_what_comes_after()
    {
        var ledger = new StandaloneLedger(Open(), TimeProvider.System, _ => { });
        var taken = ledger.AppendAsync(Entry(1), Cancellation);
        await ledger.DisposeAsync();
        Assert.IsType<AppendOutcome.Appended>(await taken);
        Assert.IsType<AppendOutcome.Closing>(await ledger.AppendAsync(Entry(2), Cancellation));
    }

    private static LedgerCommand Entry(byte value) => new(new[] { value }, null);

    private LedgerWriter Open() => new(new SegmentedLogOptions(folder.LogFolder) { Sync = Sync }, TimeProvider.System);

    private void Sync(SafeFileHandle file, string path)
    {
        if (diskFails)
            throw new DurabilityLostException("the disk failed");
        DurableFile.SyncData(file, path);
    }
}

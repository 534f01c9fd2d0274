using LedgerStore.Quorum;

namespace LedgerStore.Tests.Quorum;

public sealed class InboxTests
{
    [Fact]
    public void What_is_queued_comes_out_in_order_within_its_bounds_and_also_after_it_was_shut()
    {
        var inbox = new Inbox<int>(3);
        Assert.Equal([true, true, true, false], Enumerable.Range(1, 4).Select(inbox.TryAdd));
        var taken = new List<int>();
        inbox.Take(taken, 2, TimeSpan.Zero);
        Assert.Equal([1, 2], taken);
        Assert.True(inbox.TryAdd(5));
        inbox.Shut();
        Assert.False(inbox.TryAdd(6));
        Assert.True(inbox.IsShut && !inbox.IsFinished);
        inbox.Take(taken, 9, Timeout.InfiniteTimeSpan);
        Assert.Equal([1, 2, 3, 5], taken);
        Assert.True(inbox.IsFinished);
    }

    [Fact]
    public async Task Whoever_waits_is_woken_by_the_first_that_comes_and_by_the_end()
    {
        var inbox = new Inbox<int>(3);
        foreach (var act in new Action[] { () => inbox.TryAdd(1), inbox.Shut })
        {
            var taken = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
            var waiting = new Thread(() =>
            {
                var into = new List<int>();
                inbox.Take(into, 1, TimeSpan.FromMinutes(5));
                taken.SetResult(into.Count);
            });
            waiting.Start();
            act();
            Assert.Equal(inbox.IsShut ? 0 : 1, await taken.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        }
    }
}

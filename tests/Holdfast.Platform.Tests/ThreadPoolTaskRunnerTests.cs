using System.Collections.Concurrent;
using Holdfast.Testing;

namespace Holdfast.Platform.Tests;

public sealed class ThreadPoolTaskRunnerTests
{
    private readonly ConcurrentQueue<TaskFault> _faults = [];

    [Fact]
    public async Task A_fault_is_reported_with_the_name_of_the_loop_even_if_nobody_awaits_it()
    {
        var runner = new ThreadPoolTaskRunner(_faults.Enqueue);
        _ = runner.Start("lease renewal", _ => throw new InvalidOperationException("bug"), CancellationToken.None);
        await Eventually.HoldsAsync("the fault is reported", () => !_faults.IsEmpty,
            TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        var fault = Assert.Single(_faults);
        Assert.Equal("lease renewal", fault.Name);
        Assert.Equal("bug", fault.Exception.Message);
    }

    [Fact]
    public async Task A_cancellation_that_was_asked_for_is_an_orderly_end()
    {
        using var stop = new CancellationTokenSource();
        var loop = new ThreadPoolTaskRunner(_faults.Enqueue).Start(
            "loop", token => TimeProvider.System.DelayAsync(TimeSpan.FromDays(1), token), stop.Token);
        await stop.CancelAsync();
        await loop;
        Assert.Empty(_faults);
    }

    [Fact]
    public async Task A_cancellation_that_nobody_asked_for_is_a_fault()
    {
        var loop = new ThreadPoolTaskRunner(_faults.Enqueue).Start(
            "loop", _ => throw new OperationCanceledException("by itself"), CancellationToken.None);
        await Assert.ThrowsAsync<OperationCanceledException>(() => loop);
        Assert.Single(_faults);
    }

    [Fact]
    public async Task Work_that_is_begun_beside_gives_its_result_to_whoever_awaits_it() =>
        Assert.Equal(42, await new ThreadPoolTaskRunner(_faults.Enqueue).Begin("sum", () => Task.FromResult(42)));

    [Fact]
    public async Task What_work_that_is_begun_beside_throws_is_its_awaiters_and_no_fault()
    {
        var begun = new ThreadPoolTaskRunner(_faults.Enqueue).Begin<int>("keys", () => throw new IOException("damaged"));
        Assert.Equal("damaged", (await Assert.ThrowsAsync<IOException>(() => begun)).Message);
        Assert.Empty(_faults);
    }
}

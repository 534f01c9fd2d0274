using System.Threading.Channels;
using Holdfast.Platform.Simulation;

namespace Holdfast.Platform.Tests;

public sealed class SimulationTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task The_same_seed_gives_the_same_trace_and_other_seeds_give_other_orders()
    {
        var first = await Race(11);
        Assert.Equal(first, await Race(11));
        var orders = new HashSet<string>();
        for (ulong seed = 0; seed < 20; seed++)
            orders.Add((await Race(seed)).Order);
        Assert.True(orders.Count > 10, $"20 seeds gave only {orders.Count} orders");
    }

    [Fact]
    public async Task What_the_base_library_waits_with_completes_on_the_one_thread()
    {
        var scheduler = new SingleThreadScheduler(new SeededChance(1), Start);
        var time = scheduler.Time;
        var thread = Environment.CurrentManagedThreadId;
        var steps = await scheduler.Run(async () =>
        {
            var passed = 0;
            void Passed()
            {
                Assert.Equal(thread, Environment.CurrentManagedThreadId);
                passed++;
            }

            await Task.Delay(TimeSpan.FromSeconds(5), time, CancellationToken.None);
            Passed();
            await Task.Yield();
            Passed();
            await ReadFromChannel();
            Passed();
            await CompletedByAnother();
            Passed();
            await Contended();
            Passed();
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(3), time);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => Task.Delay(TimeSpan.FromHours(1), time, limit.Token));
            Passed();
            await Assert.ThrowsAsync<TimeoutException>(
                () => new TaskCompletionSource().Task.WaitAsync(TimeSpan.FromSeconds(2), time, TestContext.Current.CancellationToken));
            Passed();
            using var ticks = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
            Assert.True(await ticks.WaitForNextTickAsync(CancellationToken.None));
            Assert.True(await ticks.WaitForNextTickAsync(CancellationToken.None));
            Passed();
            await Task.WhenAll(time.DelayAsync(TimeSpan.FromSeconds(1), default), time.DelayAsync(TimeSpan.FromSeconds(2), default));
            Passed();
            await Combined(time);
            Passed();
            return passed;
        });
        Assert.Equal(10, steps);
        Assert.Equal(Start.AddSeconds(5 + 3 + 2 + 2 + 2), time.GetUtcNow());
    }

    [Fact]
    public void A_killed_process_runs_nothing_more_and_leaves_the_others_alone()
    {
        var scheduler = new SingleThreadScheduler(new SeededChance(3), Start);
        var faults = new List<TaskFault>();
        var counts = new int[2];
        var processes = new[] { scheduler.CreateProcess("a"), scheduler.CreateProcess("b") };
        var runners = processes.Select(process => new SimulatedTaskRunner(process, faults.Add)).ToArray();
        for (var i = 0; i < 2; i++)
        {
            var index = i;
            _ = runners[i].Start("count", token => Count(index, token), CancellationToken.None);
        }

        Assert.Equal(RunOutcome.ConditionMet, scheduler.RunUntil(() => counts[0] == 5, RunLimits.Default));
        processes[0].Kill();
        var b = counts[1];
        Assert.Equal(RunOutcome.ConditionMet, scheduler.RunUntil(() => counts[1] == b + 5, RunLimits.Default));
        Assert.Equal(5, counts[0]);
        Assert.Empty(faults);

        async Task Count(int index, CancellationToken token)
        {
            while (true)
            {
                await scheduler.Time.DelayAsync(TimeSpan.FromSeconds(1), token);
                counts[index]++;
            }
        }
    }

    [Fact]
    public void A_run_ends_by_its_limits_and_says_which()
    {
        var scheduler = new SingleThreadScheduler(new SeededChance(3), Start);
        Assert.Equal(RunOutcome.Idle, scheduler.RunUntil(() => false, RunLimits.Default));
        using var timer = scheduler.Time.CreateTimer(_ => { }, null, TimeSpan.FromHours(1), TimeSpan.FromHours(1));
        Assert.Equal(RunOutcome.TimeLimit, scheduler.RunUntil(() => false, new RunLimits(100, TimeSpan.FromHours(5.5))));
        Assert.Equal(Start.AddHours(5), scheduler.Time.GetUtcNow());
        Assert.Equal(RunOutcome.StepLimit, scheduler.RunUntil(() => false, new RunLimits(3, TimeSpan.FromDays(9))));
        timer.Dispose();
        Assert.Equal(RunOutcome.Idle, scheduler.RunUntil(() => false, RunLimits.Default));
    }

    [Fact]
    public void Work_that_leaves_the_thread_is_found_out()
    {
        var scheduler = new SingleThreadScheduler(new SeededChance(3), Start);
        var left = Assert.Throws<SimulationException>(() => scheduler.RunUntil(
            () =>
            {
                var other = new Thread(() => scheduler.Main.Post(_ => { }, null));
                other.Start();
                other.Join();
                return false;
            },
            RunLimits.Default));
        Assert.Contains("another thread", left.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_of_a_loop_is_reported_and_fails_its_task()
    {
        var scheduler = new SingleThreadScheduler(new SeededChance(3), Start);
        var faults = new List<TaskFault>();
        var runner = new SimulatedTaskRunner(scheduler.Main, faults.Add);
        var loop = runner.Start("loop", _ => throw new InvalidOperationException("bug"), CancellationToken.None);
        scheduler.RunUntil(() => loop.IsCompleted, RunLimits.Default);
        await Assert.ThrowsAsync<InvalidOperationException>(() => loop);
        Assert.Equal("loop", Assert.Single(faults).Name);
    }

    private static async Task<(ulong Hash, string Order)> Race(ulong seed)
    {
        var scheduler = new SingleThreadScheduler(new SeededChance(seed), Start);
        var order = new List<int>();
        await scheduler.Run(() => Task.WhenAll(Enumerable.Range(0, 4).Select(async runner =>
        {
            for (var lap = 0; lap < 3; lap++)
            {
                await Task.Yield();
                order.Add(runner);
                await scheduler.Time.DelayAsync(TimeSpan.FromSeconds(1), CancellationToken.None);
            }
        })));
        return (scheduler.TraceHash, string.Concat(order));
    }

    private static async Task ReadFromChannel()
    {
        var channel = Channel.CreateBounded<int>(1);
        var writing = WriteTwo(channel.Writer);
        Assert.Equal(1, await channel.Reader.ReadAsync());
        Assert.True(await channel.Reader.WaitToReadAsync());
        Assert.Equal(2, await channel.Reader.ReadAsync());
        await writing;

        static async Task WriteTwo(ChannelWriter<int> writer)
        {
            await Task.Yield();
            await writer.WriteAsync(1);
            await writer.WriteAsync(2);
        }
    }

    // Many times over: a hop over the thread pool would be found out only most of the time.
    private static async Task Combined(TimeProvider time)
    {
        using var stop = new CancellationTokenSource();
        for (var i = 0; i < 200; i++)
        {
            var (first, second, third) = (Completions.Source(), Completions.Source<int>(), Completions.Source());
            var completing = CompleteAll();
            Assert.Same(first.Task, await Task.WhenAny(first.Task, time.DelayAsync(TimeSpan.FromHours(1), stop.Token)));
            Assert.Equal(5, await second.Task.WaitAsync(stop.Token));
            await Task.WhenAll(third.Task, completing);

            async Task CompleteAll()
            {
                await Task.Yield();
                first.SetResult();
                await Task.Yield();
                second.SetResult(5);
                await Task.Yield();
                third.SetResult();
            }
        }
        stop.Cancel();
    }

    [Fact]
    public async Task A_continuation_never_runs_inside_the_call_that_completes_its_task()
    {
        var scheduler = new SingleThreadScheduler(new SeededChance(1), Start);
        await scheduler.Run(async () =>
        {
            var source = Completions.Source();
            var goesOn = GoOn();
            await Task.Yield();
            source.SetResult();
            Assert.False(goesOn.IsCompleted);
            await goesOn;

            async Task GoOn() => await source.Task;
        });
    }

    private static async Task CompletedByAnother()
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var completing = Complete();
        await source.Task;
        await completing;

        async Task Complete()
        {
            await Task.Yield();
            source.SetResult();
        }
    }

    private static async Task Contended()
    {
        using var gate = new SemaphoreSlim(1);
        await gate.WaitAsync();
        var second = gate.WaitAsync();
        Assert.False(second.IsCompleted);
        gate.Release();
        await second;
    }
}

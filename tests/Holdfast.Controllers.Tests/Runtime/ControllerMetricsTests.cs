using Holdfast.Client.Caching;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Values;
using Holdfast.Platform;
using Holdfast.Testing.Api;

namespace Holdfast.Controllers.Tests.Runtime;

/// <summary>What the figures say of a controller whose runs the test holds, fails and releases.</summary>
public sealed class ControllerMetricsTests
{
    [Fact]
    public Task Runs_are_counted_by_their_ends_and_failures_by_their_reasons() => In(async (world, reconciler) =>
    {
        var failures = 3;
        reconciler.DuringRun = _ => failures-- > 0 ? throw new InvalidOperationException("no") : Task.CompletedTask;
        Put(world, "a");
        await world.UntilAsync("it has succeeded", () => world.Api.All<Pod>().Count == 1);
        await world.PassAsync(TimeSpan.FromSeconds(5));
        Shows(world, "holdfast_reconcile_total{controller=\"counter\",result=\"failed\"} 3");
        Shows(world, "holdfast_reconcile_errors_total{controller=\"counter\",reason=\"Unexpected\"} 3");
        Shows(world, "holdfast_workqueue_retries_total{controller=\"counter\"} 3");
        Shows(world, $"holdfast_reconcile_duration_seconds_count{{controller=\"counter\"}} {reconciler.Runs}");
        Shows(world, $"holdfast_reconcile_total{{controller=\"counter\",result=\"done\"}} {reconciler.Runs - 3}");
        Shows(world, "holdfast_reconcile_in_flight{controller=\"counter\"} 0");
        // The map, its pod's creation, and nothing else.
        Shows(world, "holdfast_workqueue_adds_total{controller=\"counter\"} 2");
    });

    [Fact]
    public Task A_run_that_takes_long_and_keys_that_wait_are_seen_while_they_do() => In(async (world, reconciler) =>
    {
        var released = Completions.Source();
        reconciler.DuringRun = _ => released.Task;
        for (var i = 0; i < 5; i++)
            Put(world, $"map-{i}");
        await world.UntilAsync("two run", () => reconciler.Runs == 2);
        await world.PassAsync(TimeSpan.FromSeconds(30));
        Shows(world, "holdfast_reconcile_in_flight{controller=\"counter\"} 2");
        Shows(world, "holdfast_workqueue_depth{controller=\"counter\"} 3");
        var longest = double.Parse(Line(world, "holdfast_workqueue_longest_running_seconds{controller=\"counter\"} "), System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(longest, 30, 31);
        var unfinished = double.Parse(Line(world, "holdfast_workqueue_unfinished_work_seconds{controller=\"counter\"} "), System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(unfinished, 60, 62);
        released.SetResult();
        await world.UntilAsync("all pods are there", () => world.Api.All<Pod>().Count == 5);
        await world.PassAsync(TimeSpan.FromSeconds(1));
        Shows(world, "holdfast_workqueue_depth{controller=\"counter\"} 0");
        Shows(world, "holdfast_workqueue_longest_running_seconds{controller=\"counter\"} 0");
        // Three waited for half a minute until a worker was free.
        Assert.Equal(
            "3",
            (long.Parse(Line(world, "holdfast_workqueue_queue_duration_seconds_count{controller=\"counter\"} "), System.Globalization.CultureInfo.InvariantCulture)
                - long.Parse(Line(world, "holdfast_workqueue_queue_duration_seconds_bucket{controller=\"counter\",le=\"10\"} "), System.Globalization.CultureInfo.InvariantCulture))
                .ToString(System.Globalization.CultureInfo.InvariantCulture));
    });

    [Fact]
    public Task A_run_that_does_not_end_is_cancelled_counts_as_failed_and_comes_up_again() => In(async (world, reconciler) =>
    {
        var isHanging = true;
        reconciler.DuringRun = _ => isHanging ? world.Environment.Time.DelayAsync(TimeSpan.FromDays(1), reconciler.Token) : Task.CompletedTask;
        Put(world, "a");
        await world.UntilAsync("it runs", () => reconciler.Runs == 1);
        await world.PassAsync(TimeSpan.FromSeconds(59));
        Assert.Empty(world.Log);
        isHanging = false;
        await world.UntilAsync("the pod is there", () => world.Api.All<Pod>().Count == 1);
        Assert.Contains(world.Log, entry => entry.Message.Contains("shop/a: it had not ended after 60 s and was cancelled (DeadlineExceeded); it is tried again in", StringComparison.Ordinal));
        Shows(world, "holdfast_reconcile_errors_total{controller=\"counter\",reason=\"DeadlineExceeded\"} 1");
    });

    private static void Shows(SimulatedWorld world, string line) => Assert.Contains(line, world.Environment.Metrics.ToText().Split('\n'));

    private static string Line(SimulatedWorld world, string start) =>
        Assert.Single(world.Environment.Metrics.ToText().Split('\n'), line => line.StartsWith(start, StringComparison.Ordinal))[start.Length..];

    private static void Put(SimulatedWorld world, string name) =>
        world.Api.Put(ConfigMap.Empty with { Metadata = ObjectMeta.Empty with { Namespace = "shop", Name = name }, Data = ValueMap.Of(("pods", "1")) });

    private static Task In(Func<SimulatedWorld, CounterReconciler, Task> body)
    {
        var world = new SimulatedWorld(3);
        return world.Run(async () =>
        {
            using var stop = new CancellationTokenSource();
            var options = new ControllerOptions { Workers = 2, RunLimit = TimeSpan.FromMinutes(1) };
            var context = new ControllerContext(world.Environment, new SharedCaches(world.Environment), options);
            var running = new ControllerHost(context).Add(CounterReconciler.Create(context, out var reconciler)).RunAsync(stop.Token);
            await body(world, reconciler);
            Cancel(stop);
            await running;
            Assert.Empty(world.Faults);
        });
    }

    private static void Cancel(CancellationTokenSource source) => source.Cancel();
}

using Holdfast.Platform.Metrics;

namespace Holdfast.Controllers.Runtime;

/// <summary>The figures of one controller, each with the label <c>controller</c>.</summary>
public sealed class ControllerMetrics
{
    private readonly MetricRegistry _registry;
    private readonly (string, string) _label;
    private readonly MetricCounter _done;
    private readonly MetricCounter _requeued;
    private readonly MetricCounter _failed;
    private readonly MetricGauge _inFlight;
    private readonly DurationHistogram _duration;
    private readonly DurationHistogram _cacheWait;
    private readonly MetricCounter _adds;
    private readonly MetricCounter _retries;
    private readonly DurationHistogram _latency;

    /// <summary>Makes the figures, at nothing.</summary>
    /// <param name="controller">The controller's name.</param>
    /// <param name="registry">Where they are shown.</param>
    public ControllerMetrics(string controller, MetricRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        (_registry, _label) = (registry, ("controller", controller));
        (_done, _requeued, _failed) = (Reconciles("done"), Reconciles("requeue"), Reconciles("failed"));
        _inFlight = registry.Gauge("holdfast_reconcile_in_flight", "Reconciles that run.", _label);
        _duration = registry.Durations("holdfast_reconcile_duration_seconds", "How long a reconcile took.", _label);
        _cacheWait = registry.Durations(
            "holdfast_reconcile_cache_wait_seconds", "How long a reconcile waited for the caches to show its own last writes.", _label);
        _adds = registry.Counter("holdfast_workqueue_adds_total", "Keys added, repeats included.", _label);
        _retries = registry.Counter("holdfast_workqueue_retries_total", "Keys that come up again because they failed.", _label);
        _latency = registry.Durations("holdfast_workqueue_queue_duration_seconds", "How long a due key waited for a worker.", _label);
    }

    /// <summary>Has a queue asked when somebody wants the figures.</summary>
    /// <param name="read">Gives how the queue is.</param>
    internal void Observe(Func<WorkQueueLoad> read)
    {
        _registry.Observe("holdfast_workqueue_depth", "Keys that are due and wait for a worker.", () => read().Due, _label);
        _registry.Observe("holdfast_workqueue_delayed", "Keys that come up later, after a failure or because they asked to.", () => read().Delayed, _label);
        _registry.Observe(
            "holdfast_workqueue_longest_running_seconds", "How long the oldest reconcile of those that run has run.",
            () => read().LongestRunning.TotalSeconds, _label);
        _registry.Observe(
            "holdfast_workqueue_unfinished_work_seconds", "How long the reconciles that run have run, all together.",
            () => read().UnfinishedWork.TotalSeconds, _label);
    }

    internal void Added() => _adds.Increment();

    internal void Retried() => _retries.Increment();

    internal void Taken(TimeSpan late) => _latency.Record(late);

    internal void WaitedForCaches(TimeSpan waited) => _cacheWait.Record(waited);

    internal void Began() => _inFlight.Add(1);

    internal void Ended(ReconcileResult result, TimeSpan took)
    {
        _inFlight.Add(-1);
        _duration.Record(took);
        (result switch { ReconcileResult.Completed => _done, ReconcileResult.Requeue => _requeued, _ => _failed }).Increment();
        if (result is ReconcileResult.Failure failure)
        {
            _registry.Counter(
                "holdfast_reconcile_errors_total", "Reconciles that failed, by reason.", _label, ("reason", failure.Reason)).Increment();
        }
    }

    private MetricCounter Reconciles(string result) =>
        _registry.Counter("holdfast_reconcile_total", "Reconciles that ended, by result.", _label, ("result", result));
}

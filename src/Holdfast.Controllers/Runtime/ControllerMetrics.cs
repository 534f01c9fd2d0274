using System.Diagnostics.Metrics;

namespace Holdfast.Controllers.Runtime;

/// <summary>The figures of one controller, on the meter <c>Holdfast.Controllers</c>, each with the tag <c>controller</c>.</summary>
/// <param name="controller">The controller's name.</param>
public sealed class ControllerMetrics(string controller)
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Holdfast.Controllers";

    private static readonly Meter Meter = new(MeterName);
    private static readonly Counter<long> Reconciles = Meter.CreateCounter<long>(
        "holdfast_reconcile_total", description: "Reconciles that ended, by result and, for failures, by reason.");
    private static readonly Histogram<double> ReconcileDuration = Meter.CreateHistogram<double>(
        "holdfast_reconcile_duration_seconds", "s", "How long a reconcile took.");
    private static readonly Histogram<double> FloorWait = Meter.CreateHistogram<double>(
        "holdfast_reconcile_cache_wait_seconds", "s", "How long a reconcile waited for the caches to show its own last writes.");
    private static readonly Counter<long> Adds = Meter.CreateCounter<long>(
        "holdfast_workqueue_adds_total", description: "Keys added, repeats included.");
    private static readonly Counter<long> Retries = Meter.CreateCounter<long>(
        "holdfast_workqueue_retries_total", description: "Keys that come up again because they failed.");
    private static readonly UpDownCounter<long> Depths = Meter.CreateUpDownCounter<long>(
        "holdfast_workqueue_depth", description: "Keys that wait, due or not.");
    private static readonly Histogram<double> QueueDuration = Meter.CreateHistogram<double>(
        "holdfast_workqueue_queue_duration_seconds", "s", "How long a due key waited for a worker.");

    private readonly KeyValuePair<string, object?> _tag = new("controller", controller);
    private long _depth;

    internal void Added() => Adds.Add(1, _tag);

    internal void Retried() => Retries.Add(1, _tag);

    internal void Depth(int waiting)
    {
        if (waiting == _depth)
            return;
        Depths.Add(waiting - _depth, _tag);
        _depth = waiting;
    }

    internal void Taken(TimeSpan late) => QueueDuration.Record(late.TotalSeconds, _tag);

    internal void WaitedForCaches(TimeSpan waited) => FloorWait.Record(waited.TotalSeconds, _tag);

    internal void Reconciled(ReconcileResult result, TimeSpan took)
    {
        var name = result switch
        {
            ReconcileResult.Completed => "done",
            ReconcileResult.Requeue => "requeue",
            _ => "failed",
        };
        var reason = (result as ReconcileResult.Failure)?.Reason ?? "";
        Reconciles.Add(1, _tag, new("result", name), new("reason", reason));
        ReconcileDuration.Record(took.TotalSeconds, _tag, new("result", name));
    }
}

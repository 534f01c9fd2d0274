using System.Globalization;
using System.Text;

namespace Holdfast.Platform.Metrics;

/// <summary>How long something takes: how often it took at most each of some spans. Safe from any thread.</summary>
public sealed class DurationHistogram : IMetricSeries
{
    private static readonly double[] BoundsSeconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    private readonly long[] _buckets = new long[BoundsSeconds.Length + 1];
    private long _ticks;

    /// <summary>How often it was measured.</summary>
    public long Count => _buckets.Sum();

    /// <summary>Takes one measurement.</summary>
    /// <param name="took">How long it took.</param>
    public void Record(TimeSpan took)
    {
        var bucket = 0;
        while (bucket < BoundsSeconds.Length && took.TotalSeconds > BoundsSeconds[bucket])
            bucket++;
        Interlocked.Increment(ref _buckets[bucket]);
        Interlocked.Add(ref _ticks, took.Ticks);
    }

    void IMetricSeries.WriteTo(StringBuilder text, string name, string labels)
    {
        var below = 0L;
        var before = labels.Length > 0 ? labels + "," : "";
        for (var bucket = 0; bucket < _buckets.Length; bucket++)
        {
            below += Interlocked.Read(ref _buckets[bucket]);
            var bound = bucket < BoundsSeconds.Length ? BoundsSeconds[bucket].ToString(CultureInfo.InvariantCulture) : "+Inf";
            MetricLines.Append(text, name + "_bucket", $"{before}le=\"{bound}\"", below);
        }
        MetricLines.Append(text, name + "_sum", labels, TimeSpan.FromTicks(Interlocked.Read(ref _ticks)).TotalSeconds);
        MetricLines.Append(text, name + "_count", labels, below);
    }
}

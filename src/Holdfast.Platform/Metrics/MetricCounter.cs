using System.Text;

namespace Holdfast.Platform.Metrics;

/// <summary>A number that only grows. Safe from any thread.</summary>
public sealed class MetricCounter : IMetricSeries
{
    private long _value;

    /// <summary>The number.</summary>
    public long Value => Interlocked.Read(ref _value);

    /// <summary>Counts one more.</summary>
    public void Increment() => Interlocked.Increment(ref _value);

    void IMetricSeries.WriteTo(StringBuilder text, string name, string labels) => MetricLines.Append(text, name, labels, Value);
}

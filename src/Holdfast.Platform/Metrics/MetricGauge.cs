using System.Text;

namespace Holdfast.Platform.Metrics;

/// <summary>A number that goes up and down. Safe from any thread.</summary>
public sealed class MetricGauge : IMetricSeries
{
    private long _value;

    /// <summary>The number.</summary>
    public long Value => Interlocked.Read(ref _value);

    /// <summary>Changes the number.</summary>
    /// <param name="by">By how much.</param>
    public void Add(long by) => Interlocked.Add(ref _value, by);

    void IMetricSeries.WriteTo(StringBuilder text, string name, string labels) => MetricLines.Append(text, name, labels, Value);
}

/// <summary>A number that is looked up when somebody asks.</summary>
internal sealed class ObservedGauge : IMetricSeries
{
    public Func<double> Read { get; set; } = static () => 0;

    void IMetricSeries.WriteTo(StringBuilder text, string name, string labels) => MetricLines.Append(text, name, labels, Read());
}

using System.Collections.Concurrent;
using System.Text;

namespace Holdfast.Platform.Metrics;

/// <summary>
/// The figures of one process or one part of it, for Prometheus. Whoever asks for a name and labels again gets the same instrument, so that a part
/// that ends and begins again goes on counting.
/// </summary>
/// <remarks>
/// An object and no static, so that two clusters of one process do not count into each other's figures and the simulator leaves nothing behind.
/// Bounded: of one name there are at most <see cref="MaximumSeries"/> sets of labels; what comes after them is counted together, under labels
/// that all say <c>other</c>.
/// </remarks>
public sealed class MetricRegistry
{
    /// <summary>How many sets of labels one name may have.</summary>
    public const int MaximumSeries = 500;

    private readonly ConcurrentDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);

    /// <summary>A number that only grows.</summary>
    /// <param name="name">Its name, ending in <c>_total</c>.</param>
    /// <param name="help">What it counts, in words.</param>
    /// <param name="labels">What it is of.</param>
    public MetricCounter Counter(string name, string help, params ReadOnlySpan<(string Name, string Value)> labels) =>
        Of(name, "counter", help, labels, static () => new MetricCounter());

    /// <summary>A number that goes up and down.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="help">What it says, in words.</param>
    /// <param name="labels">What it is of.</param>
    public MetricGauge Gauge(string name, string help, params ReadOnlySpan<(string Name, string Value)> labels) =>
        Of(name, "gauge", help, labels, static () => new MetricGauge());

    /// <summary>How long something takes.</summary>
    /// <param name="name">Its name, ending in <c>_seconds</c>.</param>
    /// <param name="help">What takes so long, in words.</param>
    /// <param name="labels">What it is of.</param>
    public DurationHistogram Durations(string name, string help, params ReadOnlySpan<(string Name, string Value)> labels) =>
        Of(name, "histogram", help, labels, static () => new DurationHistogram());

    /// <summary>A number that is looked up when somebody asks for the figures; the last one who says how is asked.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="help">What it says, in words.</param>
    /// <param name="read">Gives it; quick, and from any thread.</param>
    /// <param name="labels">What it is of.</param>
    public void Observe(string name, string help, Func<double> read, params ReadOnlySpan<(string Name, string Value)> labels) =>
        Of(name, "gauge", help, labels, static () => new ObservedGauge()).Read = read;

    /// <summary>All figures in Prometheus' text format, version 0.0.4, in the order of their names.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        foreach (var family in _families.Values.OrderBy(family => family.Name, StringComparer.Ordinal))
            family.WriteTo(text);
        return text.ToString();
    }

    private T Of<T>(string name, string type, string help, ReadOnlySpan<(string Name, string Value)> labels, Func<T> make)
        where T : class, IMetricSeries =>
        _families.GetOrAdd(name, static (name, how) => new MetricFamily(name, how.type, how.help), (type, help)).Series(labels, make);
}

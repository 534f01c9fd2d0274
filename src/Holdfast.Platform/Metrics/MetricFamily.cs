using System.Collections.Concurrent;
using System.Text;

namespace Holdfast.Platform.Metrics;

/// <summary>All that is counted under one name.</summary>
internal sealed class MetricFamily(string name, string type, string help)
{
    private readonly ConcurrentDictionary<string, IMetricSeries> _series = new(StringComparer.Ordinal);

    internal string Name => name;

    internal T Series<T>(ReadOnlySpan<(string Name, string Value)> labels, Func<T> make) where T : class, IMetricSeries
    {
        var text = Text(labels, null);
        if (!_series.ContainsKey(text) && _series.Count >= MetricRegistry.MaximumSeries)
            text = Text(labels, "other");
        return _series.GetOrAdd(text, static (_, make) => make(), make) as T
            ?? throw new InvalidOperationException($"{name} is a {type} already and cannot be counted in another way too");
    }

    internal void WriteTo(StringBuilder text)
    {
        text.Append("# HELP ").Append(name).Append(' ').Append(help).Append('\n');
        text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
        foreach (var (labels, series) in _series.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            series.WriteTo(text, name, labels);
    }

    private static string Text(ReadOnlySpan<(string Name, string Value)> labels, string? insteadOfValues)
    {
        var text = new StringBuilder();
        foreach (var (label, value) in labels)
        {
            var shown = (insteadOfValues ?? value).Replace("\\", "\\\\", StringComparison.Ordinal)
                .Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
            text.Append(text.Length > 0 ? "," : "").Append(label).Append("=\"").Append(shown).Append('"');
        }
        return text.ToString();
    }
}

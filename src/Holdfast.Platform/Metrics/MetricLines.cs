using System.Globalization;
using System.Text;

namespace Holdfast.Platform.Metrics;

/// <summary>Writes lines of Prometheus' text format.</summary>
internal static class MetricLines
{
    internal static void Append(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
            text.Append('{').Append(labels).Append('}');
        text.Append(CultureInfo.InvariantCulture, $" {value:R}").Append('\n');
    }
}

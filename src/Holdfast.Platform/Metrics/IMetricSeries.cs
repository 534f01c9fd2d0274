using System.Text;

namespace Holdfast.Platform.Metrics;

/// <summary>One line of figures, or for a histogram one group of lines.</summary>
internal interface IMetricSeries
{
    /// <summary>Writes the lines.</summary>
    /// <param name="text">Takes them.</param>
    /// <param name="name">The name.</param>
    /// <param name="labels">The labels without their braces; empty for none.</param>
    void WriteTo(StringBuilder text, string name, string labels);
}

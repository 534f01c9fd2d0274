using System.Globalization;

namespace Holdfast.Node.Planning;

/// <summary>Spans of time as the kubelet writes them: <c>10s</c>, <c>1m20s</c>, <c>500ms</c>.</summary>
internal static class DurationText
{
    public static string Of(TimeSpan span)
    {
        if (span < TimeSpan.FromSeconds(1))
            return string.Create(CultureInfo.InvariantCulture, $"{span.TotalMilliseconds:0}ms");
        var (minutes, seconds) = ((long)span.TotalMinutes, span.Seconds);
        return minutes == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{seconds}s")
            : string.Create(CultureInfo.InvariantCulture, $"{minutes}m{seconds}s");
    }
}

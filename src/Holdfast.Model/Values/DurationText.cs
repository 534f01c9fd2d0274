using System.Buffers;
using System.Globalization;

namespace Holdfast.Model.Values;

/// <summary>
/// Spans of time as Kubernetes' <c>metav1.Duration</c> writes them: <c>30s</c>, <c>1h30m</c>, <c>500ms</c>. Never negative; whole ticks of 100 ns.
/// </summary>
public static class DurationText
{
    private static readonly (string Unit, double Seconds)[] Units = [("ms", 0.001), ("h", 3600), ("m", 60), ("s", 1)];
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    /// <summary>Reads a span.</summary>
    /// <param name="text">Numbers, each with its unit: h, m, s or ms.</param>
    /// <param name="span">The span.</param>
    public static bool TryParse(string? text, out TimeSpan span)
    {
        span = TimeSpan.Zero;
        if (string.IsNullOrEmpty(text) || text.Length > 32)
        {
            return false;
        }
        var seconds = 0.0;
        for (var rest = text.AsSpan(); rest.Length > 0;)
        {
            var digits = rest.IndexOfAnyExcept(Digits);
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
            {
                return false;
            }
            rest = rest[digits..];
            var at = UnitOf(rest);
            if (at < 0)
            {
                return false;
            }
            seconds += amount * Units[at].Seconds;
            rest = rest[Units[at].Unit.Length..];
        }
        if (seconds >= TimeSpan.MaxValue.TotalSeconds)
        {
            return false;
        }
        span = TimeSpan.FromSeconds(seconds);
        return true;
    }

    /// <summary>Writes a span, in hours, minutes and seconds.</summary>
    /// <param name="span">The span; what is less than a millisecond is left out.</param>
    public static string Of(TimeSpan span)
    {
        var (hours, minutes) = ((long)span.TotalHours, span.Minutes);
        var seconds = span.Seconds + (span.Milliseconds / 1000.0);
        if (span < TimeSpan.FromSeconds(1))
        {
            return span.Milliseconds == 0 ? "0s" : string.Create(CultureInfo.InvariantCulture, $"{span.Milliseconds}ms");
        }
        var text = hours > 0 ? string.Create(CultureInfo.InvariantCulture, $"{hours}h") : "";
        text += minutes > 0 ? string.Create(CultureInfo.InvariantCulture, $"{minutes}m") : "";
        return seconds > 0 ? text + string.Create(CultureInfo.InvariantCulture, $"{seconds:0.###}s") : text;
    }

    private static int UnitOf(ReadOnlySpan<char> text)
    {
        for (var at = 0; at < Units.Length; at++)
        {
            if (text.StartsWith(Units[at].Unit, StringComparison.Ordinal))
            {
                return at;
            }
        }
        return -1;
    }
}

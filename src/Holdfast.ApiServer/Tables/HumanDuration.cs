using System.Globalization;

namespace Holdfast.ApiServer.Tables;

/// <summary>
/// Durations as kubectl prints them: two or three significant figures, such as <c>5m12s</c>, <c>7h30m</c>, <c>3d4h</c> or
/// <c>2y13d</c>. Follows <c>k8s.io/apimachinery/pkg/util/duration</c>.
/// </summary>
public static class HumanDuration
{
    /// <summary>Room enough for any duration.</summary>
    public const int MaximumLength = 32;

    /// <summary>The text of a duration.</summary>
    /// <param name="duration">The duration; up to a second below zero counts as none, for clocks that differ.</param>
    public static string Of(TimeSpan duration)
    {
        Span<char> text = stackalloc char[MaximumLength];
        return new string(text[..Write(duration, text)]);
    }

    /// <summary>Writes the text of a duration.</summary>
    /// <param name="duration">The duration.</param>
    /// <param name="text">Where to; at least <see cref="MaximumLength"/> long.</param>
    /// <returns>How many characters were written.</returns>
    public static int Write(TimeSpan duration, Span<char> text)
    {
        var seconds = duration.Ticks / TimeSpan.TicksPerSecond;
        var minutes = seconds / 60;
        var hours = minutes / 60;
        var days = hours / 24;
        return seconds switch
        {
            < -1 => Put(text, "<invalid>"),
            < 0 => Put(text, "0s"),
            < 120 => Put(text, seconds, 's'),
            _ when minutes < 10 => Put(text, minutes, 'm', seconds % 60, 's'),
            _ when minutes < 180 => Put(text, minutes, 'm'),
            _ when hours < 8 => Put(text, hours, 'h', minutes % 60, 'm'),
            _ when hours < 48 => Put(text, hours, 'h'),
            _ when hours < 24 * 8 => Put(text, days, 'd', hours % 24, 'h'),
            _ when days < 365 * 2 => Put(text, days, 'd'),
            _ when days < 365 * 8 => Put(text, days / 365, 'y', days % 365, 'd'),
            _ => Put(text, days / 365, 'y'),
        };
    }

    private static int Put(Span<char> text, string word)
    {
        word.CopyTo(text);
        return word.Length;
    }

    private static int Put(Span<char> text, long number, char unit)
    {
        _ = number.TryFormat(text, out var length, default, CultureInfo.InvariantCulture);
        text[length] = unit;
        return length + 1;
    }

    private static int Put(Span<char> text, long number, char unit, long rest, char restUnit)
    {
        var length = Put(text, number, unit);
        return rest == 0 ? length : length + Put(text[length..], rest, restUnit);
    }
}

using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace Holdfast.Cel.Values;

/// <summary>Points and lengths of time: text and arithmetic, with the bounds that cel-spec gives them.</summary>
internal static partial class CelTimes
{
    public const long PerSecond = 1_000_000_000;

    /// <summary>The first second of year 1.</summary>
    public const long FirstSecond = -62_135_596_800;

    /// <summary>The last second of year 9999.</summary>
    public const long LastSecond = 253_402_300_799;

    private static readonly (string Unit, long Nanoseconds)[] Units =
    [
        ("ns", 1), ("us", 1000), ("µs", 1000), ("μs", 1000), ("ms", 1_000_000), ("s", PerSecond), ("m", 60 * PerSecond), ("h", 3600 * PerSecond),
    ];

    /// <summary>Reads RFC 3339; null when it is none, or out of range.</summary>
    public static CelTimestamp? ParseTimestamp(string text)
    {
        var match = Rfc3339().Match(text);
        if (!match.Success || !DateTime.TryParseExact(match.Groups[1].Value.ToUpperInvariant(), "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
            return null;
        var nanoseconds = int.Parse(match.Groups[2].Value.PadRight(9, '0'), NumberStyles.None, CultureInfo.InvariantCulture);
        var zone = match.Groups[3].Value;
        var offset = zone is "Z" or "z" ? 0 : (zone[0] == '-' ? -1 : 1) * ((Two(zone, 1) * 3600) + (Two(zone, 4) * 60));
        return Timestamp((local.Ticks / TimeSpan.TicksPerSecond) + FirstSecond - offset, nanoseconds);

        static int Two(string digits, int at) => int.Parse(digits.AsSpan(at, 2), NumberStyles.None, CultureInfo.InvariantCulture);
    }

    /// <summary>A date such as <c>2026-01-31</c> or a full time.</summary>
    public static CelTimestamp? ParseDateOrTime(string text) => ParseTimestamp(text) ?? ParseTimestamp(text + "T00:00:00Z");

    /// <summary>Reads a length as Go writes it, such as <c>-1h30m</c> or <c>1.5s</c>; null when it is none, or too long.</summary>
    public static CelDuration? ParseDuration(string text)
    {
        var isNegative = text.StartsWith('-');
        var rest = isNegative || text.StartsWith('+') ? text[1..] : text;
        if (rest == "0")
            return new(0);
        if (rest.Length is 0 or > 100)
            return null;
        var total = BigInteger.Zero;
        while (rest.Length > 0)
        {
            var match = Part().Match(rest);
            if (!match.Success)
                return null;
            var (whole, fraction) = (match.Groups[1].Value, match.Groups[2].Value);
            var unit = Array.Find(Units, each => each.Unit == match.Groups[3].Value).Nanoseconds;
            var digits = BigInteger.Parse("0" + whole + fraction, CultureInfo.InvariantCulture);
            total += digits * unit / BigInteger.Pow(10, fraction.Length);
            rest = rest[match.Length..];
        }
        total = isNegative ? -total : total;
        return total < long.MinValue || total > long.MaxValue ? null : new((long)total);
    }

    /// <summary>A point in time, or null when it is out of range.</summary>
    public static CelTimestamp? Timestamp(long seconds, long nanoseconds) =>
        seconds is < FirstSecond or > LastSecond ? null : new(seconds, (int)nanoseconds);

    public static CelValue Add(CelTimestamp time, Int128 nanoseconds)
    {
        var total = ((Int128)time.Seconds * PerSecond) + time.Nanoseconds + nanoseconds;
        var seconds = (total - (((total % PerSecond) + PerSecond) % PerSecond)) / PerSecond;
        return (CelValue?)Timestamp((long)seconds, (long)(total - (seconds * PerSecond))) ?? CelError.Of("timestamp overflow");
    }

    public static CelValue Duration(Int128 nanoseconds) =>
        nanoseconds < long.MinValue || nanoseconds > long.MaxValue ? CelError.Of("duration overflow") : new CelDuration((long)nanoseconds);

    public static CelValue Difference(CelTimestamp left, CelTimestamp right) =>
        Duration(((Int128)(left.Seconds - right.Seconds) * PerSecond) + left.Nanoseconds - right.Nanoseconds);

    public static string ToText(CelTimestamp time) =>
        DateTimeOffset.FromUnixTimeSeconds(time.Seconds).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture) + Fraction(time.Nanoseconds) + "Z";

    public static string ToText(CelDuration duration)
    {
        var magnitude = UInt128.CreateChecked(Int128.Abs(duration.Nanoseconds));
        var sign = duration.Nanoseconds < 0 ? "-" : "";
        return $"{sign}{magnitude / PerSecond}{Fraction((int)(magnitude % PerSecond))}s";
    }

    private static string Fraction(int nanoseconds) =>
        nanoseconds == 0 ? "" : "." + nanoseconds.ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0');

    [GeneratedRegex(@"\A(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)\z", RegexOptions.ECMAScript)]
    private static partial Regex Rfc3339();

    [GeneratedRegex(@"\A(?=\.?[0-9])([0-9]*)(?:\.([0-9]*))?(ns|us|µs|μs|ms|s|m|h)", RegexOptions.CultureInvariant)]
    private static partial Regex Part();
}

using Holdfast.Cel.Values;

namespace Holdfast.Cel.Functions;

/// <summary>Arithmetic with times, and their parts.</summary>
internal static class Times
{
    private const int MaximumName = 64;

    private static readonly CelType T = CelType.Timestamp;
    private static readonly CelType D = CelType.Duration;

    public static CelLibrary Library { get; } = Parts(Lengths(new CelLibrary()
        .Global("_+_", T, [T, D], (_, a) => CelTimes.Add((CelTimestamp)a[0], Length(a[1])))
        .Global("_+_", T, [D, T], (_, a) => CelTimes.Add((CelTimestamp)a[1], Length(a[0])))
        .Global("_+_", D, [D, D], (_, a) => CelTimes.Duration((Int128)Length(a[0]) + Length(a[1])))
        .Global("_-_", T, [T, D], (_, a) => CelTimes.Add((CelTimestamp)a[0], -(Int128)Length(a[1])))
        .Global("_-_", D, [T, T], (_, a) => CelTimes.Difference((CelTimestamp)a[0], (CelTimestamp)a[1]))
        .Global("_-_", D, [D, D], (_, a) => CelTimes.Duration((Int128)Length(a[0]) - Length(a[1])))
        .Global("-_", D, [D], (_, a) => CelTimes.Duration(-(Int128)Length(a[0])))));

    private static CelLibrary Lengths(CelLibrary library) => library
        .Member("getHours", CelType.Int, [D], (_, a) => new CelInt(Length(a[0]) / (3600 * CelTimes.PerSecond)))
        .Member("getMinutes", CelType.Int, [D], (_, a) => new CelInt(Length(a[0]) / (60 * CelTimes.PerSecond)))
        .Member("getSeconds", CelType.Int, [D], (_, a) => new CelInt(Length(a[0]) / CelTimes.PerSecond))
        .Member("getMilliseconds", CelType.Int, [D], (_, a) => new CelInt(Length(a[0]) / 1_000_000 % 1000));

    private static CelLibrary Parts(CelLibrary library)
    {
        Add("getFullYear", time => time.Year);
        Add("getMonth", time => time.Month - 1);
        Add("getDate", time => time.Day);
        Add("getDayOfMonth", time => time.Day - 1);
        Add("getDayOfWeek", time => (int)time.DayOfWeek);
        Add("getDayOfYear", time => time.DayOfYear - 1);
        Add("getHours", time => time.Hour);
        Add("getMinutes", time => time.Minute);
        Add("getSeconds", time => time.Second);
        Add("getMilliseconds", time => time.Millisecond);
        return library;

        void Add(string name, Func<DateTimeOffset, int> part) => library
            .Member(name, CelType.Int, [T], (_, a) => new CelInt(part(At(a[0]))))
            .Member(name, CelType.Int, [T, CelType.String], (_, a) => InZone(At(a[0]), ((CelString)a[1]).Value) is { } local
                ? new CelInt(part(local)) : CelError.Of($"unknown time zone {((CelString)a[1]).Value}"));
    }

    private static DateTimeOffset At(CelValue value) =>
        DateTimeOffset.FromUnixTimeSeconds(((CelTimestamp)value).Seconds).AddTicks(((CelTimestamp)value).Nanoseconds / TimeSpan.NanosecondsPerTick);

    // At the very ends of the calendar an offset would leave it.
    private static DateTimeOffset? InZone(DateTimeOffset time, string zone)
    {
        var offset = Offset(zone);
        if (offset is null && IsName(zone) && TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var known))
            offset = known.GetUtcOffset(time);
        return offset is { } hours && time.UtcDateTime.Ticks + hours.Ticks is >= 0 and var ticks && ticks <= DateTime.MaxValue.Ticks ? new(ticks, TimeSpan.Zero) : null;
    }

    // Zones are files; a name never leads out of their folder.
    private static bool IsName(string zone) =>
        zone.Length <= MaximumName && char.IsAsciiLetter(zone[0]) && zone.All(character => char.IsAsciiLetterOrDigit(character) || character is '/' or '_' or '-' or '+');

    private static TimeSpan? Offset(string zone)
    {
        if (zone is "" or "UTC" or "Z")
            return TimeSpan.Zero;
        var digits = zone[0] is '-' or '+' ? zone[1..] : zone;
        return digits.Length == 5 && TimeSpan.TryParseExact(digits, @"hh\:mm", null, out var offset) ? zone[0] == '-' ? -offset : offset : null;
    }

    private static long Length(CelValue value) => ((CelDuration)value).Nanoseconds;
}

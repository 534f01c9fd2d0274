using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;

namespace Holdfast.Model.Batch;

/// <summary>Reads schedules; what is wrong is told by a <see cref="FormatException"/> in the words that Kubernetes' users know.</summary>
internal static class CronParser
{
    private static readonly SearchValues<char> OfNumbers = SearchValues.Create("0123456789.");
    private static readonly string[] MonthNames = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] DayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private static readonly FrozenDictionary<string, string> Descriptors = new Dictionary<string, string>
    {
        ["@yearly"] = "0 0 1 1 *",
        ["@annually"] = "0 0 1 1 *",
        ["@monthly"] = "0 0 1 * *",
        ["@weekly"] = "0 0 * * 0",
        ["@daily"] = "0 0 * * *",
        ["@midnight"] = "0 0 * * *",
        ["@hourly"] = "0 * * * *",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static CronSchedule Parse(string text)
    {
        var spec = WithoutZone(text);
        if (spec.Length == 0)
        {
            throw new FormatException("empty spec string");
        }
        if (spec[0] == '@')
        {
            return Descriptors.TryGetValue(spec, out var fields) ? FieldsOf(fields)
                : spec.StartsWith("@every ", StringComparison.Ordinal) ? Every(spec["@every ".Length..])
                : throw new FormatException($"unrecognized descriptor: {spec}");
        }
        return FieldsOf(spec);
    }

    /// <summary>A zone in front is read over: a validator refuses it, and says which field to use.</summary>
    private static string WithoutZone(string text)
    {
        if (!text.StartsWith("TZ=", StringComparison.Ordinal) && !text.StartsWith("CRON_TZ=", StringComparison.Ordinal))
        {
            return text;
        }
        var end = text.IndexOf(' ', StringComparison.Ordinal);
        return end < 0 ? "" : text[end..].Trim();
    }

    private static CronSchedule.Fields FieldsOf(string spec)
    {
        var fields = spec.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != 5)
        {
            throw new FormatException($"expected exactly 5 fields, found {fields.Length}: [{string.Join(' ', fields)}]");
        }
        var (minutes, _) = Field(fields[0], 0, 59, []);
        var (hours, _) = Field(fields[1], 0, 23, []);
        var (days, isEveryDay) = Field(fields[2], 1, 31, []);
        var (months, _) = Field(fields[3], 1, 12, MonthNames);
        var (weekdays, isEveryWeekday) = Field(fields[4], 0, 6, DayNames);
        return new(minutes, hours, days, months, weekdays, HasBothDays: !isEveryDay && !isEveryWeekday);
    }

    private static (ulong Set, bool IsStar) Field(string field, int minimum, int maximum, string[] names)
    {
        var (set, isStar) = (0UL, false);
        foreach (var part in field.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var (bits, isStarPart) = Range(part, minimum, maximum, names);
            (set, isStar) = (set | bits, isStar || isStarPart);
        }
        return (set, isStar);
    }

    private static (ulong Set, bool IsStar) Range(string part, int minimum, int maximum, string[] names)
    {
        var rangeAndStep = part.Split('/');
        var limits = rangeAndStep[0].Split('-');
        var isStar = limits[0] is "*" or "?";
        var (start, end) = (minimum, maximum);
        if (!isStar)
        {
            start = Number(limits[0], minimum, names);
            end = limits.Length switch
            {
                1 => start,
                2 => Number(limits[1], minimum, names),
                _ => throw new FormatException($"too many hyphens: {part}"),
            };
        }
        var step = rangeAndStep.Length switch
        {
            1 => 1,
            2 => Number(rangeAndStep[1], 0, []),
            _ => throw new FormatException($"too many slashes: {part}"),
        };
        if (rangeAndStep.Length == 2)
        {
            end = limits.Length == 1 ? maximum : end;
            isStar = isStar && step <= 1;
        }
        CheckRange(part, start, end, step, minimum, maximum);
        var set = 0UL;
        for (var number = start; number <= end; number += step)
        {
            set |= 1UL << number;
        }
        return (set, isStar);
    }

    private static void CheckRange(string part, int start, int end, int step, int minimum, int maximum)
    {
        if (start < minimum)
        {
            throw new FormatException($"beginning of range ({start}) below minimum ({minimum}): {part}");
        }
        if (end > maximum)
        {
            throw new FormatException($"end of range ({end}) above maximum ({maximum}): {part}");
        }
        if (start > end)
        {
            throw new FormatException($"beginning of range ({start}) beyond end of range ({end}): {part}");
        }
        if (step == 0)
        {
            throw new FormatException($"step of range should be a positive number: {part}");
        }
    }

    private static int Number(string text, int first, string[] names)
    {
        var named = Array.FindIndex(names, name => name.Equals(text, StringComparison.OrdinalIgnoreCase));
        if (named >= 0)
        {
            return first + named;
        }
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            throw new FormatException($"failed to parse int from {text}: strconv.Atoi: parsing \"{text}\": invalid syntax");
        }
        // A step as large as any field ends a range after its first number; larger ones would only overflow.
        return number >= 0 ? Math.Min(number, 100_000) : throw new FormatException($"negative number ({number}) not allowed: {text}");
    }

    private static CronSchedule.Every Every(string text)
    {
        var period = TimeSpan.Zero;
        var rest = text.AsSpan();
        while (rest.Length > 0)
        {
            var digits = rest.IndexOfAnyExcept(OfNumbers);
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) || amount > 1e6)
            {
                throw new FormatException($"failed to parse duration @every {text}: time: invalid duration \"{text}\"");
            }
            rest = rest[digits..];
            var letters = rest.IndexOfAny(OfNumbers);
            var unit = letters < 0 ? rest : rest[..letters];
            period += TimeSpan.FromSeconds(amount * SecondsOf(unit, text));
            rest = rest[unit.Length..];
        }
        return new(period < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(Math.Truncate(period.TotalSeconds)));
    }

    private static double SecondsOf(ReadOnlySpan<char> unit, string text) => unit switch
    {
        "h" => 3600,
        "m" => 60,
        "s" => 1,
        "ms" => 1e-3,
        "us" or "µs" or "μs" => 1e-6,
        "ns" => 1e-9,
        _ => throw new FormatException($"failed to parse duration @every {text}: time: unknown unit \"{unit}\" in duration \"{text}\""),
    };
}

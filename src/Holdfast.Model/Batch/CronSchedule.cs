using System.Diagnostics.CodeAnalysis;

namespace Holdfast.Model.Batch;

/// <summary>
/// When a CronJob runs, as Kubernetes reads it: five fields (minute, hour, day of the month, month, day of the week), a descriptor such as
/// <c>@hourly</c>, or <c>@every 90m</c>. Where both days are restricted, either of them is enough. Immutable.
/// </summary>
public abstract record CronSchedule
{
    private protected CronSchedule()
    {
    }

    /// <summary>The first time after another; null when there is none within five years.</summary>
    /// <param name="after">The time that is past.</param>
    /// <param name="zone">Whose clock the schedule means.</param>
    public abstract DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone);

    /// <summary>Reads a schedule.</summary>
    /// <param name="text">The schedule.</param>
    /// <param name="schedule">What was read.</param>
    /// <param name="problem">What is wrong with it, in Kubernetes' words; empty when nothing is.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out CronSchedule? schedule, out string problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            schedule = CronParser.Parse(text);
            problem = "";
            return true;
        }
        catch (FormatException error)
        {
            schedule = null;
            problem = error.Message;
            return false;
        }
    }

    /// <summary>The zone of a name, or null when this machine does not know it.</summary>
    /// <param name="name">An IANA name, such as <c>Europe/Berlin</c>; null for UTC.</param>
    public static TimeZoneInfo? ZoneOf(string? name) =>
        name is null ? TimeZoneInfo.Utc : TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : null;

    /// <summary>A time every so often.</summary>
    /// <param name="Period">How often, in whole seconds.</param>
    internal sealed record Every(TimeSpan Period) : CronSchedule
    {
        public override DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone) =>
            new DateTimeOffset(after.Ticks - (after.Ticks % TimeSpan.TicksPerSecond), after.Offset) + Period;
    }

    /// <summary>Times that match all of some sets of numbers, each a bit for each number.</summary>
    internal sealed record Fields(ulong Minutes, ulong Hours, ulong Days, ulong Months, ulong Weekdays, bool HasBothDays) : CronSchedule
    {
        private const int MaximumYears = 5;

        public override DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone)
        {
            var utc = after.UtcDateTime;
            var time = new DateTime(utc.Ticks - (utc.Ticks % TimeSpan.TicksPerMinute), DateTimeKind.Utc).AddMinutes(1);
            var end = time.AddYears(MaximumYears);
            while (time < end)
            {
                var local = TimeZoneInfo.ConvertTimeFromUtc(time, zone);
                if (!Has(Months, local.Month))
                {
                    time = ToUtc(new DateTime(local.Year, local.Month, 1).AddMonths(1), zone, time);
                }
                else if (!HasDay(local))
                {
                    time = ToUtc(local.Date.AddDays(1), zone, time);
                }
                else if (!Has(Hours, local.Hour))
                {
                    time = time.AddMinutes(60 - local.Minute);
                }
                else if (!Has(Minutes, local.Minute))
                {
                    time = time.AddMinutes(1);
                }
                else
                {
                    return new DateTimeOffset(local, zone.GetUtcOffset(time));
                }
            }
            return null;
        }

        private bool HasDay(DateTime day)
        {
            var (inMonth, inWeek) = (Has(Days, day.Day), Has(Weekdays, (int)day.DayOfWeek));
            return HasBothDays ? inMonth || inWeek : inMonth && inWeek;
        }

        private static bool Has(ulong set, int number) => (set & (1UL << number)) != 0;

        /// <summary>A moment of a clock; where the clock leaps over it, the first one after the leap. Always later than before.</summary>
        private static DateTime ToUtc(DateTime local, TimeZoneInfo zone, DateTime before)
        {
            var clock = DateTime.SpecifyKind(local, DateTimeKind.Unspecified);
            while (zone.IsInvalidTime(clock))
            {
                clock = clock.AddMinutes(15);
            }
            var utc = TimeZoneInfo.ConvertTimeToUtc(clock, zone);
            return utc > before ? utc : before.AddMinutes(1);
        }
    }
}

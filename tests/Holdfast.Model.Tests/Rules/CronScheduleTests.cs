using System.Globalization;
using Holdfast.Model.Batch;

namespace Holdfast.Model.Tests.Rules;

/// <summary>When schedules come up, on clocks that leap and on those that do not.</summary>
public sealed class CronScheduleTests
{
    [Theory]
    [InlineData("* * * * *", "2026-03-01T10:00:30Z", "2026-03-01T10:01:00Z")]
    [InlineData("*/15 * * * *", "2026-03-01T10:00:00Z", "2026-03-01T10:15:00Z")]
    [InlineData("5/20 * * * *", "2026-03-01T10:26:00Z", "2026-03-01T10:45:00Z")]
    [InlineData("0 0 29 2 *", "2026-03-01T10:00:00Z", "2028-02-29T00:00:00Z")]
    [InlineData("0 9 * * mon-fri", "2026-02-27T10:00:00Z", "2026-03-02T09:00:00Z")]
    [InlineData("0 0 13 * 5", "2026-03-01T00:00:00Z", "2026-03-06T00:00:00Z")]
    [InlineData("0 0 13 * ?", "2026-03-01T00:00:00Z", "2026-03-13T00:00:00Z")]
    [InlineData("@hourly", "2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z")]
    [InlineData("@weekly", "2026-03-02T00:00:00Z", "2026-03-08T00:00:00Z")]
    [InlineData("@yearly", "2026-03-02T00:00:00Z", "2027-01-01T00:00:00Z")]
    [InlineData("@every 1h30m", "2026-03-02T00:00:10Z", "2026-03-02T01:30:10Z")]
    public void The_next_time_is_the_first_that_matches(string schedule, string after, string next) => Assert.Equal(Time(next), Next(schedule, after, null));

    [Fact]
    public void A_day_that_never_comes_has_no_next_time() => Assert.Null(Next("0 0 31 2 *", "2026-03-01T00:00:00Z", null));

    [Theory]
    [InlineData("0 9 * * *", "2026-03-01T00:00:00Z", "2026-03-01T08:00:00Z")]
    [InlineData("0 9 * * *", "2026-07-01T00:00:00Z", "2026-07-01T07:00:00Z")]
    [InlineData("30 2 * * *", "2026-03-29T00:00:00Z", "2026-03-30T00:30:00Z")]
    [InlineData("0 0 * * *", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z")]
    [InlineData("30 2 * * *", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z")]
    public void A_zones_clock_counts_where_it_leaps_as_well(string schedule, string after, string next) => Assert.Equal(Time(next), Next(schedule, after, "Europe/Berlin"));

    [Theory]
    [InlineData("", 0)]
    [InlineData("0,2-4,7", 5)]
    [InlineData("1,1", -1)]
    [InlineData("3-2", -1)]
    [InlineData("x", -1)]
    [InlineData("9", -1)]
    public void Indexes_are_counted_or_refused(string text, int count)
    {
        var problem = CompletionIndexes.Problem(text, 9, out var counted);
        Assert.Equal(count < 0, problem is not null);
        Assert.Equal(Math.Max(count, 0), counted);
    }

    [Fact]
    public void Indexes_are_written_as_kubernetes_writes_them() =>
        Assert.Equal("0,1,3-5,7", CompletionIndexes.Of("0,3-5", 9).With([7, 1]).ToString());

    private static DateTimeOffset? Next(string schedule, string after, string? zone)
    {
        Assert.True(CronSchedule.TryParse(schedule, out var parsed, out var problem), problem);
        return parsed.Next(Time(after), CronSchedule.ZoneOf(zone)!);
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}

using System.Globalization;
using Holdfast.Model.Coordination;
using Holdfast.Model.Json;

namespace Holdfast.Model.Tests.Json;

/// <summary>Times are read as Go reads them, and refused with the part where reading ended.</summary>
public sealed class TimeTextTests
{
    private const string Layout = "\" as \"2006-01-02T15:04:05Z07:00\": cannot parse ";

    [Theory]
    [InlineData("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.0000000Z")]
    [InlineData("2026-01-02T03:04:05.1234567899Z", "2026-01-02T03:04:05.1234567Z")]
    [InlineData("2026-01-02T03:04:05,5Z", "2026-01-02T03:04:05.5000000Z")]
    [InlineData("2026-01-02T3:04:05Z", "2026-01-02T03:04:05.0000000Z")]
    [InlineData("2026-01-02T03:04:05+02:30", "2026-01-02T00:34:05.0000000Z")]
    [InlineData("2026-01-02T03:04:05-24:00", "2026-01-03T03:04:05.0000000Z")]
    [InlineData("2024-02-29T23:59:59Z", "2024-02-29T23:59:59.0000000Z")]
    public void A_time_with_clock_and_zone_is_read(string text, string time) =>
        Assert.Equal(time, TimeText.Parse(text).UtcDateTime.ToString("O", CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("2026-01-01", Layout + "\"\" as \"T\"")]
    [InlineData("2026-01-01T00:00:00", Layout + "\"\" as \"Z07:00\"")]
    [InlineData("2026-01-01T00:00", Layout + "\"\" as \":\"")]
    [InlineData("2026-01-01 00:00:00Z", Layout + "\" 00:00:00Z\" as \"T\"")]
    [InlineData("2026-1-01T00:00:00Z", Layout + "\"1-01T00:00:00Z\" as \"01\"")]
    [InlineData("20a6-01-01T00:00:00Z", Layout + "\"20a6-01-01T00:00:00Z\" as \"2006\"")]
    [InlineData("", Layout + "\"\" as \"2006\"")]
    [InlineData("2026-01-01T00:00:0Z", Layout + "\"0Z\" as \"05\"")]
    [InlineData("2026-01-01T00:00:00.Z", Layout + "\".Z\" as \"Z07:00\"")]
    [InlineData("2026-01-01T00:00:00+0200", Layout + "\"+0200\" as \"Z07:00\"")]
    [InlineData("2026-13-01T00:00:00Z", "\": month out of range")]
    [InlineData("2026-02-30T00:00:00Z", "\": day out of range")]
    [InlineData("2026-02-00T00:00:00Z", "\": day out of range")]
    [InlineData("2026-01-01T24:00:00Z", "\": hour out of range")]
    [InlineData("2026-01-01T00:60:00Z", "\": minute out of range")]
    [InlineData("2026-01-01T00:00:60Z", "\": second out of range")]
    [InlineData("2026-01-01T00:00:00+25:00", "\": time zone offset hour out of range")]
    [InlineData("0001-01-01T00:00:00+01:00", "\": year out of range")]
    [InlineData("2026-01-01T00:00:00Zx", "\": extra text: \"x\"")]
    public void What_is_no_time_is_refused_with_the_part_that_is_wrong(string text, string problem) =>
        Assert.Equal($"parsing time \"{text}{problem}", Assert.Throws<ModelDecodeException>(() => TimeText.Parse(text)).Message);

    [Theory]
    [InlineData("2026-01-01T00:00:00.123456Z", "")]
    [InlineData("2026-01-01T00:00:00Z", "\"Z\" as \".000000\"")]
    [InlineData("2026-01-01T00:00:00.123Z", "\".123Z\" as \".000000\"")]
    [InlineData("2026-01-01T00:00:00.1234567Z", "\"7Z\" as \"Z07:00\"")]
    public void A_time_to_the_microsecond_has_six_digits(string text, string problem)
    {
        var read = () => ModelJson.Read<Lease>(System.Text.Encoding.UTF8.GetBytes($$"""{"spec":{"renewTime":"{{text}}"} }"""));
        if (problem.Length == 0)
            Assert.Equal(123456 * 10, read().Spec.RenewTime!.Value.Ticks % TimeSpan.TicksPerSecond);
        else
            Assert.Equal($"parsing time \"{text}\" as \"2006-01-02T15:04:05.000000Z07:00\": cannot parse {problem}", Assert.Throws<ModelDecodeException>(() => read()).Message);
    }
}

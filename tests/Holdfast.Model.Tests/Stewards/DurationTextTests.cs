using Holdfast.Model.Values;

namespace Holdfast.Model.Tests.Stewards;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData("30s", 30)]
    [InlineData("1h30m", 5400)]
    [InlineData("1.5m", 90)]
    [InlineData("500ms", 0.5)]
    [InlineData("0s", 0)]
    public void A_span_is_read(string text, double seconds)
    {
        Assert.True(DurationText.TryParse(text, out var span));
        Assert.Equal(TimeSpan.FromSeconds(seconds), span);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1s-")]
    [InlineData("1..5s")]
    [InlineData("5 s")]
    [InlineData("1d")]
    [InlineData("99999999999999999999h")]
    public void What_is_no_span_is_refused(string? text) => Assert.False(DurationText.TryParse(text, out _));

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(0.25, "250ms")]
    [InlineData(61.5, "1m1.5s")]
    [InlineData(3600, "1h")]
    [InlineData(3660, "1h1m")]
    public void A_span_is_written_and_read_back(double seconds, string text)
    {
        Assert.Equal(text, DurationText.Of(TimeSpan.FromSeconds(seconds)));
        Assert.True(DurationText.TryParse(text, out var span));
        Assert.Equal(TimeSpan.FromSeconds(seconds), span);
    }
}

using Holdfast.Model.Values;

namespace Holdfast.Model.Tests.Values;

public sealed class QuantityTests
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("0Gi", "0")]
    [InlineData("-0", "0")]
    [InlineData("1", "1")]
    [InlineData("+1", "1")]
    [InlineData("1000m", "1")]
    [InlineData("0.5", "500m")]
    [InlineData(".5", "500m")]
    [InlineData("1.", "1")]
    [InlineData("1.5", "1500m")]
    [InlineData("-1.5", "-1500m")]
    [InlineData("100m", "100m")]
    [InlineData("1000", "1k")]
    [InlineData("1500", "1500")]
    [InlineData("1000k", "1M")]
    [InlineData("1E", "1E")]
    [InlineData("1000E", "1000E")]
    [InlineData("1024Mi", "1Gi")]
    [InlineData("1.5Gi", "1536Mi")]
    [InlineData("1000Mi", "1000Mi")]
    [InlineData("1Ki", "1Ki")]
    [InlineData("0.5Ki", "512")]
    [InlineData("0.1Ki", "102400m")]
    [InlineData("1.1Ki", "1126400m")]
    [InlineData("0.0001Ki", "102400u")]
    [InlineData("1e3", "1e3")]
    [InlineData("1E3", "1e3")]
    [InlineData("1500e0", "1500")]
    [InlineData("12e-3", "12e-3")]
    [InlineData("1e4", "10e3")]
    [InlineData("1n", "1n")]
    [InlineData("0.1n", "1n")]
    [InlineData("-0.1n", "-1n")]
    [InlineData("1.0000000001", "1000000001n")]
    [InlineData("16Ei", "9223372036854775807")]
    [InlineData("200Gi", "200Gi")]
    [InlineData("1e28", "10000000000e18")]
    public void Text_is_written_back_in_canonical_form(string text, string canonical)
    {
        Assert.True(Quantity.TryParse(text, out var quantity));
        Assert.Equal(canonical, quantity.ToString());
        Assert.Equal(canonical, Quantity.Parse(canonical).ToString());
    }

    [Theory]
    [InlineData("", Quantity.MalformedError)]
    [InlineData("abc", Quantity.MalformedError)]
    [InlineData("1.2.3", Quantity.MalformedError)]
    [InlineData("5Q", Quantity.MalformedError)]
    [InlineData("1 Gi", Quantity.MalformedError)]
    [InlineData("1e3x", Quantity.MalformedError)]
    [InlineData("1e30", Quantity.TooLargeError)]
    [InlineData("-1e29", Quantity.TooLargeError)]
    [InlineData("5mm", Quantity.SuffixError)]
    [InlineData("5Kib", Quantity.MalformedError)]
    [InlineData("5K", Quantity.SuffixError)]
    [InlineData("5mi", Quantity.SuffixError)]
    [InlineData("1e", Quantity.SuffixError)]
    [InlineData("5-3", Quantity.SuffixError)]
    public void What_is_wrong_with_text_is_said_as_Kubernetes_says_it(string text, string error)
    {
        Assert.False(Quantity.TryParse(text, out _, out var found));
        Assert.Equal(error, found);
    }

    [Theory]
    [InlineData("1Gi", "1073741824")]
    [InlineData("1k", "1e3")]
    [InlineData("1", "1000m")]
    public void The_same_amount_is_equal_whatever_its_suffix(string left, string right)
    {
        Assert.Equal(Quantity.Parse(left), Quantity.Parse(right));
        Assert.Equal(Quantity.Parse(left).GetHashCode(), Quantity.Parse(right).GetHashCode());
    }

    [Theory]
    [InlineData("1.1", 2, 1100)]
    [InlineData("-1.1", -2, -1100)]
    [InlineData("100u", 1, 1)]
    [InlineData("1Gi", 1073741824, 1073741824000)]
    [InlineData("100E", long.MaxValue, long.MaxValue)]
    public void Whole_numbers_are_rounded_away_from_zero_and_capped(string text, long units, long thousandths)
    {
        Assert.Equal(units, Quantity.Parse(text).ToInt64());
        Assert.Equal(thousandths, Quantity.Parse(text).ToMilliInt64());
    }

    [Theory]
    [InlineData("1Gi", "1Gi", "2Gi", "0")]
    [InlineData("1Gi", "1M", "1074741824", "1072741824")]
    [InlineData("0", "1Gi", "1Gi", "-1Gi")]
    [InlineData("100m", "1", "1100m", "-900m")]
    [InlineData("0.1", "0.2", "300m", "-100m")]
    public void Sums_and_differences_are_exact(string left, string right, string sum, string difference)
    {
        Assert.Equal(sum, (Quantity.Parse(left) + Quantity.Parse(right)).ToString());
        Assert.Equal(difference, (Quantity.Parse(left) - Quantity.Parse(right)).ToString());
    }

    [Fact]
    public void Amounts_are_ordered_by_size_across_suffixes()
    {
        Assert.True(Quantity.Parse("999m") < Quantity.Parse("1"));
        Assert.True(Quantity.Parse("1Ki") > Quantity.Parse("1k"));
        Assert.Equal(-1, Quantity.Parse("-1n").Sign);
        Assert.Equal(0, default(Quantity).CompareTo(Quantity.Zero));
        Assert.Equal("0", default(Quantity).ToString());
    }

    [Fact]
    public void Hostile_sizes_are_refused_at_once()
    {
        Assert.False(Quantity.TryParse("1e999999999", out _, out var huge));
        Assert.Equal(Quantity.TooLargeError, huge);
        Assert.Equal("1n", Quantity.Parse("1e-999999999").ToString().Replace("e-9", "n", StringComparison.Ordinal));
        Assert.False(Quantity.TryParse(new string('9', 100_000), out _, out var error));
        Assert.Equal(Quantity.NumberError, error);
    }
}

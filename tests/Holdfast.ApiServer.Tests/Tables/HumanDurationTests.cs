using Holdfast.ApiServer.Tables;

namespace Holdfast.ApiServer.Tests.Tables;

public sealed class HumanDurationTests
{
    [Theory]
    [InlineData(-2, "<invalid>")]
    [InlineData(-1, "0s")]
    [InlineData(0, "0s")]
    [InlineData(119, "119s")]
    [InlineData(120, "2m")]
    [InlineData(312, "5m12s")]
    [InlineData(600, "10m")]
    [InlineData((3 * 3600) - 1, "179m")]
    [InlineData(3 * 3600, "3h")]
    [InlineData((7 * 3600) + 1800, "7h30m")]
    [InlineData((8 * 3600) + 1800, "8h")]
    [InlineData((48 * 3600) - 1, "47h")]
    [InlineData(76 * 3600, "3d4h")]
    [InlineData(72 * 3600, "3d")]
    [InlineData(8 * 86400, "8d")]
    [InlineData(729 * 86400, "729d")]
    [InlineData(743 * 86400, "2y13d")]
    [InlineData(730 * 86400, "2y")]
    [InlineData(9L * 365 * 86400, "9y")]
    public void A_duration_reads_as_kubectl_prints_it(long seconds, string text) =>
        Assert.Equal(text, HumanDuration.Of(TimeSpan.FromSeconds(seconds)));
}

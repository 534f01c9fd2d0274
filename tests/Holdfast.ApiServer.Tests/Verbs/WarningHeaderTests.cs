using System.Net.Http.Headers;
using System.Text;
using Holdfast.ApiServer.Http;

namespace Holdfast.ApiServer.Tests.Verbs;

/// <summary>The header that carries warnings: a quoted text in UTF-8, as kubectl and client-go read it.</summary>
public sealed class WarningHeaderTests(SharedServer shared)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_warning_keeps_its_letters(int http)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/api/v1/namespaces/default/configmaps?dryRun=All", UriKind.Relative))
        {
            Version = new Version(http, http == 1 ? 1 : 0),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new StringContent("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"warned"},"größe 😀":1}""", Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
        };
        using var answer = await shared.Running.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(201, (int)answer.StatusCode);
        // The client takes every byte of a header for a character.
        var warning = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(answer.Headers.NonValidated["Warning"].ToString()));
        Assert.Equal("299 - \"unknown field \\\"größe 😀\\\"\"", warning);
    }

    [Fact]
    public void Warnings_that_are_too_long_together_are_cut_and_the_last_of_them_left_out()
    {
        string[] few = [new('a', 4000), new('b', 96)];
        Assert.Equal(few, WarningTexts.Fitting(few));
        string[] many = [.. Enumerable.Range(0, 30).Select(index => new string((char)('a' + (index % 26)), index == 1 ? 20 : 1000)), "😀"];
        var cut = WarningTexts.Fitting(many).ToArray();
        Assert.Equal((17, 256, 20), (cut.Length, cut[0].Length, cut[1].Length));
        Assert.Equal(string.Concat(Enumerable.Repeat("😀", 256)), Assert.Single(WarningTexts.Fitting([string.Concat(Enumerable.Repeat("😀", 5000))])));
    }
}

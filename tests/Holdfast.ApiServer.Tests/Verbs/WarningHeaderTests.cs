using System.Net.Http.Headers;
using System.Text;

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
}

using System.Net;

namespace Holdfast.ApiServer.Tests;

public sealed class HealthTests(SharedServer shared)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/livez", "ok")]
    [InlineData("/livez?verbose", "[+]ping ok\n[+]store ok\nlivez check passed\n")]
    [InlineData("/livez?verbose&exclude=store", "[+]ping ok\n[+]store excluded: ok\nlivez check passed\n")]
    [InlineData("/livez?verbose&exclude=etcd", "[+]ping ok\n[+]store ok\nwarn: some health checks cannot be excluded: no matches for \"etcd\"\nlivez check passed\n")]
    [InlineData("/readyz?exclude=ping", "ok")]
    [InlineData("/healthz/ping", "ok")]
    [InlineData("/livez/ping", "ok")]
    [InlineData("/readyz/ping", "ok")]
    [InlineData("/readyz/poststarthook/rbac/bootstrap-roles", "ok")]
    [InlineData("/readyz/shutdown", "ok")]
    public async Task Health_tells_what_it_looked_at(string path, string text)
    {
        using var answer = await shared.Running.Http.GetAsync(path, Token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(text, await answer.Content.ReadAsStringAsync(Token));
        Assert.Equal("text/plain", answer.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task A_check_that_there_is_not_is_not_found()
    {
        Assert.Equal((404, "404 page not found\n"), await AskAsync(shared.Running.Http, "/readyz/none"));
        Assert.Contains("[+]shutdown ok\n", (await AskAsync(shared.Running.Http, "/readyz?verbose")).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/healthz", 200)]
    [InlineData("/livez", 200)]
    [InlineData("/readyz?verbose", 200)]
    [InlineData("/version", 200)]
    [InlineData("/readyz/ping", 403)]
    [InlineData("/api", 403)]
    [InlineData("/apis", 403)]
    [InlineData("/", 403)]
    [InlineData("/openapi/v3", 403)]
    [InlineData("/api/v1/namespaces/default/pods", 403)]
    public async Task Who_is_nobody_reads_health_and_version_and_is_forbidden_the_rest(string path, int code)
    {
        using var nobody = RunningServer.ClientOf(shared.Running.Host);
        var (answered, text) = await AskAsync(nobody, path);
        Assert.Equal(code, answered);
        if (code == 403)
            Assert.Contains("User \\\"system:anonymous\\\" cannot ", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_credentials_are_not_nobody()
    {
        using var stranger = RunningServer.ClientOf(shared.Running.Host);
        stranger.DefaultRequestHeaders.Authorization = new("Bearer", "wrong");
        Assert.Equal(401, (await AskAsync(stranger, "/healthz")).Code);
        Assert.Equal(401, (await AskAsync(stranger, "/api")).Code);
    }

    private static async Task<(int Code, string Text)> AskAsync(HttpClient http, string path)
    {
        using var answer = await http.GetAsync(path, Token);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Token));
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Holdfast.ApiServer.Tests.OpenApi;

/// <summary>Discovery and OpenAPI documents as clients that keep them ask for them.</summary>
public sealed class DocumentCachingTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/api", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList", "apidiscovery.k8s.io/v2")]
    [InlineData("/apis", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json", "apidiscovery.k8s.io/v2")]
    [InlineData("/apis", "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json", "apidiscovery.k8s.io/v2beta1")]
    [InlineData("/apis", "application/json", "v1")]
    public async Task Discovery_is_answered_in_the_form_that_is_wanted_first_and_not_twice(string path, string accept, string version)
    {
        await using var server = await RunningServer.StartAsync(Stop);
        var (first, body) = await GetAsync(server.Http, path, accept);
        Assert.Equal(version, (string?)JsonNode.Parse(body)!["apiVersion"]);
        Assert.Equal(accept.Contains("apidiscovery", StringComparison.Ordinal), first.Content.Headers.ContentType!.ToString().Contains("as=APIGroupDiscoveryList", StringComparison.Ordinal));
        var (second, nothing) = await GetAsync(server.Http, path, accept, first.Headers.ETag);
        Assert.Equal((HttpStatusCode.NotModified, ""), (second.StatusCode, nothing));
    }

    [Fact]
    public async Task An_openapi_document_is_kept_under_its_hash_and_an_old_hash_leads_to_it()
    {
        await using var server = await RunningServer.StartAsync(Stop);
        var (_, index) = await GetAsync(server.Http, "/openapi/v3", "application/json");
        var current = (string)JsonNode.Parse(index)!["paths"]!["apis/apps/v1"]!["serverRelativeURL"]!;
        var (kept, document) = await GetAsync(server.Http, current, "application/json");
        Assert.Contains("io.k8s.api.apps.v1.StatefulSet", document, StringComparison.Ordinal);
        Assert.True(kept.Headers.CacheControl!.Public);
        Assert.True(kept.Content.Headers.Expires > DateTimeOffset.UnixEpoch.AddYears(50));
        // The client follows, though without its token.
        var (moved, _) = await GetAsync(server.Http, current.Split('=')[0] + "=0123", "application/json");
        Assert.Equal(current, moved.RequestMessage!.RequestUri!.PathAndQuery);
    }

    [Fact]
    public async Task Large_documents_are_compressed_for_who_takes_that()
    {
        await using var server = await RunningServer.StartAsync(Stop);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/openapi/v2", UriKind.Relative));
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("gzip"));
        using var response = await server.Http.SendAsync(request, Stop);
        Assert.Equal(["gzip"], response.Content.Headers.ContentEncoding);
        var (plain, body) = await GetAsync(server.Http, "/openapi/v2", "");
        Assert.Empty(plain.Content.Headers.ContentEncoding);
        Assert.True(body.Length > 3 * (await response.Content.ReadAsByteArrayAsync(Stop)).Length);
    }

    private static async Task<(HttpResponseMessage Response, string Body)> GetAsync(HttpClient http, string path, string accept, EntityTagHeaderValue? known = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Accept", accept);
        if (known is not null)
            request.Headers.IfNoneMatch.Add(known);
        var response = await http.SendAsync(request, Stop);
        return (response, await response.Content.ReadAsStringAsync(Stop));
    }
}

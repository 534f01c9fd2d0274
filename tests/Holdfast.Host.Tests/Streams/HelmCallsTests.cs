using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Testing;

namespace Holdfast.Host.Tests.Streams;

/// <summary>
/// The calls that Helm 3 makes to install, upgrade, roll back and uninstall a chart, replayed over HTTP: releases are kept in Secrets of the type
/// <c>helm.sh/release.v1</c>, objects are changed by strategic merge patches of three sides, and waiting is polling.
/// </summary>
public sealed class HelmCallsTests(PodCluster cluster) : IClassFixture<PodCluster>
{
    private const string Secrets = "/api/v1/namespaces/default/secrets";
    private const string Maps = "/api/v1/namespaces/default/configmaps";
    private const string Services = "/api/v1/namespaces/default/services";
    private const string Sets = "/apis/apps/v1/namespaces/default/statefulsets";
    private const string Manager = "?fieldManager=helm";

    private HttpClient? _http;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private HttpClient Http => _http ??= Client();

    [Fact]
    public async Task A_chart_is_installed_upgraded_rolled_back_and_uninstalled()
    {
        await InstallAsync();
        await UpgradeAsync();
        await RollBackAsync();
        await UninstallAsync();
    }

    private async Task InstallAsync()
    {
        // Is the server there, what does it serve, is the name free, is anything of the chart there already?
        Assert.StartsWith("v1.36", (string?)(await GetAsync("/version"))["gitVersion"], StringComparison.Ordinal);
        Assert.NotEmpty((await GetAsync("/apis"))["groups"]!.AsArray());
        Assert.Empty(await ReleasesAsync());
        foreach (var (collection, _) in Chart("one", 1))
            await RefusedAsync(404, HttpMethod.Get, $"{collection}/web");
        await RefusedAsync(404, HttpMethod.Get, Secrets + "/sh.helm.release.v1.web.v1");
        await SendAsync(HttpMethod.Post, Secrets, Release(1, "pending-install"));
        // The name of a release is taken by its first Secret: of two installations one goes on.
        await RefusedAsync(409, HttpMethod.Post, Secrets, Release(1, "pending-install"));
        foreach (var (collection, manifest) in Chart("one", 1))
            await SendAsync(HttpMethod.Post, collection + Manager, manifest);
        await ReadyAsync(1);
        await SendAsync(HttpMethod.Put, Secrets + "/sh.helm.release.v1.web.v1", Release(1, "deployed"));
        Assert.Equal(["1:deployed"], await ReleasesAsync());
        var kept = await GetAsync(Secrets + "/sh.helm.release.v1.web.v1");
        Assert.Equal("helm.sh/release.v1", (string?)kept["type"]);
        Assert.Equal(1, (int?)Unpacked(kept)["version"]);
        // What a type is may not be changed.
        var other = Release(1, "deployed");
        other["type"] = "Opaque";
        await RefusedAsync(422, HttpMethod.Put, Secrets + "/sh.helm.release.v1.web.v1", other);
    }

    private async Task UpgradeAsync()
    {
        // Somebody has changed what the chart does not speak of: it stays.
        await PatchAsync(Sets + "/web", """{"spec":{"template":{"metadata":{"annotations":{"mine":"kept"}}}}}""");
        await SendAsync(HttpMethod.Post, Secrets, Release(2, "pending-upgrade"));
        await PatchAsync(Maps + "/web", """{"data":{"said":"two"}}""");
        Assert.Equal("two", (string?)(await GetAsync(Maps + "/web"))["data"]!["said"]);
        await PatchAsync(Services + "/web", """{"spec":{"$setElementOrder/ports":[{"port":80},{"port":81}],"ports":[{"name":"more","port":81,"protocol":"TCP","targetPort":81}]}}""");
        Assert.Equal([80, 81], (await GetAsync(Services + "/web"))["spec"]!["ports"]!.AsArray().Select(port => (int)port!["port"]!));
        await PatchAsync(Sets + "/web",
            """{"spec":{"replicas":2,"template":{"spec":{"$setElementOrder/containers":[{"name":"c"}],"containers":[{"$setElementOrder/env":[{"name":"SAID"}],"env":[{"name":"SAID","value":"two"}],"name":"c"}]}}}}""");
        await ReadyAsync(2);
        var set = await GetAsync(Sets + "/web");
        Assert.Equal("kept", (string?)set["spec"]!["template"]!["metadata"]!["annotations"]!["mine"]);
        Assert.Equal("two", (string?)set["spec"]!["template"]!["spec"]!["containers"]![0]!["env"]![0]!["value"]);
        await SendAsync(HttpMethod.Put, Secrets + "/sh.helm.release.v1.web.v1", Release(1, "superseded"));
        await SendAsync(HttpMethod.Put, Secrets + "/sh.helm.release.v1.web.v2", Release(2, "deployed"));
        Assert.Equal(["1:superseded", "2:deployed"], await ReleasesAsync());
    }

    private async Task RollBackAsync()
    {
        await SendAsync(HttpMethod.Post, Secrets, Release(3, "pending-rollback"));
        await PatchAsync(Maps + "/web", """{"data":{"said":"one"}}""");
        await PatchAsync(Services + "/web", """{"spec":{"$setElementOrder/ports":[{"port":80}],"ports":[{"$patch":"delete","port":81}]}}""");
        await PatchAsync(Sets + "/web",
            """{"spec":{"replicas":1,"template":{"spec":{"$setElementOrder/containers":[{"name":"c"}],"containers":[{"$setElementOrder/env":[{"name":"SAID"}],"env":[{"name":"SAID","value":"one"}],"name":"c"}]}}}}""");
        await ReadyAsync(1);
        Assert.Equal([80], (await GetAsync(Services + "/web"))["spec"]!["ports"]!.AsArray().Select(port => (int)port!["port"]!));
        await SendAsync(HttpMethod.Put, Secrets + "/sh.helm.release.v1.web.v2", Release(2, "superseded"));
        await SendAsync(HttpMethod.Put, Secrets + "/sh.helm.release.v1.web.v3", Release(3, "deployed"));
        Assert.Equal(["1:superseded", "2:superseded", "3:deployed"], await ReleasesAsync());
    }

    private async Task UninstallAsync()
    {
        await SendAsync(HttpMethod.Put, Secrets + "/sh.helm.release.v1.web.v3", Release(3, "uninstalling"));
        foreach (var (collection, _) in Chart("one", 1).Reverse())
            await SendAsync(HttpMethod.Delete, $"{collection}/web", JsonNode.Parse("""{"kind":"DeleteOptions","apiVersion":"v1","propagationPolicy":"Background"}"""));
        foreach (var (collection, _) in Chart("one", 1))
            await Eventually.HoldsAsync($"{collection}/web is gone", async () => await CodeAsync(HttpMethod.Get, $"{collection}/web") == 404, PodCluster.Deadline, Stop);
        await Eventually.HoldsAsync("the pods are gone",
            async () => (await GetAsync("/api/v1/namespaces/default/pods?labelSelector=app%3Dweb"))["items"]!.AsArray().Count == 0, PodCluster.Deadline, Stop);
        for (var version = 1; version <= 3; version++)
            await SendAsync(HttpMethod.Delete, $"{Secrets}/sh.helm.release.v1.web.v{version}");
        Assert.Empty(await ReleasesAsync());
    }

    private static (string Collection, JsonNode Manifest)[] Chart(string said, int replicas) =>
    [
        (Maps, JsonNode.Parse($$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{{{Metadata}}},"data":{"said":"{{{said}}}"}}""")!),
        (Services, JsonNode.Parse($$$"""{"apiVersion":"v1","kind":"Service","metadata":{{{Metadata}}},"spec":{"clusterIP":"None","selector":{"app":"web"},"ports":[{"name":"web","port":80,"protocol":"TCP","targetPort":80}]}}""")!),
        (Sets, JsonNode.Parse($$$"""
            {"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{{{Metadata}}},"spec":{"serviceName":"web","replicas":{{{replicas}}},"selector":{"matchLabels":{"app":"web"}},
             "template":{"metadata":{"labels":{"app":"web"}},"spec":{"terminationGracePeriodSeconds":1,"containers":[{"name":"c","image":"holdfast/host:1","command":["sleep","600"],
             "env":[{"name":"SAID","value":"{{{said}}}"}]}]} } } }
            """)!),
    ];

    private const string Metadata =
        """{"name":"web","namespace":"default","labels":{"app.kubernetes.io/managed-by":"Helm"},"annotations":{"meta.helm.sh/release-name":"web","meta.helm.sh/release-namespace":"default"}}""";

    private static JsonNode Release(int version, string status)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
            gzip.Write(Encoding.UTF8.GetBytes($$$"""{"name":"web","version":{{{version}}},"info":{"status":"{{{status}}}"},"manifest":"{{{new string('m', 20_000)}}}"}"""));
        // Helm encodes once, and the Secret's bytes are encoded once more.
        var data = Convert.ToBase64String(Encoding.ASCII.GetBytes(Convert.ToBase64String(packed.ToArray())));
        return JsonNode.Parse($$$"""
            {"apiVersion":"v1","kind":"Secret","type":"helm.sh/release.v1","metadata":{"name":"sh.helm.release.v1.web.v{{{version}}}","namespace":"default",
             "labels":{"name":"web","owner":"helm","status":"{{{status}}}","version":"{{{version}}}","modifiedAt":"1700000000"} },"data":{"release":"{{{data}}}"}}
            """)!;
    }

    private static JsonNode Unpacked(JsonNode secret)
    {
        var packed = Convert.FromBase64String(Encoding.ASCII.GetString(Convert.FromBase64String((string)secret["data"]!["release"]!)));
        using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        return JsonNode.Parse(gzip)!;
    }

    private async Task<string[]> ReleasesAsync() =>
    [
        .. (await GetAsync(Secrets + "?labelSelector=name%3Dweb%2Cowner%3Dhelm"))["items"]!.AsArray()
            .Select(secret => $"{secret!["metadata"]!["labels"]!["version"]}:{secret["metadata"]!["labels"]!["status"]}").Order(StringComparer.Ordinal),
    ];

    // As Helm's --wait: the set has been seen, all replicas are of the newest revision and ready.
    private Task ReadyAsync(int replicas) => Eventually.HoldsAsync($"{replicas} replicas are ready", async () =>
    {
        var set = await GetAsync(Sets + "/web");
        var status = set["status"]!;
        return (long?)status["observedGeneration"] == (long)set["metadata"]!["generation"]! && (int?)status["readyReplicas"] == replicas
            && (int?)status["replicas"] == replicas && (string?)status["updateRevision"] == (string?)status["currentRevision"];
    }, PodCluster.Deadline, Stop);

    private async Task<JsonNode> GetAsync(string path) => await SendAsync(HttpMethod.Get, path);

    private async Task PatchAsync(string path, string patch) => await SendAsync(HttpMethod.Patch, path + Manager, JsonNode.Parse(patch), "application/strategic-merge-patch+json");

    private async Task<JsonNode> SendAsync(HttpMethod method, string path, JsonNode? body = null, string type = "application/json")
    {
        using var response = await AnswerAsync(method, path, body, type);
        var text = await response.Content.ReadAsStringAsync(Stop);
        Assert.True(response.IsSuccessStatusCode, $"{method} {path}: {text}");
        return JsonNode.Parse(text)!;
    }

    private async Task<int> CodeAsync(HttpMethod method, string path, JsonNode? body = null)
    {
        using var response = await AnswerAsync(method, path, body, "application/json");
        return (int)response.StatusCode;
    }

    private async Task RefusedAsync(int code, HttpMethod method, string path, JsonNode? body = null) => Assert.Equal(code, await CodeAsync(method, path, body));

    private async Task<HttpResponseMessage> AnswerAsync(HttpMethod method, string path, JsonNode? body, string type)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Headers.UserAgent.ParseAdd("Helm/3.17.0");
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, new MediaTypeHeaderValue(type));
        return await Http.SendAsync(request, Stop);
    }

    private HttpClient Client()
    {
        var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = static (_, _, _, _) => true };
        handler.ClientCertificates.Add(cluster.Administrator());
        return new HttpClient(handler) { BaseAddress = cluster.Cluster.Server, Timeout = TimeSpan.FromSeconds(30), DefaultRequestVersion = HttpVersion.Version11 };
    }
}

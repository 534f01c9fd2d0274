using System.Text;
using Holdfast.Client.Http;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Testing;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Client.Tests.Http;

public sealed class HttpTransportTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_kubeconfig_gives_a_client_that_is_known_by_its_certificate_and_trusts_its_authority_only()
    {
        await using var server = await HttpServer.StartAsync(async context =>
        {
            var name = (await context.Connection.GetClientCertificateAsync(None))?.Subject ?? "nobody";
            await context.Response.WriteAsync(PodJson(name.ToLowerInvariant().Replace("cn=", "", StringComparison.Ordinal), 3), None);
        });
        using var folder = new TemporaryFolder();
        var (certificate, key) = server.IssueClient("tester");
        await File.WriteAllTextAsync(folder["key.pem"], key, None);
        await File.WriteAllTextAsync(folder["config"], KubeConfigText(server, certificate), None);
        using (var transport = KubeConfig.Load(folder["config"]).CreateTransport(TimeProvider.System))
            Assert.Equal("tester", (await new KubernetesClient(transport, "test").GetAsync<Pod>("shop", "a", None)).Metadata.Name);
        using var trusting = (KubeConfig.Load(folder["config"]) with { CertificateAuthorityPem = "" }).CreateTransport(TimeProvider.System);
        var refused = await Assert.ThrowsAsync<ApiException>(() => new KubernetesClient(trusting, "test").GetAsync<Pod>("shop", "a", None));
        Assert.Equal((0, "Unreachable"), (refused.Code, refused.Reason));
    }

    [Fact]
    public async Task Requests_go_where_the_api_has_them()
    {
        var seen = new List<string>();
        await using var server = await HttpServer.StartAsync(async context =>
        {
            using var body = new StreamReader(context.Request.Body);
            seen.Add($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString} {context.Request.ContentType} {await body.ReadToEndAsync(None)}".TrimEnd());
            await context.Response.WriteAsync(PodJson("a", 3), None);
        });
        using var transport = Transport(server);
        var client = new KubernetesClient(transport, "tester");
        await client.DeleteAsync<Pod>("shop", "a", DeleteOptions.Empty with { GracePeriodSeconds = 0 }, None);
        await client.PatchAsync<Pod>("shop", "a", PatchForm.Strategic, "{}"u8.ToArray(), None, "status");
        await client.CreateAsync(Pods.Named("a"), None);
        Assert.Equal("DELETE /api/v1/namespaces/shop/pods/a application/json {\"apiVersion\":\"v1\",\"gracePeriodSeconds\":0,\"kind\":\"DeleteOptions\"}", seen[0]);
        Assert.Equal("PATCH /api/v1/namespaces/shop/pods/a/status?fieldManager=tester application/strategic-merge-patch+json {}", seen[1]);
        Assert.StartsWith("POST /api/v1/namespaces/shop/pods?fieldManager=tester application/json {\"kind\":\"Pod\"", seen[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(409, """{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Conflict","code":409,"message":"changed"}""", 409, "Conflict", "changed")]
    [InlineData(404, "404 page not found", 404, "NotFound", "the server answered 404 NotFound: 404 page not found")]
    [InlineData(500, "", 500, "InternalServerError", "the server answered 500 InternalServerError: an empty body")]
    [InlineData(200, "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":7}", 0, "UnreadableAnswer", "cannot be read")]
    [InlineData(200, "<html>", 0, "UnreadableAnswer", "cannot be read")]
    [InlineData(200, """{"kind":"Gadget","apiVersion":"example.com/v1"}""", 0, "UnreadableAnswer", "a Gadget of example.com/v1")]
    public async Task What_comes_instead_of_an_object_becomes_an_error_that_says_so(int answered, string body, int code, string reason, string message)
    {
        await using var server = await HttpServer.StartAsync(context =>
        {
            context.Response.StatusCode = answered;
            return context.Response.WriteAsync(body, None);
        });
        using var transport = Transport(server);
        var error = await Assert.ThrowsAsync<ApiException>(() => new KubernetesClient(transport, "test").GetAsync<Pod>("shop", "a", None));
        Assert.Equal((code, reason), (error.Code, error.Reason));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_answer_in_time_and_no_server_at_all_are_no_answers()
    {
        Uri gone;
        await using (var server = await HttpServer.StartAsync(context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted)))
        {
            gone = server.Address;
            using var transport = Transport(server, new HttpTransportOptions { Timeout = TimeSpan.FromMilliseconds(100) });
            var late = await Assert.ThrowsAsync<ApiException>(() => new KubernetesClient(transport, "test").GetAsync<Pod>("shop", "a", None));
            Assert.Equal((0, "Timeout"), (late.Code, late.Reason));
        }
        using var lost = new KubeConfig { Server = gone }.CreateTransport(TimeProvider.System);
        var error = await Assert.ThrowsAsync<ApiException>(() => new KubernetesClient(lost, "test").ListAsync<Pod>(new ListQuery(), None));
        Assert.Equal((0, "Unreachable"), (error.Code, error.Reason));
        Assert.Contains($"listing pods at {gone}", error.Message, StringComparison.Ordinal);
        Assert.True(error.IsRetriable);
    }

    [Fact]
    public async Task A_list_without_a_limit_follows_the_pages()
    {
        await using var server = await HttpServer.StartAsync(context =>
        {
            var at = context.Request.Query["continue"].ToString();
            var more = at switch { "" => "two", "two" => "three", _ => "" };
            return context.Response.WriteAsync(
                $$$"""{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"9","continue":"{{{more}}}"},"items":[{{{PodJson("pod-" + at, 3)}}}]}""", None);
        });
        using var transport = Transport(server);
        var all = await transport.ListAsync<Pod>(new ListQuery(), None);
        Assert.Equal(["pod-", "pod-two", "pod-three"], all.Items.Select(pod => pod.Metadata.Name));
        Assert.Equal("9", all.Metadata.ResourceVersion);
        Assert.Single((await transport.ListAsync<Pod>(new ListQuery { Limit = 1 }, None)).Items);
    }

    [Fact]
    public async Task A_watch_tells_events_as_they_come_in_whatever_pieces()
    {
        await using var server = await HttpServer.StartAsync(async context =>
        {
            var text = Event("ADDED", PodJson("a", 3)) + Event("BOOKMARK", PodJson("", 7)) + "\n" + Event("DELETED", PodJson("a", 8))
                + Event("ERROR", """{"kind":"Status","code":410,"reason":"Expired","message":"too old"}""") + "{\"type\":\"ADDED\",\"obj";
            foreach (var piece in text.Chunk(37))
            {
                await context.Response.WriteAsync(new string(piece), None);
                await context.Response.Body.FlushAsync(None);
            }
        });
        using var transport = Transport(server);
        var told = new List<string>();
        await foreach (var read in transport.WatchAsync<Pod>(new ListQuery { ResourceVersion = "2" }, None))
            told.Add($"{read.Type} {read.Object?.Metadata.Name} {read.ResourceVersion} {read.Status?.Code}".TrimEnd());
        Assert.Equal(["Added a 3", "Bookmark  7", "Deleted a 8", "Error   410"], told);
    }

    [Fact]
    public async Task A_watch_that_is_refused_cut_off_or_endless_in_a_line_fails_as_what_it_is()
    {
        await using var server = await HttpServer.StartAsync(async context =>
        {
            switch (context.Request.Query["resourceVersion"].ToString())
            {
                case "1":
                    context.Response.StatusCode = 410;
                    await context.Response.WriteAsync("""{"kind":"Status","code":410,"reason":"Expired"}""", None);
                    break;
                case "2":
                    await context.Response.WriteAsync(Event("ADDED", PodJson("a", 3)), None);
                    await context.Response.Body.FlushAsync(None);
                    context.Abort();
                    break;
                default:
                    await context.Response.WriteAsync(new string('x', 3000), None);
                    break;
            }
        });
        using var transport = Transport(server, new HttpTransportOptions { MaxLineBytes = 1000 });
        Assert.True((await FailureOf(transport, "1")).IsGone);
        Assert.Equal("Unreachable", (await FailureOf(transport, "2")).Reason);
        Assert.Contains("longer than 1000 bytes", (await FailureOf(transport, "3")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("current-context: none\n", "has no context named \"none\"")]
    [InlineData("a: [", "is not YAML")]
    [InlineData("{}", "has no current context")]
    public async Task A_kubeconfig_that_cannot_be_used_says_why(string text, string message)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["config"], text, None);
        Assert.Contains(message, Assert.Throws<KubeConfigException>(() => KubeConfig.Load(folder["config"])).Message, StringComparison.Ordinal);
        Assert.Contains("cannot be read", Assert.Throws<KubeConfigException>(() => KubeConfig.Load(folder["missing"])).Message, StringComparison.Ordinal);
    }

    private static async Task<ApiException> FailureOf(HttpTransport transport, string resourceVersion) =>
        await Assert.ThrowsAsync<ApiException>(async () =>
        {
            await foreach (var _ in transport.WatchAsync<Pod>(new ListQuery { ResourceVersion = resourceVersion }, None))
            {
            }
        });

    private static HttpTransport Transport(HttpServer server, HttpTransportOptions? options = null) =>
        new KubeConfig { Server = server.Address, CertificateAuthorityPem = server.AuthorityPem }.CreateTransport(TimeProvider.System, options);

    private static string KubeConfigText(HttpServer server, string certificate) =>
        $$"""
        apiVersion: v1
        kind: Config
        current-context: here
        contexts:
        - name: here
          context: {cluster: c, user: u, namespace: shop}
        clusters:
        - name: c
          cluster:
            server: {{server.Address}}
            certificate-authority-data: {{Base64(server.AuthorityPem)}}
        users:
        - name: u
          user:
            client-certificate-data: {{Base64(certificate)}}
            client-key: key.pem
        """;

    private static string Base64(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text));

    private static string PodJson(string name, int revision) =>
        $$$"""{"kind":"Pod","apiVersion":"v1","metadata":{"name":"{{{name}}}","namespace":"shop","resourceVersion":"{{{revision}}}"}}""";

    private static string Event(string type, string item) => "{\"type\":\"" + type + "\",\"object\":" + item + "}\n";
}

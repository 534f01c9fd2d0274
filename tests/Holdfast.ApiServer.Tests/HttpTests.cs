using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.ApiServer.Tests.Streaming;

namespace Holdfast.ApiServer.Tests;

public sealed class HttpTests
{
    private const string Maps = "/api/v1/namespaces/default/configmaps";
    private const string Map = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"v"}}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Objects_are_made_read_changed_and_deleted()
    {
        await using var server = await RunningServer.StartAsync(Token);
        var (code, created) = await server.SendAsync("POST", Maps, Map);
        Assert.Equal(201, code);
        Assert.NotEmpty(created["metadata"]!["uid"]!.GetValue<string>());
        Assert.Equal(created.ToJsonString(), (await server.SendAsync("GET", Maps + "/a")).Body.ToJsonString());
        var list = (await server.SendAsync("GET", Maps)).Body;
        Assert.Equal("ConfigMapList", list["kind"]!.GetValue<string>());
        Assert.Null(list["items"]![0]!["kind"]);
        Assert.Equal("a", list["items"]![0]!["metadata"]!["name"]!.GetValue<string>());
        var patched = await server.SendAsync("PATCH", Maps + "/a", """{"data":{"k":"w"}}""", "application/merge-patch+json");
        Assert.Equal("w", patched.Body["data"]!["k"]!.GetValue<string>());
        Assert.Equal(200, (await server.SendAsync("DELETE", Maps + "/a")).Code);
        Assert.Equal(404, (await server.SendAsync("GET", Maps + "/a")).Code);
    }

    [Fact]
    public async Task Yaml_is_read_and_aliases_are_bounded()
    {
        await using var server = await RunningServer.StartAsync(Token);
        var (code, body) = await server.SendAsync("POST", Maps, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  k: &x \"1\"\n  l: *x\n", "application/yaml");
        Assert.Equal(201, code);
        Assert.Equal("1", body["data"]!["l"]!.GetValue<string>());
        var bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (var i = 1; i < 9; i++)
            bomb.Append(CultureInfo.InvariantCulture, $"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        Assert.Equal(400, (await server.SendAsync("POST", Maps, bomb.ToString(), "application/yaml")).Code);
    }

    [Theory]
    [InlineData("GET", "/apis/apps/v1/namespaces/default/none", 404)]
    [InlineData("GET", "/api/v1/namespaces/default/nodes/x", 404)]
    [InlineData("GET", "/api/v1/pods/x", 404)]
    [InlineData("POST", "/api/v1/configmaps", 405)]
    [InlineData("PUT", "/api/v1/namespaces/default/configmaps", 405)]
    [InlineData("GET", "/api/v1/namespaces/default/pods?limit=x", 400)]
    [InlineData("GET", "/api/v1/namespaces/default/pods?resourceVersion=-1", 400)]
    [InlineData("GET", "/api/v1/namespaces/default/pods?continue=zzz", 400)]
    [InlineData("GET", "/api/v1/namespaces/a%2Fb/pods", 400)]
    [InlineData("GET", "/api/v1//pods", 400)]
    [InlineData("GET", "/api/v1/namespaces/%2e%2e/pods", 400)]
    [InlineData("POST", "/api/v1/namespaces/default/configmaps", 400)]
    [InlineData("PATCH", "/api/v1/namespaces/default/configmaps/a", 415)]
    [InlineData("GET", "/nothing/here", 404)]
    public async Task What_cannot_be_served_is_refused_and_never_a_failure_of_the_server(string method, string path, int code)
    {
        await using var server = await RunningServer.StartAsync(Token);
        Assert.Equal(code, (await server.SendAsync(method, path, method is "POST" or "PATCH" or "PUT" ? "[[[" : null)).Code);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused()
    {
        await using var server = await RunningServer.StartAsync(Token);
        var body = Map.Replace("\"v\"", "\"" + new string('x', 4 << 20) + "\"", StringComparison.Ordinal);
        Assert.Equal(413, (await server.SendAsync("POST", Maps, body)).Code);
    }

    [Fact]
    public async Task Who_is_not_known_reads_nothing_but_health_and_version()
    {
        await using var server = await RunningServer.StartAsync(Token);
        using var nobody = RunningServer.ClientOf(server.Host);
        Assert.Equal(HttpStatusCode.OK, (await nobody.GetAsync(new Uri("/version", UriKind.Relative), Token)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await nobody.GetAsync(new Uri("/readyz", UriKind.Relative), Token)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await nobody.GetAsync(new Uri("/api", UriKind.Relative), Token)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await nobody.GetAsync(new Uri(Maps, UriKind.Relative), Token)).StatusCode);
        nobody.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "wrong");
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync(new Uri("/version", UriKind.Relative), Token)).StatusCode);
    }

    [Fact]
    public async Task A_client_certificate_of_the_cluster_is_known_and_another_is_not()
    {
        await using var server = await RunningServer.StartAsync(Token);
        var admin = server.Host.AdminCredentials().Certificate;
        using var certificate = X509Certificate2.CreateFromPem(admin.CertificatePem, admin.KeyPem);
        using var known = RunningServer.ClientOf(server.Host, certificate);
        Assert.Equal(HttpStatusCode.OK, (await known.GetAsync(new Uri(Maps, UriKind.Relative), Token)).StatusCode);
        using var key = System.Security.Cryptography.ECDsa.Create();
        using var forged = new CertificateRequest("O=system:masters, CN=kubernetes-admin", key, System.Security.Cryptography.HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue.AddYears(-1));
        using var unknown = RunningServer.ClientOf(server.Host, forged);
        Assert.Equal(HttpStatusCode.Unauthorized, (await unknown.GetAsync(new Uri(Maps, UriKind.Relative), Token)).StatusCode);
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task Keys_and_tokens_are_readable_by_their_owner_alone()
    {
        await using var server = await RunningServer.StartAsync(Token);
        _ = server.Host.AdminCredentials();
        foreach (var file in Directory.GetFiles(Path.Combine(server.Folder, "pki")))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task A_watch_streams_lines_and_ends_when_its_time_is_over()
    {
        await using var server = await RunningServer.StartAsync(Token);
        await server.SendAsync("POST", Maps, Map);
        using var stream = new StreamReader(await server.Http.GetStreamAsync(new Uri(Maps + "?watch=1&timeoutSeconds=3", UriKind.Relative), Token));
        Assert.Equal("ADDED", JsonNode.Parse((await stream.ReadLineAsync(Token))!)!["type"]!.GetValue<string>());
        await server.SendAsync("DELETE", Maps + "/a");
        Assert.Equal("DELETED", JsonNode.Parse((await stream.ReadLineAsync(Token))!)!["type"]!.GetValue<string>());
        Assert.Null(await stream.ReadLineAsync(Token));
    }

    [Fact]
    public async Task A_watch_from_a_revision_that_is_gone_says_so()
    {
        await using var server = await RunningServer.StartAsync(Token);
        for (var i = 0; i < 4200; i += 50)
        {
            await Task.WhenAll(Enumerable.Range(i, 50).Select(n => server.Client.CreateAsync(
                Objects.ConfigMap($"m{n}"), Token)));
        }
        using var stream = new StreamReader(await server.Http.GetStreamAsync(new Uri(Maps + "?watch=1&resourceVersion=2", UriKind.Relative), Token));
        var told = JsonNode.Parse((await stream.ReadLineAsync(Token))!)!;
        Assert.Equal("ERROR", told["type"]!.GetValue<string>());
        Assert.Equal(410, told["object"]!["code"]!.GetValue<int>());
        using var socket = await WatchClient.OpenAsync(server, "?watch=1&resourceVersion=2");
        Assert.Equal(told.ToJsonString(), (await WatchClient.EventAsync(socket)).ToJsonString());
        Assert.Equal(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, await WatchClient.EndAsync(socket));
    }

    [Fact]
    public async Task A_server_that_stops_ends_its_watches_and_does_not_wait_for_them()
    {
        var server = await RunningServer.StartAsync(Token);
        using var stream = new StreamReader(await server.Http.GetStreamAsync(new Uri(Maps + "?watch=1", UriKind.Relative), Token));
        var told = stream.ReadLineAsync(Token).AsTask();
        await server.Host.DisposeAsync();
        Assert.Null(await told.WaitAsync(TimeSpan.FromSeconds(10), Token));
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_log_is_what_the_pods_node_has_of_the_container_asked_for()
    {
        var nodes = new OneLog();
        await using var server = await RunningServer.StartAsync(Token, nodes: nodes);
        await server.Client.CreateAsync(Objects.DefaultAccount(), Token);
        await server.Client.CreateAsync(Objects.Pod("p", "n1"), Token);
        var (code, log) = await server.SendAsync("GET", "/api/v1/namespaces/default/pods/p/log?tailLines=5&timestamps=true");
        Assert.Equal((200, "one\ntwo\n"), (code, log.GetValue<string>()));
        Assert.Equal(new Http.PodLogOptions("c") { TailLines = 5, Timestamps = true }, nodes.Asked);
        Assert.Equal(400, (await server.SendAsync("GET", "/api/v1/namespaces/default/pods/p/log?container=none")).Code);
    }

    [Theory]
    [InlineData("exec?command=sh&stdout=true", "Failed", "cannot exec into a container in a completed pod; current phase is Failed")]
    [InlineData("attach?stdout=true", "Succeeded", "cannot attach a container in a completed pod; current phase is Succeeded")]
    [InlineData("portforward?ports=80", "Failed", "unable to forward port because pod is not running. Current status=Failed")]
    [InlineData("portforward?ports=80", "Pending", "unable to forward port because pod is not running. Current status=Pending")]
    [InlineData("exec?command=sh&stdout=true&container=none", "Running", "container none is not valid for pod p")]
    [InlineData("attach?stdout=true&container=none", "Failed", "container none is not valid for pod p")]
    public async Task A_stream_of_a_pod_that_has_none_is_refused_as_a_bad_request(string asked, string phase, string message)
    {
        await using var server = await RunningServer.StartAsync(Token, nodes: new OneLog());
        await server.Client.CreateAsync(Objects.DefaultAccount(), Token);
        var pod = await server.Client.CreateAsync(Objects.Pod("p", "n1"), Token);
        await server.Client.UpdateStatusAsync(pod with { Status = pod.Status with { Phase = phase } }, Token);
        var (code, refused) = await server.SendAsync("POST", "/api/v1/namespaces/default/pods/p/" + asked, null, "application/json",
            ("Connection", "Upgrade"), ("Upgrade", "SPDY/3.1"), ("X-Stream-Protocol-Version", "v4.channel.k8s.io"));
        Assert.Equal((400, "BadRequest", message), (code, (string)refused["reason"]!, (string)refused["message"]!));
    }

    private sealed class OneLog : Http.INodeProxy
    {
        public Http.PodLogOptions? Asked { get; private set; }

        public Task<Stream> OpenLogAsync(Model.Core.Pod pod, Http.PodLogOptions options, CancellationToken cancellationToken)
        {
            Asked = options;
            return Task.FromResult<Stream>(new MemoryStream("one\ntwo\n"u8.ToArray()));
        }

        public Http.Streaming.IPodCommand PrepareExec(Model.Core.Pod pod, string container, IReadOnlyList<string> command) => throw new NotSupportedException();

        public Http.Streaming.IPodCommand PrepareAttach(Model.Core.Pod pod, string container) => throw new NotSupportedException();

        public Task<Stream> ConnectAsync(Model.Core.Pod pod, int port, CancellationToken cancellationToken) => throw new NotSupportedException();
    }

    [Fact]
    public async Task Somebody_may_ask_what_they_may_do()
    {
        await using var server = await RunningServer.StartAsync(Token);
        const string Review = """{"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview","spec":{"resourceAttributes":{"verb":"create","resource":"pods"}}}""";
        const string Reviews = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
        Assert.True((await server.SendAsync("POST", Reviews, Review)).Body["status"]!["allowed"]!.GetValue<bool>());
        var bob = await server.SendAsync("POST", Reviews, Review, "application/json", ("Impersonate-User", "bob"));
        Assert.Equal(201, bob.Code);
        Assert.False(bob.Body["status"]!["allowed"]!.GetValue<bool>());
    }

    [Fact]
    public async Task State_and_credentials_survive_a_restart()
    {
        await using var server = await RunningServer.StartAsync(Token);
        var again = Security.CertificateAuthority.Open(Path.Combine(server.Folder, "pki"), TimeProvider.System, new Platform.SystemChance());
        Assert.Equal(server.Host.AdminCredentials().AuthorityPem, again.CertificatePem);
        Assert.Equal(server.Host.AdminCredentials().Certificate, again.Client("admin", Security.UserInfo.Administrator));
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Values;
using Holdfast.Testing;

namespace Holdfast.Host.Tests.Streams;

/// <summary>Pods and Services are reached through the API server.</summary>
public sealed class ProxyTests(PodCluster cluster) : IClassFixture<PodCluster>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pod_and_a_service_answer_through_their_proxies()
    {
        await ServeAsync("proxied");
        using var http = Client();
        var told = await TellAsync(http, HttpMethod.Post, "/api/v1/namespaces/default/pods/proxied:8077/proxy/a%2Fb//c?x=1&x=2", "some text");
        Assert.Equal("POST", (string?)told["method"]);
        Assert.Equal("/a%2Fb//c?x=1&x=2", (string?)told["path"]);
        Assert.Equal("some text", (string?)told["body"]);
        Assert.Equal("https", (string?)told["headers"]!["x-forwarded-proto"]);
        Assert.Contains("127.0.0.1", (string?)told["headers"]!["x-forwarded-for"], StringComparison.Ordinal);
        foreach (var (name, port) in new[] { ("proxied", ""), ("proxied", ":80"), ("proxied", ":web"), ("http:proxied", ":web") })
            Assert.Equal("/", (string?)(await TellAsync(http, HttpMethod.Get, $"/api/v1/namespaces/default/services/{name}{port}/proxy/"))["path"]);
        foreach (var method in new[] { HttpMethod.Put, HttpMethod.Patch, HttpMethod.Delete, HttpMethod.Options })
            Assert.Equal(method.Method, (string?)(await TellAsync(http, method, "/api/v1/namespaces/default/services/proxied/proxy/x"))["method"]);
    }

    [Fact]
    public async Task Statuses_and_redirects_come_back_and_lead_below_the_proxy()
    {
        await ServeAsync("redirecting");
        using var http = Client();
        const string root = "/api/v1/namespaces/default/services/redirecting/proxy";
        var bare = await http.GetAsync(new Uri(root + "?q=1", UriKind.Relative), Stop);
        Assert.Equal((HttpStatusCode.MovedPermanently, root + "/?q=1"), (bare.StatusCode, bare.Headers.Location?.OriginalString));
        var moved = await http.GetAsync(new Uri(root + "/elsewhere", UriKind.Relative), Stop);
        Assert.Equal((HttpStatusCode.Found, $"{root}/found?x=1"), (moved.StatusCode, moved.Headers.Location?.PathAndQuery));
        Assert.Equal(418, (int)(await http.GetAsync(new Uri(root + "/teapot", UriKind.Relative), Stop)).StatusCode);
    }

    [Fact]
    public async Task What_cannot_be_reached_is_said_as_upstream_says_it()
    {
        await CreateServiceAsync("empty");
        await CreateServiceAsync("dead");
        await cluster.RunPodAsync("dead", "while :; do sleep 0.2; done");
        using var http = Client();
        Assert.Equal((503, "no endpoints available for service \"empty:80\""), await RefusalAsync(http, "services/empty:80/proxy/"));
        Assert.Equal((404, "services \"none\" not found"), await RefusalAsync(http, "services/none/proxy/"));
        Assert.Equal((404, "pods \"none\" not found"), await RefusalAsync(http, "pods/none:1/proxy/"));
        Assert.Equal((400, "invalid service request \"ftp:x:1\""), await RefusalAsync(http, "services/ftp:x:1/proxy/"));
        var (code, message) = await RefusalAsync(http, "pods/dead:9/proxy/");
        Assert.Equal(503, code);
        Assert.StartsWith("error trying to reach service: ", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Endpoints_that_are_no_pod_of_the_cluster_cannot_reach_this_machine()
    {
        await CreateServiceAsync("inward", hasSelector: false);
        await cluster.Cluster.Client.CreateAsync(new Model.Discovery.EndpointSlice
        {
            Metadata = new ObjectMeta { Namespace = "default", Name = "inward-1", Labels = ValueMap.Of(("kubernetes.io/service-name", "inward")) },
            AddressType = "IPv4",
            Ports = [new Model.Discovery.EndpointPort { Name = "web", Port = 22, Protocol = "TCP" }],
            Endpoints = [new Model.Discovery.Endpoint { Addresses = ["127.0.0.1"] }],
        }, Stop);
        using var http = Client();
        var (code, message) = await RefusalAsync(http, "services/inward/proxy/");
        Assert.Equal(400, code);
        Assert.Contains("address not allowed", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_upgraded_connection_passes_through()
    {
        await ServeAsync("upgraded");
        using var tcp = new TcpClient();
        await tcp.ConnectAsync("127.0.0.1", cluster.Cluster.Server.Port, Stop);
#pragma warning disable CA5359 // What is looked at here is the upgrade, not the certificate.
        await using var tls = new SslStream(tcp.GetStream(), false, static (_, _, _, _) => true);
#pragma warning restore CA5359
        await tls.AuthenticateAsClientAsync("127.0.0.1", [cluster.Administrator()], checkCertificateRevocation: false);
        await tls.WriteAsync(Encoding.ASCII.GetBytes(
            "GET /api/v1/namespaces/default/pods/upgraded:8077/proxy/up HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"), Stop);
        using var reader = new StreamReader(tls, Encoding.ASCII, leaveOpen: true);
        Assert.Contains("101", await reader.ReadLineAsync(Stop), StringComparison.Ordinal);
        while (await reader.ReadLineAsync(Stop) is { Length: > 0 })
        {
        }
        await tls.WriteAsync("ping\n"u8.ToArray(), Stop);
        Assert.Equal("ping", await reader.ReadLineAsync(Stop));
    }

    [Fact]
    public async Task Kubectl_proxy_and_get_raw_lead_to_pods()
    {
        await ServeAsync("raw");
        var raw = await cluster.KubectlAsync("", [], "get", "--raw", "/api/v1/namespaces/default/services/raw:web/proxy/hello");
        Assert.True(raw.Code == 0, raw.Errors);
        Assert.Equal("/hello", (string?)JsonNode.Parse(raw.Output)!["path"]);
        using var process = cluster.Kubectl([], "proxy", "--port=0");
        try
        {
            var line = await process.StandardOutput.ReadLineAsync(Stop) ?? "";
            Assert.StartsWith("Starting to serve on 127.0.0.1:", line, StringComparison.Ordinal);
            using var http = new HttpClient { BaseAddress = new Uri($"http://{line.Split(' ')[^1]}") };
            var answer = await http.GetStringAsync(new Uri("/api/v1/namespaces/default/services/raw/proxy/through?y=2", UriKind.Relative), Stop);
            Assert.Equal("/through?y=2", (string?)JsonNode.Parse(answer)!["path"]);
        }
        finally
        {
            process.Kill();
        }
    }

    [Fact]
    public async Task The_method_says_which_verb_is_needed()
    {
        await ServeAsync("guarded");
        var account = await cluster.KubectlAsync("", [], "create", "serviceaccount", "reader");
        Assert.True(account.Code == 0, account.Errors);
        await Granted("create", "role", "proxy-reader", "--verb=get", "--resource=services/proxy");
        await Granted("create", "rolebinding", "proxy-reader", "--role=proxy-reader", "--serviceaccount=default:reader");
        const string path = "/api/v1/namespaces/default/services/guarded/proxy/";
        using var http = Client((await cluster.KubectlAsync("", [], "create", "token", "reader")).Output.Trim());
        await Eventually.HoldsAsync("the service has endpoints", async () => (await http.GetAsync(new Uri(path, UriKind.Relative), Stop)).IsSuccessStatusCode, PodCluster.Deadline, Stop);
        using var posted = await http.PostAsync(new Uri(path, UriKind.Relative), new StringContent(""), Stop);
        Assert.Equal(HttpStatusCode.Forbidden, posted.StatusCode);
        Assert.Contains("cannot create resource \\\"services/proxy\\\"", await posted.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);

        async Task Granted(params string[] arguments)
        {
            var outcome = await cluster.KubectlAsync("", [], arguments);
            Assert.True(outcome.Code == 0, outcome.Errors);
        }
    }

    private async Task ServeAsync(string name)
    {
        Assert.True(File.Exists("/usr/bin/python3"), "python3, which serves in this test, is not at /usr/bin/python3; ./test installs it where it may");
        var script = cluster.Folder[name + ".py"];
        File.Copy(Path.Combine(AppContext.BaseDirectory, "proxied.py"), script);
        await CreateServiceAsync(name);
        await cluster.RunPodAsync(name, $"exec /usr/bin/python3 {script} 8077");
        using var http = Client();
        await Eventually.HoldsAsync($"service {name} answers through its proxy",
            async () => (await http.GetAsync(new Uri($"/api/v1/namespaces/default/services/{name}/proxy/ready", UriKind.Relative), Stop)).IsSuccessStatusCode, PodCluster.Deadline, Stop);
    }

    private Task<Service> CreateServiceAsync(string name, bool hasSelector = true) => cluster.Cluster.Client.CreateAsync(new Service
    {
        Metadata = new ObjectMeta { Namespace = "default", Name = name },
        Spec = new ServiceSpec
        {
            Selector = hasSelector ? ValueMap.Of(("app", name)) : ValueMap.Of<string>(),
            Ports = [new ServicePort { Name = "web", Port = 80, TargetPort = 8077 }],
        },
    }, Stop);

    private static async Task<JsonNode> TellAsync(HttpClient http, HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(http.BaseAddress + path[1..], new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }))
        {
            Content = body is null ? null : new StringContent(body),
        };
        using var response = await http.SendAsync(request, Stop);
        var text = await response.Content.ReadAsStringAsync(Stop);
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }

    private static async Task<(int Code, string? Message)> RefusalAsync(HttpClient http, string path)
    {
        using var response = await http.GetAsync(new Uri("/api/v1/namespaces/default/" + path, UriKind.Relative), Stop);
        return ((int)response.StatusCode, (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync(Stop))!["message"]);
    }

    private HttpClient Client(string? token = null)
    {
        var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = static (_, _, _, _) => true, AllowAutoRedirect = false };
        if (token is null)
            handler.ClientCertificates.Add(cluster.Administrator());
        var http = new HttpClient(handler) { BaseAddress = cluster.Cluster.Server, Timeout = TimeSpan.FromSeconds(30) };
        if (token is not null)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.ApiServer.Tests.Fuzzing;
using Holdfast.Testing;

namespace Holdfast.ApiServer.Tests.Bounds;

/// <summary>What is too much, too slow or in the wrong place is refused as Kubernetes refuses it.</summary>
public sealed class RequestBoundsTests(SharedServer shared)
{
    private const string Maps = "/api/v1/namespaces/default/configmaps";
    private const string Map = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"v"}}""";
    private const string Late = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"late"}}""";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, int, string> Refused => new()
    {
        // Paths that somebody could read in another way.
        { "GET", "/api/v1/namespaces/a%2Fb/pods", 400, "BadRequest" },
        { "GET", "/api/v1/namespaces/a%252Fb/pods", 400, "BadRequest" },
        { "GET", "/api/v1/namespaces/%2e%2e/pods", 400, "BadRequest" },
        { "GET", "/api/v1/namespaces/./pods", 400, "BadRequest" },
        { "GET", "/api/v1/namespaces/default/pods/../secrets/x", 400, "BadRequest" },
        { "GET", "/api/v1//pods", 400, "BadRequest" },
        { "GET", "//api/v1/pods", 400, "BadRequest" },
        { "GET", "/api/v1/namespaces/a%00b/pods", 400, "BadRequest" },
        { "GET", "/api/v1/namespaces/a%0ab/pods", 400, "BadRequest" },
        { "GET", "/api/v1/namespaces/%C0%AF/pods", 400, "BadRequest" },
        { "GET", "/api/v1/namespaces/%ED%A0%80/pods", 400, "BadRequest" },
        { "GET", "/api/v1/namespaces/a\\b/pods", 400, "BadRequest" },
        { "GET", "/healthz/..%2fapi", 400, "BadRequest" },
        // Wrong scopes and types.
        { "POST", "/api/v1/configmaps", 405, "MethodNotAllowed" },
        { "DELETE", "/api/v1/configmaps", 405, "MethodNotAllowed" },
        { "GET", "/api/v1/configmaps/a", 404, "NotFound" },
        { "PUT", "/api/v1/configmaps/a", 404, "NotFound" },
        { "PATCH", "/api/v1/pods/a/status", 404, "NotFound" },
        { "POST", "/api/v1/namespaces/default/nodes", 404, "NotFound" },
        { "GET", "/api/v1/namespaces/default/persistentvolumes", 404, "NotFound" },
        { "GET", "/apis/apps/v1/namespaces/default/pods", 404, "NotFound" },
        { "GET", "/api/v1/namespaces/default/statefulsets", 404, "NotFound" },
        { "GET", "/api/v1/namespaces/default/pods,services", 404, "NotFound" },
        { "GET", "/apis/apps/v1beta1/namespaces/default/statefulsets", 404, "" },
        { "GET", "/api/v1/namespaces/default/configmaps/a/status", 404, "NotFound" },
        { "GET", "/api/v1/namespaces/default/pods/a/none", 404, "NotFound" },
        // Methods.
        { "OPTIONS", Maps, 405, "MethodNotAllowed" },
        { "TRACE", Maps, 405, "MethodNotAllowed" },
        { "PROPFIND", Maps, 405, "MethodNotAllowed" },
        { "LIST", Maps, 405, "MethodNotAllowed" },
        { "PUT", Maps, 405, "MethodNotAllowed" },
        { "PATCH", Maps, 405, "MethodNotAllowed" },
        { "POST", Maps + "/a", 405, "MethodNotAllowed" },
        { "POST", "/version", 405, "MethodNotAllowed" },
        { "OPTIONS", "/api", 405, "MethodNotAllowed" },
        { "POST", "/apis/apps/v1", 405, "MethodNotAllowed" },
        { "GET", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", 405, "MethodNotAllowed" },
        // Options.
        { "GET", Maps + "?timeout=soon", 400, "BadRequest" },
        { "GET", Maps + "?timeout=1", 400, "BadRequest" },
        { "GET", Maps + "?limit=1.5", 400, "BadRequest" },
        { "GET", Maps + "?continue=aDIKMQphCmI", 400, "BadRequest" },
        { "GET", Maps + "?continue=aDEKMQphCmI%3D%3D%3D", 400, "BadRequest" },
        { "GET", Maps + "?labelSelector=%28%28", 400, "BadRequest" },
        { "GET", Maps + "?fieldSelector=data.k%3Dv", 400, "BadRequest" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_cannot_be_served_is_refused_with_a_status(string method, string path, int code, string reason)
    {
        var server = shared.Running;
        await using var connection = new RawConnection(server.Host.Address, server.Host.AdminCredentials().Token);
        var request = new FuzzRequest(method, path, method is "POST" or "PUT" or "PATCH" ? Encoding.UTF8.GetBytes(Map) : []) { Headers = [("Content-Type", "application/json")] };
        var (answered, body) = await connection.SendAsync(request, Token);
        Assert.True(code == answered, $"{answered} {body}");
        if (reason.Length == 0)
            return;
        var status = JsonNode.Parse(body)!;
        Assert.Equal(("Status", "Failure", reason, code), ((string)status["kind"]!, (string)status["status"]!, (string)status["reason"]!, (int)status["code"]!));
    }

    [Fact]
    public async Task Health_may_be_asked_for_without_its_text_and_resources_may_not()
    {
        var server = shared.Running;
        await using var connection = new RawConnection(server.Host.Address, server.Host.AdminCredentials().Token);
        Assert.Equal(200, (await connection.SendAsync(new FuzzRequest("HEAD", "/healthz", []), Token)).Code);
        Assert.Equal(405, (await connection.SendAsync(new FuzzRequest("HEAD", Maps, []), Token)).Code);
    }

    [Theory]
    [InlineData("POST", "text/plain", 415)]
    [InlineData("POST", "application/merge-patch+json", 415)]
    [InlineData("POST", "///", 415)]
    [InlineData("PATCH", "application/json", 415)]
    [InlineData("PATCH", "application/vnd.kubernetes.protobuf", 415)]
    public async Task A_body_of_an_unknown_form_is_refused(string method, string type, int code)
    {
        var server = shared.Running;
        await using var connection = new RawConnection(server.Host.Address, server.Host.AdminCredentials().Token);
        var path = method == "POST" ? Maps : Maps + "/a";
        Assert.Equal(code, (await connection.SendAsync(new FuzzRequest(method, path, Encoding.UTF8.GetBytes(Map)) { Headers = [("Content-Type", type)] }, Token)).Code);
    }

    [Fact]
    public async Task What_a_client_cannot_take_is_not_made_for_it()
    {
        var server = shared.Running;
        var (code, body) = await server.SendAsync("GET", Maps, null, "application/json", ("Accept", "text/html"));
        Assert.Equal((406, "NotAcceptable"), (code, (string)body["reason"]!));
    }

    [Fact]
    public async Task Headers_and_queries_have_bounds()
    {
        var server = shared.Running;
        async Task AnswersAsync(int code, FuzzRequest request)
        {
            await using var connection = new RawConnection(server.Host.Address, server.Host.AdminCredentials().Token);
            var (answered, body) = await connection.SendAsync(request, Token);
            Assert.Equal(code, answered);
            var status = JsonNode.Parse(body)!;
            Assert.Equal(("Status", code), ((string)status["kind"]!, (int)status["code"]!));
        }

        var get = new FuzzRequest("GET", Maps, []);
        foreach (var length in new[] { 70_000, 200_000 })
            await AnswersAsync(431, get.With("X-Long", new string('x', length)));
        foreach (var count in new[] { 150, 300 })
            await AnswersAsync(431, get with { Headers = [.. Enumerable.Range(0, count).Select(number => ($"X-{number}", "y"))] });
        foreach (var length in new[] { 17_000, 40_000, 200_000 })
            await AnswersAsync(414, get with { Query = [("labelSelector", new string('x', length))] });
        await AnswersAsync(400, get with { Query = [.. Enumerable.Range(0, 300).Select(number => ($"a{number}", "1"))] });
        await AnswersAsync(400, get.With("X Odd", "y"));
    }

    [Theory]
    [InlineData("[", "]", 5000)]
    [InlineData("{\"a\":", "}", 5000)]
    public async Task Deep_objects_are_refused(string opening, string closing, int depth)
    {
        var server = shared.Running;
        var deep = string.Concat(Enumerable.Repeat(opening, depth)) + "1" + string.Concat(Enumerable.Repeat(closing, depth));
        Assert.Equal(400, (await server.SendAsync("POST", Maps, $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"deep"},"data":{{deep}} }""")).Code);
        await server.SendAsync("POST", Maps, """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"shallow"}}""");
        Assert.Equal(400, (await server.SendAsync("PATCH", Maps + "/shallow", $$"""{"data":{{deep}} }""", "application/merge-patch+json")).Code);
        Assert.Equal(400, (await server.SendAsync("POST", Maps, deep, "application/yaml")).Code);
    }

    [Fact]
    public async Task A_small_text_of_very_many_values_is_refused_and_a_long_text_is_not()
    {
        var server = shared.Running;
        var many = "[" + string.Join(',', Enumerable.Repeat("1", 300_001)) + "]";
        var (code, body) = await server.SendAsync("PATCH", Maps + "/a", $$"""{"data":{{many}} }""", "application/merge-patch+json");
        Assert.Equal((400, "the body has more than 300000 values"), (code, (string)body["message"]!));
        Assert.Equal(400, (await server.SendAsync("POST", Maps, $$"""{"apiVersion":"v1","kind":"ConfigMap","data":{{many}} }""")).Code);
        var commas = new string(',', 400_000);
        Assert.Equal(201, (await server.SendAsync("POST", Maps, $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"commas"},"data":{"k":"{{{commas}}}"}}""")).Code);
    }

    [Theory]
    [InlineData("\\ud800", "\uFFFD")]
    [InlineData("\\udc00\\ud800x", "\uFFFD\uFFFDx")]
    [InlineData("\\ud83d\\ude00", "\ud83d\ude00")]
    [InlineData("\\\\ud800", "\\ud800")]
    public async Task Text_that_is_half_a_character_is_mended_as_kubernetes_mends_it(string sent, string stored)
    {
        await using var server = await RunningServer.StartAsync(Token);
        var body = Map.Replace("\"v\"", $"\"{sent}\"", StringComparison.Ordinal);
        var (code, created) = await server.SendAsync("POST", Maps, body);
        Assert.Equal((201, stored), (code, (string)created["data"]!["k"]!));
        foreach (var (patch, type) in new[]
        {
            ($$$"""{"data":{"m":"{{{sent}}}"}}""", "application/merge-patch+json"), ($$$"""{"data":{"s":"{{{sent}}}"}}""", "application/strategic-merge-patch+json"),
            ($$"""[{"op":"add","path":"/data/j","value":"{{sent}}"}]""", "application/json-patch+json"),
        })
            Assert.Equal(200, (await server.SendAsync("PATCH", Maps + "/a", patch, type)).Code);
        var data = (await server.SendAsync("GET", Maps + "/a")).Body["data"]!;
        Assert.All(["k", "m", "s", "j"], key => Assert.Equal(stored, (string)data[key]!));
    }

    [Fact]
    public async Task A_patch_of_too_many_operations_is_refused()
    {
        var server = shared.Running;
        await server.SendAsync("POST", Maps, Map);
        var patch = "[" + string.Join(',', Enumerable.Repeat("""{"op":"test","path":"/kind","value":"ConfigMap"}""", 10_001)) + "]";
        Assert.Equal(413, (await server.SendAsync("PATCH", Maps + "/a", patch, "application/json-patch+json")).Code);
    }

    [Fact]
    public async Task A_request_that_takes_longer_than_it_wants_is_told_so()
    {
        await using var server = await RunningServer.StartAsync(Token, set: options => options with { Bounds = new RequestBounds { ReadingSeats = 1, RequestTimeout = TimeSpan.FromSeconds(30) } });
        using var held = await HoldSeatAsync(server);
        var (code, body) = await server.SendAsync("GET", Maps + "?timeout=100ms");
        Assert.Equal((504, "Timeout", "Timeout: request did not complete within requested timeout - context deadline exceeded"), (code, (string)body["reason"]!, (string)body["message"]!));
    }

    [Theory]
    [InlineData("GET", Maps)]
    [InlineData("PUT", Maps + "/late")]
    public async Task A_request_whose_time_ends_while_it_is_answered_gets_a_whole_answer(string method, string path)
    {
        var server = shared.Running;
        await server.SendAsync("POST", Maps, Late);
        var body = method == "GET" ? [] : Encoding.UTF8.GetBytes(Late);
        var request = new FuzzRequest(method, path, body) { Query = [("timeout", "1us")], Headers = [("Content-Type", "application/json")] };
        var codes = new ConcurrentBag<int>();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            await using var connection = new RawConnection(server.Host.Address, server.Host.AdminCredentials().Token);
            for (var sent = 0; sent < 1000; sent++)
                codes.Add((await connection.SendAsync(request, Token)).Code);
        }));
        Assert.Equal([], codes.Distinct().Except([200, 504]));
    }

    [Fact]
    public async Task When_too_many_wait_the_rest_come_again_later_and_health_is_told_all_the_same()
    {
        await using var server = await RunningServer.StartAsync(Token, set: options => options with { Bounds = new RequestBounds { ReadingSeats = 1, WaitingPerFlow = 1 } });
        using var held = await HoldSeatAsync(server);
        var waiting = server.SendAsync("GET", Maps);
        await Eventually.HoldsAsync("one waits", () => server.Host.Load.Requests == 2, Soon, Token);
        using var answer = await server.Http.GetAsync(new Uri(Maps, UriKind.Relative), Token);
        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter!.Delta);
        Assert.Equal("TooManyRequests", (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync(Token))!["reason"]!);
        Assert.Equal(200, (await server.SendAsync("GET", "/readyz")).Code);
        Assert.Equal(201, (await server.SendAsync("POST", Maps, Map)).Code);
        held.Dispose();
        Assert.Equal(200, (await waiting).Code);
    }

    [Fact]
    public async Task Watches_are_counted_and_end_their_count_when_their_client_leaves()
    {
        await using var server = await RunningServer.StartAsync(Token, set: options => options with { Bounds = new RequestBounds { WatchesPerUser = 2 } });
        var open = new List<Stream>();
        for (var number = 0; number < 2; number++)
            open.Add(await server.Http.GetStreamAsync(new Uri(Maps + "?watch=1", UriKind.Relative), Token));
        var (code, body) = await server.SendAsync("GET", Maps + "?watch=1");
        Assert.Equal((429, "TooManyRequests"), (code, (string)body["reason"]!));
        foreach (var stream in open)
            await stream.DisposeAsync();
        await Eventually.HoldsAsync("no watch is open", () => server.Host.Load == (0, 0), Soon, Token);
    }

    [Fact]
    public async Task A_watcher_that_reads_nothing_is_cut_and_others_are_not_held_up()
    {
        await using var server = await RunningServer.StartAsync(Token, set: options => options with { Bounds = new RequestBounds { WatchStall = TimeSpan.FromMilliseconds(300) } });
        using var silent = await server.Http.SendAsync(new HttpRequestMessage(HttpMethod.Get, Maps + "?watch=1"), HttpCompletionOption.ResponseHeadersRead, Token);
        using var other = new StreamReader(await server.Http.GetStreamAsync(new Uri(Maps + "?watch=1", UriKind.Relative), Token));
        Assert.Equal(2, server.Host.Load.Watches);
        var text = new string('x', 500_000);
        for (var number = 0; number < 40; number++)
        {
            await server.Client.CreateAsync(Objects.ConfigMap($"m{number}", ("k", text)), Token);
            Assert.Contains($"\"m{number}\"", await other.ReadLineAsync(Token), StringComparison.Ordinal);
        }
        await Eventually.HoldsAsync("the silent watcher is cut", () => server.Host.Load.Watches == 1, Soon, Token);
    }

    [Fact]
    public async Task A_watch_below_the_old_path_and_by_a_name_is_a_watch_of_that_object()
    {
        await using var server = await RunningServer.StartAsync(Token);
        await server.SendAsync("POST", Maps, Map);
        await server.SendAsync("POST", Maps, Map.Replace("\"a\"", "\"b\"", StringComparison.Ordinal));
        using var stream = new StreamReader(await server.Http.GetStreamAsync(new Uri("/api/v1/watch/namespaces/default/configmaps/b?timeoutSeconds=1", UriKind.Relative), Token));
        Assert.Contains("\"name\":\"b\"", await stream.ReadLineAsync(Token), StringComparison.Ordinal);
        Assert.Null(await stream.ReadLineAsync(Token));
    }

    // A watch that cannot hand over what is there has its seat until it can.
    private static async Task<IDisposable> HoldSeatAsync(RunningServer server)
    {
        var text = new string('x', 900_000);
        for (var number = 0; number < 8; number++)
            await server.Client.CreateAsync(Objects.ConfigMap($"large{number}", ("k", text)), Token);
        using var request = new HttpRequestMessage(HttpMethod.Get, Maps + "?watch=1");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", server.Host.AdminCredentials().Token);
        var held = RunningServer.ClientOf(server.Host);
        var answer = await held.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        await Eventually.HoldsAsync("the watch has a seat", () => server.Host.Load == (1, 1), Soon, Token);
        return new Held(held, answer);
    }

    private sealed class Held(HttpClient client, HttpResponseMessage answer) : IDisposable
    {
        public void Dispose()
        {
            answer.Dispose();
            client.Dispose();
        }
    }
}

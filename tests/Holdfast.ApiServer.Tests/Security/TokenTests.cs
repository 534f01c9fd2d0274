using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Holdfast.Client;
using Holdfast.Model.Authentication;
using Holdfast.Model.Core;
using UserInfo = Holdfast.ApiServer.Security.UserInfo;

namespace Holdfast.ApiServer.Tests;

/// <summary>The tokens of service accounts: what they say, who takes them, and when they no longer hold.</summary>
public sealed class TokenTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_stands_for_its_account_until_its_pod_is_gone()
    {
        await using var server = await StartAsync();
        var pod = await server.Client.CreateAsync(Objects.Pod("p"), Token);
        var token = await RequestAsync(server.Client, pod);
        Assert.Equal("system:serviceaccount:default:default", await WhoAsync(server, token));
        await server.Client.DeleteAsync<Pod>("default", "p", null, Token);
        Assert.Null(await server.Client.FindAsync<Pod>("default", "p", Token));
        await server.Client.CreateAsync(Objects.Pod("p"), Token);
        Assert.Null(await WhoAsync(server, token));
    }

    [Theory]
    [InlineData("\"name\":\"other\"", "metadata.name: Invalid value: \"other\": must match the service account name if specified")]
    [InlineData("\"namespace\":\"other\"", "metadata.namespace: Invalid value: \"other\": must match the service account namespace if specified")]
    public async Task A_request_that_names_another_account_gets_no_token(string metadata, string words)
    {
        await using var server = await StartAsync();
        const string Path = "/api/v1/namespaces/default/serviceaccounts/default/token";
        var body = """{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","metadata":{@},"spec":{}}""".Replace("@", metadata, StringComparison.Ordinal);
        var (code, refusal) = await server.SendAsync("POST", Path, body);
        Assert.Equal(422, code);
        Assert.Equal($"TokenRequest.authentication.k8s.io \"default\" is invalid: {words}", (string)refusal["message"]!);
    }

    [Fact]
    public async Task A_token_ends_with_its_account_its_secret_and_its_time()
    {
        var time = new ShiftedTime();
        await using var server = await RunningServer.StartAsync(Token, set: options => options with { Time = time });
        await server.Client.CreateAsync(Objects.DefaultAccount(), Token);
        await server.Client.CreateAsync(Secret.Empty with { Metadata = Objects.Meta("s") }, Token);
        var ofAccount = await RequestAsync(server.Client, null);
        var request = TokenRequest.Empty with { Spec = TokenRequestSpec.Empty with { BoundObjectRef = BoundObjectReference.Empty with { ApiVersion = "v1", Kind = "Secret", Name = "s" } } };
        var ofSecret = ((TokenRequest)(await server.Client.PostAsync<ServiceAccount>("default", "default", "token", request, Token)).Object!).Status.Token;
        Assert.NotNull(await WhoAsync(server, ofSecret));
        await server.Client.DeleteAsync<Secret>("default", "s", null, Token);
        Assert.Null(await WhoAsync(server, ofSecret));
        time.Forward(TimeSpan.FromMinutes(59));
        Assert.NotNull(await WhoAsync(server, ofAccount, time));
        time.Forward(TimeSpan.FromMinutes(2));
        Assert.Null(await WhoAsync(server, ofAccount, time));
        var again = await RequestAsync(server.Client, null);
        Assert.NotNull(await WhoAsync(server, again, time));
        await server.Client.DeleteAsync<ServiceAccount>("default", "default", null, Token);
        await server.Client.CreateAsync(Objects.DefaultAccount(), Token);
        Assert.Null(await WhoAsync(server, again, time));
    }

    [Fact]
    public async Task A_token_may_come_among_the_protocols_of_a_socket()
    {
        await using var server = await StartAsync();
        const string Path = "/api/v1/namespaces/default/configmaps";
        using var http = RunningServer.ClientOf(server.Host);
        foreach (var (token, isSocket, code) in new[] { (server.Host.AdminCredentials().Token, true, 200), ("wrong", true, 401), (server.Host.AdminCredentials().Token, false, 403) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Path, UriKind.Relative));
            if (isSocket)
            {
                request.Headers.TryAddWithoutValidation("Connection", "Upgrade");
                request.Headers.TryAddWithoutValidation("Upgrade", "websocket");
            }
            var encoded = System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(token));
            request.Headers.TryAddWithoutValidation("Sec-WebSocket-Protocol", $"v5.channel.k8s.io, base64url.bearer.authorization.k8s.io.{encoded}");
            using var answer = await http.SendAsync(request, Token);
            Assert.Equal(code, (int)answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_changed_token_is_nobodys()
    {
        await using var server = await StartAsync();
        var token = await RequestAsync(server.Client, null);
        Assert.NotNull(await WhoAsync(server, token));
        Assert.Null(await WhoAsync(server, token[..^6] + (token[^6] == 'A' ? 'B' : 'A') + token[^5..]));
        Assert.Null(await WhoAsync(server, token[..token.LastIndexOf('.')] + "."));
    }

    [Fact]
    public async Task A_token_for_another_audience_is_not_taken()
    {
        await using var server = await StartAsync();
        var answer = await server.SendAsync("POST", "/api/v1/namespaces/default/serviceaccounts/default/token",
            """{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"audiences":["vault"]}}""");
        Assert.Equal(201, answer.Code);
        var token = answer.Body["status"]!["token"]!.GetValue<string>();
        Assert.Null(await WhoAsync(server, token));
        var review = new JsonObject
        {
            ["apiVersion"] = "authentication.k8s.io/v1",
            ["kind"] = "TokenReview",
            ["spec"] = new JsonObject { ["token"] = token, ["audiences"] = new JsonArray("vault", "other") },
        };
        var reviewed = (await server.SendAsync("POST", "/apis/authentication.k8s.io/v1/tokenreviews", review.ToJsonString())).Body["status"]!;
        Assert.True(reviewed["authenticated"]!.GetValue<bool>());
        Assert.Equal("vault", Assert.Single(reviewed["audiences"]!.AsArray())!.GetValue<string>());
    }

    [Theory]
    [InlineData(599, "may not specify a duration less than 10 minutes")]
    [InlineData((1L << 32) + 1, "may not specify a duration larger than 2^32 seconds")]
    public async Task A_lifetime_has_bounds(long seconds, string problem)
    {
        await using var server = await StartAsync();
        var (code, body) = await server.SendAsync("POST", "/api/v1/namespaces/default/serviceaccounts/default/token",
            $$"""{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"expirationSeconds": {{seconds}} } }""");
        Assert.Equal(422, code);
        Assert.Contains(problem, body["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_gets_tokens_for_its_own_pods_alone()
    {
        await using var server = await StartAsync();
        foreach (var name in new[] { "n1", "n2" })
            await server.Client.CreateAsync(Node.Empty with { Metadata = Objects.Meta(name, "") }, Token);
        var own = await server.Client.CreateAsync(Objects.Pod("own", "n1"), Token);
        var other = await server.Client.CreateAsync(Objects.Pod("other", "n2"), Token);
        var node = new KubernetesClient(server.Host.InProcess(UserInfo.Node("n1")), "n1");
        Assert.NotEmpty(await RequestAsync(node, own));
        Assert.Equal(403, (await Assert.ThrowsAsync<ApiException>(() => RequestAsync(node, other))).Code);
        Assert.Equal(403, (await Assert.ThrowsAsync<ApiException>(() => RequestAsync(node, null))).Code);
    }

    [Fact]
    public async Task The_key_is_its_owners_alone_and_outlives_a_restart()
    {
        await using var server = await StartAsync();
        var path = Path.Combine(server.Folder, "pki", "service-accounts.key");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        using var again = ApiServer.Security.Tokens.TokenSigner.Open(Path.Combine(server.Folder, "pki"));
        Assert.NotNull(again.Verify(await RequestAsync(server.Client, null)));
    }

    private static async Task<RunningServer> StartAsync()
    {
        var server = await RunningServer.StartAsync(Token);
        await server.Client.CreateAsync(Objects.DefaultAccount(), Token);
        return server;
    }

    private static async Task<string> RequestAsync(KubernetesClient client, Pod? pod)
    {
        var request = TokenRequest.Empty with
        {
            Spec = TokenRequestSpec.Empty with
            {
                BoundObjectRef = pod is null ? null : BoundObjectReference.Empty with { ApiVersion = "v1", Kind = "Pod", Name = pod.Metadata.Name, Uid = pod.Metadata.Uid },
            },
        };
        var answer = await client.PostAsync<ServiceAccount>("default", "default", "token", request, Token);
        return ((TokenRequest)answer.Object!).Status.Token;
    }

    private static async Task<string?> WhoAsync(RunningServer server, string token, TimeProvider? time = null)
    {
        using var http = RunningServer.ClientOf(server.Host, time: time);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var body = new StringContent("""{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}""", MediaTypeHeaderValue.Parse("application/json"));
        using var answer = await http.PostAsync(new Uri("/apis/authentication.k8s.io/v1/selfsubjectreviews", UriKind.Relative), body, Token);
        var text = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Token))!;
        return (int)answer.StatusCode == 401 ? null : text["status"]!["userInfo"]!["username"]!.GetValue<string>();
    }
}

using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Holdfast.ApiServer.Security.Audit;
using Holdfast.ApiServer.Tests.Webhooks;
using Holdfast.Testing;

namespace Holdfast.ApiServer.Tests;

/// <summary>The log of who asked for what.</summary>
public sealed class AuditTests
{
    private const string Maps = "/api/v1/namespaces/default/configmaps";
    private const string Secrets = "/api/v1/namespaces/default/secrets";
    private const string Secret = """{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"stringData":{"password":"tell-nobody"}}""";
    private const string Claim = """{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"c"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_request_is_told_of_with_who_what_and_how_it_ended()
    {
        await using var server = await RunningServer.StartAsync(Token);
        await server.SendAsync("GET", Maps + "?limit=5", null, "application/json", ("User-Agent", "tests/1"), ("Audit-ID", "mine-1"));
        await server.SendAsync("GET", Maps, null, "application/json", ("Impersonate-User", "bob"));
        await server.SendAsync("GET", "/nothing");
        using (var nobody = RunningServer.ClientOf(server.Host))
        {
            nobody.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "wrong-token");
            await nobody.GetAsync(new Uri(Maps, UriKind.Relative), Token);
        }
        await server.SendAsync("POST", "/api/v1/namespaces/default/pods/none/exec?command=sh");
        var lines = await LinesAsync(server, 5);
        var list = lines[0];
        Assert.Equal(("audit.k8s.io/v1", "Event", "Metadata", "ResponseComplete", "list", "mine-1", "/api/v1/namespaces/default/configmaps?limit=5"),
            (Text(list, "apiVersion"), Text(list, "kind"), Text(list, "level"), Text(list, "stage"), Text(list, "verb"), Text(list, "auditID"), Text(list, "requestURI")));
        Assert.Equal(("kubernetes-admin", "tests/1", "127.0.0.1", 200), ((string)list["user"]!["username"]!, Text(list, "userAgent"), (string)list["sourceIPs"]![0]!, Code(list)));
        Assert.Equal("""{"resource":"configmaps","namespace":"default","apiVersion":"v1"}""", list["objectRef"]!.ToJsonString());
        Assert.Equal(("bob", 403, "forbid"), ((string)lines[1]["impersonatedUser"]!["username"]!, Code(lines[1]), (string)lines[1]["annotations"]!["authorization.k8s.io/decision"]!));
        Assert.Equal(404, Code(lines[2]));
        Assert.Equal((401, "Unauthorized"), (Code(lines[3]), (string)lines[3]["responseStatus"]!["reason"]!));
        Assert.Equal(("create", "exec", 404), (Text(lines[4], "verb"), (string)lines[4]["objectRef"]!["subresource"]!, Code(lines[4])));
        Assert.DoesNotContain("wrong-token", string.Join('\n', lines.Select(line => line.ToJsonString())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_clusters_own_parts_write_is_told_and_what_they_are_refused()
    {
        await using var server = await RunningServer.StartAsync(Token);
        var node = new Client.KubernetesClient(server.Host.InProcess(Security.UserInfo.Node("n1")), "kubelet");
        await node.CreateAsync(new Model.Core.Node { Metadata = Objects.Meta("n1", "") }, Token);
        await node.GetAsync<Model.Core.Node>("", "n1", Token);
        await Assert.ThrowsAsync<Client.ApiException>(() => node.GetAsync<Model.Core.Secret>("default", "none", Token));
        await Assert.ThrowsAsync<Client.ApiException>(() => node.CreateAsync(Objects.ConfigMap("a", ("k", "v")), Token));
        var lines = await LinesAsync(server, 3, isOwn: true);
        Assert.Equal(["create nodes n1 201", "get secrets none 403", "create configmaps a 403"],
            lines.Select(line => $"{Text(line, "verb")} {(string)line["objectRef"]!["resource"]!} {(string)line["objectRef"]!["name"]!} {Code(line)}"));
        Assert.All(lines, line => Assert.Equal(("system:node:n1", "kubelet", "Metadata"), ((string)line["user"]!["username"]!, Text(line, "userAgent"), Text(line, "level"))));
        Assert.All(lines, line => Assert.Null(line["sourceIPs"]));
    }

    [Fact]
    public async Task What_a_webhook_wants_to_be_kept_is_told_and_never_as_the_servers_own_words()
    {
        await using var world = await WebhookFixture.StartAsync();
        world.Hooks.Answer("/h", _ => new JsonObject { ["allowed"] = false, ["auditAnnotations"] = new JsonObject { ["ticket"] = "42" } });
        await world.HookAsync("Validating", "/h");
        Assert.Equal(400, (await world.CreateAsync(WebhookFixture.Map("m"))).Code);
        Assert.Equal(400, (await world.CreateAsync(WebhookFixture.Map("m"), "?dryRun=All")).Code);
        var lines = await LinesAsync(world.Server, 3);
        Assert.All(lines[1..3], line => Assert.Equal("42", (string?)line["annotations"]!["h.example.com/ticket"]));
        Assert.Equal("allow", (string?)lines[1]["annotations"]!["authorization.k8s.io/decision"]);
    }

    [Fact]
    public async Task Bodies_are_told_when_that_is_asked_for_and_those_of_secrets_and_tokens_never()
    {
        await using var server = await RunningServer.StartAsync(Token, set: options => options with { Audit = new AuditOptions { Level = AuditLevel.RequestResponse } });
        await server.Client.CreateAsync(Objects.DefaultAccount(), Token);
        await server.SendAsync("POST", "/api/v1/namespaces/default/persistentvolumeclaims", Claim);
        await server.SendAsync("POST", Secrets, Secret);
        await server.SendAsync("GET", Secrets + "/s");
        await server.SendAsync("GET", Secrets);
        await server.SendAsync("PATCH", Secrets + "/s", """{"data":{"password":{"tell-nobody":5}}}""", "application/merge-patch+json");
        var (code, issued) = await server.SendAsync("POST", "/api/v1/namespaces/default/serviceaccounts/default/token", """{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest"}""");
        Assert.Equal(201, code);
        var token = (string)issued["status"]!["token"]!;
        await server.SendAsync("POST", "/apis/authentication.k8s.io/v1/tokenreviews", $$$"""{"apiVersion":"authentication.k8s.io/v1","kind":"TokenReview","spec":{"token":"{{{token}}}"}}""");
        var lines = await LinesAsync(server, 7);
        Assert.Equal("1Gi", (string)lines[0]["requestObject"]!["spec"]!["resources"]!["requests"]!["storage"]!);
        Assert.NotNull(lines[0]["responseObject"]!["metadata"]!["uid"]);
        Assert.All(lines[1..], line => Assert.Equal("Metadata", Text(line, "level")));
        var text = string.Join('\n', lines.Select(line => line.ToJsonString()));
        foreach (var secret in new[] { "tell-nobody", Convert.ToBase64String("tell-nobody"u8), token, server.Host.AdminCredentials().Token })
            Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_file_is_its_owners_alone_and_is_begun_anew_at_its_size()
    {
        await using var server = await RunningServer.StartAsync(Token, set: options => options with { Audit = new AuditOptions { MaximumBytes = 4000, OldFiles = 2 } });
        for (var number = 0; number < 60; number++)
        {
            await server.SendAsync("GET", Maps);
            await Eventually.HoldsAsync("the line is written", () => Files(server).Any(file => File.ReadAllText(file).Length > 0), TimeSpan.FromSeconds(10), Token);
        }
        await Eventually.HoldsAsync("there are three files", () => Files(server).Length == 3, TimeSpan.FromSeconds(10), Token);
        Assert.Equal(["audit.log", "audit.log.1", "audit.log.2"], Files(server).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.All(Files(server), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Fact]
    public async Task A_disk_that_takes_nothing_is_told_of_and_leaves_a_mark()
    {
        await using var server = await RunningServer.StartAsync(Token);
        var path = Path.Combine(server.Folder, "audit.log");
        Directory.CreateDirectory(path);
        await server.SendAsync("GET", Maps);
        await Eventually.HoldsAsync("the log tells of it", () => server.Faults.Any(fault => fault.Message.Contains("audit log", StringComparison.Ordinal)), TimeSpan.FromSeconds(10), Token);
        Directory.Delete(path);
        await server.SendAsync("GET", Maps);
        await Eventually.HoldsAsync("the gap is marked", () => File.Exists(path) && File.ReadAllText(path).Contains("\"Gap\"", StringComparison.Ordinal), TimeSpan.FromSeconds(10), Token);
    }

    [Fact]
    public async Task A_file_that_was_taken_away_is_begun_anew()
    {
        await using var server = await RunningServer.StartAsync(Token);
        await server.SendAsync("GET", Maps);
        await LinesAsync(server, 1);
        File.Move(Path.Combine(server.Folder, "audit.log"), Path.Combine(server.Folder, "taken"));
        await server.SendAsync("GET", Maps);
        await LinesAsync(server, 1);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(server.Folder, "audit.log")));
    }

    private static string[] Files(RunningServer server) => Directory.GetFiles(server.Folder, "audit.log*");

    // Of what came over the network, or of what parts of this process did.
    private static async Task<List<JsonNode>> LinesAsync(RunningServer server, int count, bool isOwn = false)
    {
        var path = Path.Combine(server.Folder, "audit.log");
        List<JsonNode> lines = [];
        await Eventually.HoldsAsync($"{count} lines are written", () =>
        {
            // A line may just be being written: only whole ones count.
            var text = File.Exists(path) ? File.ReadAllText(path) : "";
            lines = [.. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonNode.Parse(line)!).Where(line => line["sourceIPs"] is null == isOwn)];
            return lines.Count >= count;
        }, TimeSpan.FromSeconds(10), Token);
        return lines;
    }

    private static string Text(JsonNode line, string field) => (string)line[field]!;

    private static int Code(JsonNode line) => (int)line["responseStatus"]!["code"]!;
}

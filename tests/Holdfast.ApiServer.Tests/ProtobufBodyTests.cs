using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Holdfast.ApiServer.Tests;

public sealed class ProtobufBodyTests
{
    private const string Maps = "/api/v1/namespaces/default/configmaps";
    private const string Type = "application/vnd.kubernetes.protobuf";

    // What kubectl sends for: create configmap v9 --from-literal=a=b
    private const string Map = "azhzAAoPCgJ2MRIJQ29uZmlnTWFwEhwKEgoCdjkSABoAIgAqADIAOABCABIGCgFhEgFiGgAiAA==";

    // What kubectl drain --disable-eviction sends.
    private const string Deletion = "azhzAAoTCgJ2MRINRGVsZXRlT3B0aW9ucxIAGgAiAA==";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_object_is_made_and_deleted_with_protocol_buffers_and_answered_in_JSON_when_that_is_asked_for()
    {
        await using var server = await RunningServer.StartAsync(Token);
        var (code, created) = await SendAsync(server, "POST", Maps, Convert.FromBase64String(Map));
        Assert.Equal(201, code);
        Assert.Equal("""{"a":"b"}""", created["data"]!.ToJsonString());
        var (status, answer) = await SendAsync(server, "DELETE", Maps + "/v9", Convert.FromBase64String(Deletion));
        Assert.True(status == 200, answer.ToJsonString());
        Assert.Equal(404, (await server.SendAsync("GET", Maps + "/v9")).Code);
    }

    [Fact]
    public async Task A_malformed_body_and_one_of_another_kind_are_refused_and_no_patch_is_in_protocol_buffers()
    {
        await using var server = await RunningServer.StartAsync(Token);
        var map = Convert.FromBase64String(Map);
        var (code, cut) = await SendAsync(server, "POST", Maps, map[..^8]);
        Assert.Equal(400, code);
        Assert.Contains("are left", cut["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(400, (await SendAsync(server, "POST", Maps, "{}"u8.ToArray())).Code);
        Assert.Equal(400, (await SendAsync(server, "POST", Maps, [])).Code);
        var (other, refusal) = await SendAsync(server, "POST", "/api/v1/namespaces/default/secrets", map);
        Assert.Equal(400, other);
        Assert.Contains("cannot be handled as a Secret", refusal["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(415, (await SendAsync(server, "PATCH", Maps + "/v9", map)).Code);
        for (var place = 0; place < map.Length; place++)
        {
            var changed = map.ToArray();
            changed[place] ^= 0x84;
            Assert.InRange((await SendAsync(server, "POST", Maps + "?dryRun=All", changed)).Code, 200, 499);
        }
    }

    [Fact]
    public async Task Kubectl_makes_evicts_and_deletes_objects_with_its_typed_commands()
    {
        Assert.True(Kubectl.IsThere, "kubectl is missing; ./test says where it is to be had");
        await using var server = await RunningServer.StartAsync(Token);
        var kubectl = new Kubectl(server);
        foreach (var command in Commands)
            await kubectl.RunAsync("", command.Split(' '));
        Assert.Equal("""{"a":"b"}""", await kubectl.RunAsync("", "get", "cm", "c", "-o", "jsonpath={.data}"));
        Assert.Equal("""{"p":"cQ=="} Opaque""", await kubectl.RunAsync("", "get", "secret", "s", "-o", "jsonpath={.data} {.type}"));
        Assert.Equal("50% x", await kubectl.RunAsync("", "get", "pdb", "b", "-o", "jsonpath={.spec.minAvailable} {.spec.selector.matchLabels.app}"));
        Assert.Equal("80 http p", await kubectl.RunAsync("", "get", "svc", "web", "-o", "jsonpath={.spec.ports[0].port} {.spec.ports[0].targetPort} {.spec.selector.run}"));
        Assert.Equal("example/x:1 A=B", await kubectl.RunAsync("", "get", "pod", "p", "-o",
            "jsonpath={.spec.containers[0].image} {.spec.containers[0].env[0].name}={.spec.containers[0].env[0].value}"));
        Assert.Equal("2 x", await kubectl.RunAsync("", "get", "deploy", "d", "-o", "jsonpath={.spec.replicas} {.spec.template.spec.containers[0].name}"));
    }

    private static readonly string[] Commands =
    [
        "create serviceaccount default",
        "create namespace space",
        "create configmap c --from-literal=a=b",
        "create secret generic s --from-literal=p=q",
        "create service clusterip x --tcp=80:8080",
        "create pdb b --selector=app=x --min-available=50%",
        "create role r --verb=get --resource=pods",
        "create job j --image=example/x:1 -- sleep 1",
        "create cronjob cj --image=example/x:1 --schedule=@daily -- date",
        "create deployment d --image=example/x:1 --replicas=2",
        "create priorityclass pc --value=100",
        "run p --image=example/x:1 --env=A=B",
        "expose pod p --port=80 --target-port=http --name=web",
        "auth can-i create pods",
    ];

    private static async Task<(int Code, JsonNode Body)> SendAsync(RunningServer server, string method, string path, byte[] body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(Type);
        request.Headers.Accept.ParseAdd("application/json");
        using var response = await server.Http.SendAsync(request, Token);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Token))!);
    }
}

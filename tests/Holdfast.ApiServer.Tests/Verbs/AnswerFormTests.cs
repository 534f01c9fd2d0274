using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.ApiServer.Http;
using Holdfast.Model.Protobuf;
using Holdfast.Model.Resources;

namespace Holdfast.ApiServer.Tests.Verbs;

/// <summary>Answers come as the client takes them: JSON, YAML or protocol buffers.</summary>
public sealed class AnswerFormTests(SharedServer shared)
{
    private const string Yaml = "application/yaml";
    private const string Protobuf = "application/vnd.kubernetes.protobuf";
    private const string Maps = "/api/v1/namespaces/default/configmaps";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_object_a_list_a_table_a_refusal_and_discovery_are_given_as_yaml()
    {
        var server = shared.Running;
        string[] texts = ["12", "yes", "null", "", "a: b\n  c\n\nd", "  x\ny ", "\tz", "\u0001é\u2028", "a: b #c", "x\n\n", "'\"", "😀\n😀", "2026-01-01", "- a", "*b", "a\n\tb"];
        var data = new JsonObject(texts.Select((value, index) => KeyValuePair.Create($"k{index}", (JsonNode?)JsonValue.Create(value))));
        var made = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["metadata"] = new JsonObject { ["name"] = "form-yaml" }, ["data"] = data };
        var (code, type, text) = await AskAsync("POST", Maps, Yaml, made.ToJsonString());
        Assert.Equal((201, Yaml), (code, type));
        Assert.StartsWith("apiVersion: v1\ndata:\n", text, StringComparison.Ordinal);
        Assert.Contains("\n  k4: |-\n    a: b\n      c\n\n    d\n", text, StringComparison.Ordinal);
        Assert.Contains("\n  k0: \"12\"\n", text, StringComparison.Ordinal);
        var read = JsonNode.Parse(YamlJson.Convert(Encoding.UTF8.GetBytes(text)))!;
        Assert.True(JsonNode.DeepEquals(made["data"], read["data"]), text);
        Assert.True(JsonNode.DeepEquals((await server.SendAsync("GET", Maps + "/form-yaml")).Body, read), text);

        var list = (await AskAsync("GET", Maps, Yaml)).Text;
        Assert.Equal("ConfigMapList", (string)JsonNode.Parse(YamlJson.Convert(Encoding.UTF8.GetBytes(list)))!["kind"]!);
        var table = await AskAsync("GET", Maps, "application/yaml;as=Table;g=meta.k8s.io;v=v1");
        Assert.Equal((200, Yaml), (table.Code, table.Type));
        Assert.Contains("\nkind: Table\n", table.Text, StringComparison.Ordinal);
        var refusal = await AskAsync("GET", Maps + "/none", Yaml);
        Assert.Equal((404, Yaml), (refusal.Code, refusal.Type));
        Assert.Contains("message: configmaps \"none\" not found\n", refusal.Text, StringComparison.Ordinal);
        foreach (var path in new[] { "/api", "/apis", "/api/v1", "/apis/apps/v1" })
        {
            var document = await AskAsync("GET", path, Yaml);
            Assert.Equal((200, Yaml), (document.Code, document.Type));
            Assert.Contains("\nkind: API", "\n" + document.Text, StringComparison.Ordinal);
        }
        var gone = await AskAsync("DELETE", Maps + "/form-yaml", Yaml);
        Assert.Equal((200, Yaml), (gone.Code, gone.Type));
        Assert.Contains("status: Success", gone.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?pretty=true", "", true)]
    [InlineData("?pretty=1", "kubectl/v1.36.0", true)]
    [InlineData("?pretty=false", "curl/8.0", false)]
    [InlineData("", "curl/8.0", true)]
    [InlineData("", "Wget/1.2", true)]
    [InlineData("", "Mozilla/5.0 (X11)", true)]
    [InlineData("", "kubectl/v1.36.0", false)]
    public async Task Json_is_laid_out_for_people_who_look_at_it(string query, string agent, bool isIndented)
    {
        foreach (var path in new[] { "/api/v1/namespaces", "/api/v1/namespaces/default", "/api/v1/namespaces/none", "/api/v1", "/apis" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path + query, UriKind.Relative));
            request.Headers.TryAddWithoutValidation("User-Agent", agent);
            using var answer = await shared.Running.Http.SendAsync(request, TestContext.Current.CancellationToken);
            var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.Equal(isIndented, text.StartsWith("{\n  \"", StringComparison.Ordinal));
            Assert.NotNull(JsonNode.Parse(text)!["kind"]);
        }
    }

    [Fact]
    public async Task An_object_is_given_in_protocol_buffers_that_say_what_its_json_says()
    {
        var server = shared.Running;
        var paths = new List<string>();
        foreach (var (path, body) in Samples)
        {
            var (code, made) = await server.SendAsync("POST", path, body);
            Assert.True(code == 201, made.ToJsonString());
            paths.Add($"{path}/{(string)made["metadata"]!["name"]!}");
        }
        paths.AddRange(["/api/v1/namespaces/default/services/kubernetes", "/apis/rbac.authorization.k8s.io/v1/clusterroles/admin", "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes"]);
        foreach (var path in paths)
        {
            var json = (await server.SendAsync("GET", path)).Body.AsObject();
            var (code, type, bytes) = await BytesAsync("GET", path, Protobuf);
            Assert.Equal((200, Protobuf), (code, type));
            var codec = ResourceCatalog.Find((string)json["apiVersion"]!, (string)json["kind"]!)!;
            AssertSame(json, codec.Read(ProtobufJson.Convert(bytes, codec.Type.Kind, codec.Schema, 1 << 22).Span, new()), codec);
        }
        foreach (var path in paths.Take(Samples.Count))
            await server.SendAsync("DELETE", path);
    }

    [Fact]
    public async Task Lists_refusals_discovery_and_watches_come_in_protocol_buffers_too()
    {
        var server = shared.Running;
        var list = await BytesAsync("GET", "/api/v1/namespaces", Protobuf);
        Assert.Equal((200, Protobuf, "NamespaceList"), (list.Code, list.Type, ProtobufEnvelope.Open(list.Body).Kind));
        var refusal = await BytesAsync("GET", Maps + "/none", Protobuf);
        Assert.Equal((404, Protobuf, "Status"), (refusal.Code, refusal.Type, ProtobufEnvelope.Open(refusal.Body).Kind));
        foreach (var (path, kind) in new[] { ("/api", "APIVersions"), ("/apis", "APIGroupList"), ("/apis/apps", "APIGroup"), ("/apis/apps/v1", "APIResourceList") })
            Assert.Equal(kind, ProtobufEnvelope.Open((await BytesAsync("GET", path, Protobuf)).Body).Kind);
        var aggregated = await BytesAsync("GET", "/apis", Protobuf + ";g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
        Assert.Equal((Protobuf, "APIGroupDiscoveryList"), (aggregated.Type, ProtobufEnvelope.Open(aggregated.Body).Kind));
        var watch = await BytesAsync("GET", "/api/v1/namespaces?watch=1&timeoutSeconds=1&fieldSelector=metadata.name%3Ddefault", Protobuf);
        Assert.Equal(Protobuf, watch.Type);
        var length = (watch.Body[0] << 24) | (watch.Body[1] << 16) | (watch.Body[2] << 8) | watch.Body[3];
        Assert.Equal(watch.Body.Length, length + 4);
        Assert.Contains("ADDED", Encoding.UTF8.GetString(watch.Body), StringComparison.Ordinal);
        Assert.Contains("k8s\0", Encoding.UTF8.GetString(watch.Body), StringComparison.Ordinal);
        Assert.NotNull(server);
    }

    [Theory]
    [InlineData("GET", Maps, "text/html", "application/json, application/yaml, application/vnd.kubernetes.protobuf")]
    [InlineData("GET", Maps + "?watch=1", Yaml, "application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch")]
    [InlineData("GET", Maps, Protobuf + ";as=Table;g=meta.k8s.io;v=v1", "application/json, application/yaml, application/vnd.kubernetes.protobuf")]
    public async Task What_cannot_be_given_is_refused_with_what_can(string method, string path, string accept, string supported)
    {
        var (code, _, text) = await AskAsync(method, path, accept);
        Assert.Equal(406, code);
        Assert.Contains($"only the following media types are accepted: {supported}", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_of_what_is_not_known_is_refused()
    {
        var (code, _, text) = await AskAsync("GET", Maps + "?includeObject=Foo", "application/json;as=Table;g=meta.k8s.io;v=v1");
        Assert.Equal(400, code);
        Assert.Equal("Unable to convert to Table as requested: includeObject: Invalid value: \"Foo\": must be 'Metadata', 'Object', 'None', or empty", (string)JsonNode.Parse(text)!["message"]!);
    }

    private static void AssertSame(JsonObject json, IResource read, ResourceCodec codec)
    {
        var again = codec.Read(Encoding.UTF8.GetBytes(json.ToJsonString()), new());
        Assert.Equal(Text(again), Text(read));

        static string Text(IResource resource) => Encoding.UTF8.GetString(Model.Json.ModelJson.ToBytes(resource.Write));
    }

    private async Task<(int Code, string Type, string Text)> AskAsync(string method, string path, string accept, string? body = null)
    {
        var (code, type, bytes) = await BytesAsync(method, path, accept, body);
        return (code, type, Encoding.UTF8.GetString(bytes));
    }

    private async Task<(int Code, string Type, byte[] Body)> BytesAsync(string method, string path, string accept, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using var response = await shared.Running.Http.SendAsync(request, Token);
        return ((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType ?? "", await response.Content.ReadAsByteArrayAsync(Token));
    }

    private static IReadOnlyList<(string Path, string Body)> Samples { get; } =
    [
        ("/api/v1/namespaces/default/secrets", """{"apiVersion":"v1","kind":"Secret","metadata":{"name":"form-a","labels":{"a":"b"}},"data":{"k":"AAEC"}}"""),
        ("/apis/apps/v1/namespaces/default/deployments", """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"form-b","annotations":{"n":""}},"spec":{"replicas":0,"selector":{"matchLabels":{"a":"b"}},
            "strategy":{"rollingUpdate":{"maxSurge":"25%","maxUnavailable":1}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"securityContext":{"runAsUser":0},
            "containers":[{"name":"c","image":"x:1","resources":{"limits":{"cpu":"500m","memory":"1Gi"}},"env":[{"name":"A","value":""},{"name":"N","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}],
            "livenessProbe":{"httpGet":{"port":"web","path":"/x"},"initialDelaySeconds":3},"ports":[{"name":"web","containerPort":80}]}],
            "volumes":[{"name":"v","emptyDir":{}},{"name":"w","configMap":{"name":"m","defaultMode":420}}],
            "affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"k","operator":"In","values":["a","b"]}]}]}}},
            "tolerations":[{"operator":"Exists","tolerationSeconds":-1,"effect":"NoExecute"}]}}}}
            """),
        ("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", """
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"forms.example.com"},"spec":{"group":"example.com","scope":"Namespaced",
            "names":{"plural":"forms","kind":"Form"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object",
            "additionalProperties":{"type":"array","items":{"type":"string","default":"x","enum":["x","y"]}}},"n":{"type":"number","minimum":1.5}}}}}]}}
            """),
        ("/apis/coordination.k8s.io/v1/namespaces/default/leases", """{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"form-c"},"spec":{"holderIdentity":"me","leaseDurationSeconds":5,"renewTime":"2026-01-02T03:04:05.678901Z","leaseTransitions":0}}"""),
    ];
}

namespace Holdfast.ApiServer.Tests.Verbs;

/// <summary>What is wrong with a body is said in Kubernetes' words, and never in those of the libraries that read it here.</summary>
public sealed class RefusalWordsTests(SharedServer shared)
{
    private const string Maps = "/api/v1/namespaces/default/configmaps";
    private const string Json = "application/json";
    private const string Unrecognized = "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: ";
    private static readonly string[] ForeignWords = ["isFinalBlock", "LineNumber", "BytePosition", "\\u0022", "JsonReader", "JSON object", "While ", "(Line", "Exception", "System."];

    public static TheoryData<string, string, string, string, string> Bodies => new()
    {
        { "POST", Maps, Json, "{\"a\":", Unrecognized + "unexpected end of JSON input ({\"a\":)" },
        { "POST", Maps, Json, "", Unrecognized + "unexpected end of JSON input (<empty>)" },
        { "POST", Maps, Json, "nope", Unrecognized + "invalid character 'o' in literal null (expecting 'u') (6e6f7065)" },
        { "POST", Maps, Json, "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",}", Unrecognized + "invalid character '}' looking for beginning of object key string ({\"apiVersion\":\"v1\",\"kind\":\"Con ...)" },
        { "POST", Maps, Json, "[]", Unrecognized + "json: cannot unmarshal array into Go value of type struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" } (5b5d)" },
        { "POST", Maps, Json, "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":3}}", "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type string" },
        { "POST", Maps, Json, "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\"}{}", Unrecognized + "invalid character '{' after top-level value ({\"apiVersion\":\"v1\",\"kind\":\"Con ...)" },
        { "POST", Maps, Json, "null x", Unrecognized + "invalid character 'x' after top-level value (6e756c6c2078)" },
        { "POST", Maps, Json, "{\"kind\":\"Foo\"}", "Foo in version \"v1\" cannot be handled as a ConfigMap: no kind \"Foo\" is registered for version \"v1\" in scheme \"pkg/api/legacyscheme/scheme.go:30\"" },
        { "POST", Maps, Json, "{\"apiVersion\":\"v7\",\"kind\":\"ConfigMap\"}", "ConfigMap in version \"v7\" cannot be handled as a ConfigMap: no kind \"ConfigMap\" is registered for version \"v7\" in scheme \"pkg/api/legacyscheme/scheme.go:30\"" },
        { "POST", Maps, Json, "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\"}", "Deployment in version \"v1\" cannot be handled as a ConfigMap: converting (v1.Deployment) to (core.ConfigMap): unknown conversion" },
        { "PUT", Maps + "/words", Json, "{\"apiVersion\":\"v1\",\"kind\":\"Secret\"}", "Secret in version \"v1\" cannot be handled as a ConfigMap: converting (v1.Secret) to (core.ConfigMap): unknown conversion" },
        { "POST", "/apis/rbac.authorization.k8s.io/v1/clusterroles", Json, "{\"kind\":\"Role\"}", "Role in version \"v1\" cannot be handled as a ClusterRole: converting (v1.Role) to (rbac.ClusterRole): unknown conversion" },
        { "POST", "/api/v1/namespaces/default/events", Json, "{\"apiVersion\":\"events.k8s.io/v1\",\"kind\":\"Event\"}", "the API version in the data (events.k8s.io/v1) does not match the expected API version (v1)" },
        { "POST", Maps, Json, "{\"apiVersion\":\"a/b/c\",\"kind\":\"ConfigMap\"}", "the object provided is unrecognized (must be of type ConfigMap): unexpected GroupVersion string: a/b/c" },
        { "PATCH", Maps + "/words", "application/merge-patch+json", "{\"metadata\":{\"name\":null}}", "the name of the object (words based on URL) was undeterminable: name must be provided" },
        { "POST", Maps, "application/yaml", "a: b: c", "error converting YAML to JSON: yaml: line 1: mapping values are not allowed in this context" },
        { "POST", Maps, "application/yaml", "a: [1\nb: 2", "error converting YAML to JSON: yaml: line 1: did not find expected ',' or a closing bracket" },
        { "PATCH", Maps + "/words", "application/merge-patch+json", "{\"a\"", "error decoding patch: unexpected end of JSON input" },
        { "PATCH", Maps + "/words", "application/strategic-merge-patch+json", "{'a'", "error decoding patch: invalid character '\\'' looking for beginning of object key string" },
        { "PATCH", Maps + "/words", "application/json-patch+json", "[{", "error decoding patch: unexpected end of JSON input" },
        { "PATCH", Maps + "/words", "application/json-patch+json", "{}", "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp" },
        { "DELETE", Maps + "/words", Json, "{\"gracePeriodSeconds\":", "the object provided is unrecognized (must be of type DeleteOptions): unexpected end of JSON input" },
        { "DELETE", Maps + "/words", Json, "{\"gracePeriodSeconds\":\"a\"}", "the object provided is unrecognized (must be of type DeleteOptions): json: cannot unmarshal string into Go struct field DeleteOptions.gracePeriodSeconds of type int64" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_body_that_cannot_be_read_is_refused_in_kubernetes_words(string method, string path, string type, string body, string message)
    {
        var server = shared.Running;
        await MakeAsync(server);
        var (code, status) = await server.SendAsync(method, path, body, type);
        Assert.True(code == 400, string.Join('\n', server.Faults));
        Assert.Equal(message, (string)status["message"]!);
        Assert.DoesNotContain(ForeignWords, word => ((string)status["message"]!).Contains(word, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_patched_object_that_does_not_fit_is_shown_as_go_quotes_it()
    {
        var server = shared.Running;
        await MakeAsync(server);
        var (code, status) = await server.SendAsync("PATCH", Maps + "/words", """{"data":{"k":3}}""", "application/merge-patch+json");
        Assert.Equal(422, code);
        var message = (string)status["message"]!;
        Assert.StartsWith(" \"\" is invalid: patch: Invalid value: \"{\\\"", message, StringComparison.Ordinal);
        Assert.EndsWith("json: cannot unmarshal number into Go struct field ConfigMap.data of type string", message, StringComparison.Ordinal);
        Assert.DoesNotContain("\\u0022", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"metadata":{"labels":{"a":5}}}""", "map[metadata:map[labels:map[a:5]]]", "cannot convert int64 to string")]
    [InlineData("""{"metadata":{"labels":{"a":true},"annotations":{"b":"c d"}}}""", "map[metadata:map[annotations:map[b:c d] labels:map[a:true]]]", "unrecognized type: string")]
    [InlineData("""{"metadata":{"finalizers":"a","labels":null}}""", "map[metadata:map[finalizers:a labels:<nil>]]", "cannot restore slice from string")]
    [InlineData("""{"data":[1e309]}""", "map[data:[1e309]]", "cannot restore map from slice")]
    [InlineData("""{"data":[1,2.50,"x"]}""", "map[data:[1 2.5 x]]", "cannot restore map from slice")]
    [InlineData("""{"metadata":"a"}""", "map[metadata:a]", "cannot restore struct from: string")]
    [InlineData("""{"immutable":"a"}""", "map[immutable:a]", "unrecognized type: bool")]
    [InlineData("""{"stringData":{"a":"b"},"odd":1}""", "map[odd:1 stringData:map[a:b]]", "strict decoding error: unknown field \"odd\"", "?fieldValidation=Strict")]
    public async Task Of_a_strategic_merge_that_does_not_fit_the_patch_is_shown_and_not_the_object(string patch, string shown, string problem, string query = "")
    {
        var server = shared.Running;
        const string Secrets = "/api/v1/namespaces/default/secrets";
        await server.SendAsync("POST", Secrets, """{"apiVersion":"v1","kind":"Secret","metadata":{"name":"kept"},"data":{"k":"a2VwdA=="}}""");
        var (code, status) = await server.SendAsync("PATCH", $"{Secrets}/kept{query}", patch, "application/strategic-merge-patch+json");
        Assert.Equal((422, $" \"\" is invalid: patch: Invalid value: \"{shown}\": {problem}"), (code, (string)status["message"]!));
    }

    [Fact]
    public async Task Null_is_an_object_without_any_field()
    {
        var (code, status) = await shared.Running.SendAsync("POST", Maps, "null");
        Assert.Equal((422, "ConfigMap \"\" is invalid: metadata.name: Required value: name or generateName is required"), (code, (string)status["message"]!));
    }

    private static Task<(int Code, System.Text.Json.Nodes.JsonNode Body)> MakeAsync(RunningServer server) =>
        server.SendAsync("POST", Maps, """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"words"},"data":{"k":"v"}}""");
}

using System.Text.Json.Nodes;

namespace Holdfast.ApiServer.Tests.Verbs;

/// <summary>Dry runs, field validation and preconditions on every verb that has them.</summary>
public sealed class WriteOptionTests
{
    private const string Sets = "/apis/apps/v1/namespaces/default/statefulsets";
    private const string Maps = "/api/v1/namespaces/default/configmaps";
    private const string Pods = "/api/v1/namespaces/default/pods";
    private const string Merge = "application/merge-patch+json";
    private const string Strategic = "application/strategic-merge-patch+json";
    private const string JsonForm = "application/json-patch+json";
    private const string Apply = "application/apply-patch+yaml";
    private const string Json = "application/json";

    private const string Set = """
        {"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"s"},"spec":{"serviceName":"s","replicas":1,"selector":{"matchLabels":{"app":"s"}},
        "template":{"metadata":{"labels":{"app":"s"}},"spec":{"containers":[{"name":"c","image":"example/x:1"}]}}}}
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, string, string, int> Writes => new()
    {
        { "POST", Maps, """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"generateName":"g-"}}""", Json, 201 },
        { "POST", Sets, Set.Replace("\"name\":\"s\"}", "\"name\":\"other\"}", StringComparison.Ordinal), Json, 201 },
        { "PUT", Sets + "/s", Set.Replace("\"replicas\":1", "\"replicas\":5", StringComparison.Ordinal), Json, 200 },
        { "PUT", "/apis/coordination.k8s.io/v1/namespaces/default/leases/new", """{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"new"}}""", Json, 201 },
        { "PATCH", Sets + "/s", """{"spec":{"replicas":5}}""", Merge, 200 },
        { "PATCH", Sets + "/s", """{"metadata":{"labels":{"x":"y"}}}""", Strategic, 200 },
        { "PATCH", Sets + "/s", """[{"op":"replace","path":"/spec/replicas","value":5}]""", JsonForm, 200 },
        { "PATCH", Sets + "/s?fieldManager=m&force=true", """{"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"s"},"spec":{"replicas":5}}""", Apply, 200 },
        { "PATCH", Maps + "/applied?fieldManager=m", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"applied"},"data":{"a":"b"}}""", Apply, 201 },
        { "PUT", Sets + "/s/status", Set.Replace("\"spec\":", "\"status\":{\"replicas\":7},\"spec\":", StringComparison.Ordinal), Json, 200 },
        { "PATCH", Sets + "/s/status", """{"status":{"replicas":7}}""", Merge, 200 },
        { "PUT", Sets + "/s/scale", """{"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"s","namespace":"default"},"spec":{"replicas":5}}""", Json, 200 },
        { "PATCH", Sets + "/s/scale", """{"spec":{"replicas":5}}""", Merge, 200 },
        { "POST", Pods + "/p/binding", """{"apiVersion":"v1","kind":"Binding","metadata":{"name":"p"},"target":{"kind":"Node","name":"n"}}""", Json, 201 },
        { "POST", Pods + "/p/eviction", """{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"p"}}""", Json, 201 },
        { "DELETE", Maps + "/kept", "", Json, 200 },
        { "DELETE", Pods + "/p", "", Json, 200 },
        { "DELETE", Maps, "", Json, 200 },
    };

    [Fact]
    public async Task A_dry_run_of_any_verb_answers_as_the_verb_and_changes_nothing()
    {
        await using var server = await StartAsync();
        foreach (var (method, path, body, type, code) in Writes.Select(row => row.Data))
        {
            var revision = server.Store.CurrentRevision;
            var dry = path + (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "dryRun=All";
            var (answered, answer) = await server.SendAsync(method, dry, body.Length == 0 ? null : body, type);
            Assert.True(code == answered, $"{method} {dry} {type}: {answered} {answer}");
            Assert.True(revision == server.Store.CurrentRevision, $"{method} {dry} {type} wrote");
        }
        var (withBody, _) = await server.SendAsync("DELETE", Maps + "/kept", """{"apiVersion":"v1","kind":"DeleteOptions","dryRun":["All"]}""");
        Assert.Equal(200, withBody);
        var before = server.Store.CurrentRevision;
        var (drained, _) = await server.SendAsync(
            "POST", Pods + "/p/eviction", """{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"p"},"deleteOptions":{"dryRun":["All"]}}""");
        Assert.Equal((201, before), (drained, server.Store.CurrentRevision));
        Assert.Equal(200, (await server.SendAsync("GET", Maps + "/kept")).Code);
        foreach (var (method, path, body, type, _) in Writes.Select(row => row.Data))
        {
            var dry = path + (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "dryRun=Some";
            var (answered, answer) = await server.SendAsync(method, dry, body.Length == 0 ? null : body, type);
            Assert.True(answered == 422, $"{method} {dry} {type}: {answered} {answer}");
        }
    }

    [Fact]
    public async Task Unknown_fields_are_refused_told_of_or_passed_over_on_every_verb()
    {
        await using var server = await StartAsync();
        var odd = Set.Replace("\"replicas\":1", "\"replicas\":1,\"nope\":2", StringComparison.Ordinal);
        foreach (var (method, path, body, type, strict) in new[]
        {
            ("POST", Sets + "?dryRun=All", odd.Replace("\"name\":\"s\"}", "\"name\":\"odd\"}", StringComparison.Ordinal), Json, 400),
            ("PUT", Sets + "/s?", odd, Json, 400),
            ("PATCH", Sets + "/s?", """{"spec":{"nope":2}}""", Merge, 422),
            ("PATCH", Sets + "/s?", """{"spec":{"nope":2}}""", Strategic, 422),
            ("PATCH", Sets + "/s?", """[{"op":"add","path":"/spec/nope","value":2}]""", JsonForm, 422),
            ("PUT", Sets + "/s/status?", odd, Json, 400),
            ("PUT", Sets + "/s/scale?", """{"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"s","namespace":"default"},"spec":{"replicas":1,"nope":2}}""", Json, 400),
        })
        {
            foreach (var (validation, code, isTold) in new[] { ("Strict", strict, false), ("Warn", 0, true), ("", 0, true), ("Ignore", 0, false), ("Loose", 422, false) })
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), new Uri($"{path}&fieldValidation={validation}", UriKind.Relative)) { Content = new StringContent(body) };
                request.Content.Headers.ContentType = new(type);
                using var answer = await server.Http.SendAsync(request, Token);
                var text = await answer.Content.ReadAsStringAsync(Token);
                var what = $"{method} {path} {type} {validation}: {(int)answer.StatusCode} {text}";
                Assert.True(code == 0 ? answer.IsSuccessStatusCode : (int)answer.StatusCode == code, what);
                Assert.True(isTold == (answer.Headers.TryGetValues("Warning", out var told) && told.Single().Contains("unknown field \\\"spec.nope\\\"", StringComparison.Ordinal)), what);
            }
        }
    }

    [Fact]
    public async Task Preconditions_hold_on_every_verb()
    {
        await using var server = await StartAsync();
        var (_, map) = await server.SendAsync("GET", Maps + "/kept");
        var (uid, old) = ((string)map["metadata"]!["uid"]!, (string)map["metadata"]!["resourceVersion"]!);
        await server.SendAsync("PATCH", Maps + "/kept", """{"data":{"n":"1"}}""", Merge);
        static string Delete(string preconditions) => """{"apiVersion":"v1","kind":"DeleteOptions","preconditions":{@}}""".Replace("@", preconditions, StringComparison.Ordinal);
        foreach (var (method, path, body, type) in new[]
        {
            ("DELETE", Maps + "/kept", Delete("\"uid\":\"other\""), Json),
            ("DELETE", Maps + "/kept", Delete($"\"resourceVersion\":\"{old}\""), Json),
            ("DELETE", Maps + "/kept", Delete($"\"uid\":\"{uid}\",\"resourceVersion\":\"{old}\""), Json),
            ("DELETE", Maps, Delete("\"uid\":\"other\""), Json),
            ("PUT", Maps + "/kept", $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"kept","resourceVersion":"{{old}}"} }""", Json),
            ("PUT", Maps + "/kept", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"kept","uid":"other"}}""", Json),
            ("PATCH", Maps + "/kept", $$"""{"metadata":{"resourceVersion":"{{old}}"},"data":{"a":"b"} }""", Merge),
            ("PATCH", Maps + "/kept", """{"metadata":{"uid":"other"},"data":{"a":"b"}}""", Strategic),
            ("PATCH", Maps + "/kept?fieldManager=m", $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"kept","resourceVersion":"{{old}}"},"data":{"a":"b"} }""", Apply),
        })
        {
            var revision = server.Store.CurrentRevision;
            var (code, answer) = await server.SendAsync(method, path, body, type);
            Assert.True(code == 409, $"{method} {path} {body}: {code} {answer}");
            Assert.Equal(revision, server.Store.CurrentRevision);
        }
        Assert.Equal(200, (await server.SendAsync("DELETE", Maps + "/kept", Delete($"\"uid\":\"{uid}\""))).Code);
    }

    [Fact]
    public async Task Odd_options_of_deletion_are_refused()
    {
        await using var server = await StartAsync();
        foreach (var (query, body, code) in new[]
        {
            ("?propagationPolicy=Never", "", 422),
            ("?gracePeriodSeconds=x", "", 400),
            ("?orphanDependents=true&propagationPolicy=Orphan", "", 422),
            ("", """{"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Never"}""", 422),
            ("", """{"apiVersion":"v1","kind":"DeleteOptions","orphanDependents":true,"propagationPolicy":"Orphan"}""", 422),
            ("", """{"apiVersion":"v1","kind":"DeleteOptions","gracePeriodSeconds":"x"}""", 400),
            ("", """{"apiVersion":"v1","kind":"ConfigMap"}""", 400),
            ("", "[]", 400),
            ("", "{", 400),
        })
        {
            var (answered, answer) = await server.SendAsync("DELETE", Maps + "/kept" + query, body.Length == 0 ? null : body);
            Assert.True(code == answered, $"{query} {body}: {answered} {answer}");
        }
        Assert.Equal("DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: \"Foo\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"",
            (string)(await server.SendAsync("DELETE", Maps + "/kept?propagationPolicy=Foo")).Body["message"]!);
    }

    private static async Task<RunningServer> StartAsync()
    {
        var server = await RunningServer.StartAsync(Token);
        await server.Client.CreateAsync(Objects.DefaultAccount(), Token);
        await server.Client.CreateAsync(Objects.Pod("p"), Token);
        await server.Client.CreateAsync(Model.Core.Node.Empty with { Metadata = Objects.Meta("n", "") }, Token);
        Assert.Equal(201, (await server.SendAsync("POST", Sets, Set)).Code);
        Assert.Equal(201, (await server.SendAsync("POST", Maps, new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["metadata"] = new JsonObject { ["name"] = "kept" } }.ToJsonString())).Code);
        return server;
    }

    [Fact]
    public async Task A_replacement_without_a_name_is_refused_and_nothing_is_lost()
    {
        await using var server = await StartAsync();
        await server.SendAsync("POST", Maps, """{"metadata":{"name":"whole"},"data":{"a":"1"}}""");
        foreach (var body in (string[])["{}", """{"apiVersion":"v1","kind":"ConfigMap","data":{"b":"2"}}"""])
        {
            var (code, refused) = await server.SendAsync("PUT", Maps + "/whole", body);
            Assert.Equal(400, code);
            Assert.Equal("the name of the object (whole based on URL) was undeterminable: name must be provided", (string)refused["message"]!);
        }
        Assert.Equal("1", (string)(await server.SendAsync("GET", Maps + "/whole")).Body["data"]!["a"]!);
    }

    [Theory]
    [InlineData("application/merge-patch+json", """{"kind":"Secret"}""", "converting (v1.Secret) to (core.ConfigMap): unknown conversion")]
    [InlineData("application/json-patch+json", """[{"op":"replace","path":"/apiVersion","value":"v9"}]""", "no kind \"ConfigMap\" is registered for version \"v9\"")]
    [InlineData("application/merge-patch+json", """{"data":{"a":"1","a":"2"}}""", "duplicate field \"data.a\"")]
    [InlineData("application/strategic-merge-patch+json", """{"data":{"a":"1","a":"2"}}""", "duplicate field \"data.a\"")]
    [InlineData("application/json-patch+json", """[{"op":"add","path":"/data/b","value":"1","foo":1}]""", "json patch unknown field \"[0].foo\"")]
    public async Task A_patch_that_changes_the_kind_or_says_things_twice_is_refused(string type, string patch, string said)
    {
        await using var server = await StartAsync();
        await server.SendAsync("POST", Maps, """{"metadata":{"name":"patched"},"data":{"a":"0"}}""");
        var (code, refused) = await server.SendAsync("PATCH", Maps + "/patched?fieldValidation=Strict", patch, type);
        Assert.Equal(422, code);
        Assert.Contains(said, (string)refused["message"]!, StringComparison.Ordinal);
        Assert.Equal("""{"a":"0"}""", (await server.SendAsync("GET", Maps + "/patched")).Body["data"]!.ToJsonString());
    }
}

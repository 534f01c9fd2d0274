using System.Text.Json.Nodes;
using Holdfast.ApiServer.Tests.CustomResources;

namespace Holdfast.ApiServer.Tests.Evictions;

/// <summary>Evictions as clients send them, over pods of any owner.</summary>
public sealed class EvictionRequestTests
{
    private const string Api = "/api/v1/namespaces/default/";
    private const string Budgets = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
    private const string Sets = "/apis/apps/v1/namespaces/default/statefulsets";
    private const string ReplicaSets = "/apis/apps/v1/namespaces/default/replicasets";
    private const string Jobs = "/apis/batch/v1/namespaces/default/jobs";

    private const string Workload = """
        "spec":{"serviceName":"w","replicas":3,"selector":{"matchLabels":{"app":"a"}},
        "template":{"metadata":{"labels":{"app":"a"}},"spec":{"containers":[{"name":"c","image":"example/x:1"}]}}}}
        """;

    [Fact]
    public async Task An_evicted_pod_says_why_it_goes()
    {
        await using var server = await ServeAsync();
        await RunAsync(server, "p", "");
        await EvictAsync(server, "p", 201);

        var pod = await server.ReadAsync(Api + "pods/p");
        var mark = Assert.Single(pod["status"]!["conditions"]!.AsArray(), condition => (string?)condition!["type"] == "DisruptionTarget")!;
        Assert.Equal(("True", "EvictionByEvictionAPI", "Eviction API: evicting"), ((string?)mark["status"], (string?)mark["reason"], (string?)mark["message"]));
        Assert.NotNull(mark["lastTransitionTime"]);
        Assert.NotNull(pod["metadata"]!["deletionTimestamp"]);
    }

    [Fact]
    public async Task A_pod_that_goes_already_is_marked_too_and_only_once()
    {
        await using var server = await ServeAsync();
        await RunAsync(server, "p", "");
        await server.SendAsync("DELETE", Api + "pods/p");
        await EvictAsync(server, "p", 201);
        await EvictAsync(server, "p", 201);
        var marked = await server.ReadAsync(Api + "pods/p");
        Assert.Single(marked["status"]!["conditions"]!.AsArray(), condition => (string?)condition!["type"] == "DisruptionTarget");
        await EvictAsync(server, "p", 201);
        Assert.Equal((string?)marked["metadata"]!["resourceVersion"], (string?)(await server.ReadAsync(Api + "pods/p"))["metadata"]!["resourceVersion"]);
    }

    [Fact]
    public async Task A_pod_that_nothing_controls_hinders_no_eviction_and_is_not_expected()
    {
        await using var server = await ServeAsync();
        var owner = OwnerOf(await server.MakeAsync(Sets, $$"""{"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"w"},{{Workload}}"""));
        foreach (var i in Enumerable.Range(0, 3))
            await RunAsync(server, $"w-{i}", owner);
        await RunAsync(server, "lone", "");
        await server.MakeAsync(Budgets, Budget("\"maxUnavailable\":1"));

        await EvictAsync(server, "w-2", 201);
        await EvictAsync(server, "w-1", 201);
        await EvictAsync(server, "w-0", 429, "needs 2 healthy pods and has 2 currently");
    }

    [Fact]
    public async Task Pods_of_a_custom_resource_are_expected_as_its_scale_says()
    {
        await using var server = await Widgets.ServeAsync();
        await server.Client.CreateAsync(Objects.DefaultAccount(), Cluster.Token);
        var owner = OwnerOf(await server.MakeAsync(Widgets.Collection, Widgets.Widget("w", """{"replicas":4}""")));
        foreach (var i in Enumerable.Range(0, 4))
            await RunAsync(server, $"w-{i}", owner);
        await server.MakeAsync(Budgets, Budget("\"maxUnavailable\":\"25%\""));

        await EvictAsync(server, "w-3", 201);
        await EvictAsync(server, "w-2", 429, "needs 3 healthy pods and has 3 currently");
        await server.SendAsync("PATCH", Widgets.Collection + "/w", """{"spec":{"replicas":null}}""", "application/merge-patch+json");
        await EvictAsync(server, "w-2", 429, "failed sync: the spec replicas field \".spec.replicas\" of widgets.example.com \"w\" does not exist");
    }

    [Fact]
    public async Task Pods_whose_controller_cannot_be_scaled_or_is_gone_or_unknown_hold_the_budget_and_say_so()
    {
        await using var server = await ServeAsync();
        var job = OwnerOf(await server.MakeAsync(Jobs, """
            {"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"j"},"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"example/x:1"}]}}}}
            """));
        foreach (var (name, owner, why) in new[]
        {
            ("of-a-job", job, "jobs.batch does not implement the scale subresource"),
            ("of-nobody", Owner("apps/v1", "StatefulSet", "gone", "u-1"), "found no controllers for pod \"of-nobody\""),
            ("of-a-stranger", Owner("example.com/v1", "Widget", "w", "u-2"), "no matches for kind \"Widget\" in version \"example.com/v1\""),
        })
        {
            await RunAsync(server, name, owner);
            await server.MakeAsync(Budgets, Budget("\"minAvailable\":\"10%\"", name));
            await EvictAsync(server, name, 429, $"The disruption budget {name} does not allow evicting pods currently because it failed sync: {why}");
            await server.SendAsync("DELETE", $"{Budgets}/{name}");
            await server.SendAsync("DELETE", $"{Api}pods/{name}?gracePeriodSeconds=0");
        }
    }

    [Fact]
    public async Task A_replica_set_speaks_for_itself_where_its_deployment_is_gone()
    {
        await using var server = await ServeAsync();
        var set = await server.MakeAsync(ReplicaSets, $$"""
            {"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{"name":"w","ownerReferences":[{{Owner("apps/v1", "Deployment", "gone", "u-1")}}]},{{Workload.Replace("\"serviceName\":\"w\",", "", StringComparison.Ordinal)}}
            """);
        foreach (var i in Enumerable.Range(0, 3))
            await RunAsync(server, $"w-{i}", OwnerOf(set));
        await server.MakeAsync(Budgets, Budget("\"maxUnavailable\":1"));
        await EvictAsync(server, "w-0", 201);
        await EvictAsync(server, "w-1", 429, "needs 2 healthy pods and has 2 currently");
    }

    [Fact]
    public async Task A_budget_that_asks_for_nothing_allows_nothing()
    {
        await using var server = await ServeAsync();
        await RunAsync(server, "p", "");
        await server.MakeAsync(Budgets, Budget(""));
        await EvictAsync(server, "p", 429, "does not allow evicting pods currently");
    }

    [Theory]
    [InlineData("""{"apiVersion":"policy/v1beta1","kind":"Eviction","metadata":{"name":"p"}}""", "", 201, "")]
    [InlineData("""{"apiVersion":"policy/v1alpha1","kind":"Eviction","metadata":{"name":"p"}}""", "", 400, "policy/v1alpha1")]
    [InlineData("""{"apiVersion":"policy/v1","kind":"Eviction","metadata":{}}""", "", 400, "name in URL does not match")]
    [InlineData("""{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"q"}}""", "", 400, "name in URL does not match")]
    [InlineData("""{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"p","namespace":"other"}}""", "", 400, "namespace")]
    [InlineData("""{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"p"},"deleteOptions":{"dryRun":["Some"]}}""", "", 422, "dryRun")]
    [InlineData("""{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"p"},"deleteOptions":{"dryRun":["Some"]}}""", "?dryRun=All", 422, "dryRun")]
    [InlineData("""{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"p"},"deleteOptions":{"dryRun":["All","All"]}}""", "?dryRun=All", 400, "Non-matching dry-run options")]
    [InlineData("""{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"p"},"deleteOptions":{"dryRun":["All"]}}""", "?dryRun=All", 201, "")]
    [InlineData("""{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"p"},"deleteOptions":{"gracePeriodSeconds":5}}""", "?dryRun=All", 201, "")]
    public async Task An_eviction_is_read_as_upstream_reads_it(string body, string query, int code, string says)
    {
        await using var server = await ServeAsync();
        await RunAsync(server, "p", "");
        var (answered, answer) = await server.SendAsync("POST", Api + "pods/p/eviction" + query, body);
        Assert.True(code == answered, $"{answered} {answer}");
        Assert.Contains(says, answer.ToJsonString(), StringComparison.Ordinal);
        var isToGo = code == 201 && query.Length == 0;
        Assert.Equal(isToGo, (await server.ReadAsync(Api + "pods/p"))["metadata"]!["deletionTimestamp"] is not null);
    }

    [Fact]
    public async Task A_drain_that_is_only_tried_evicts_nothing()
    {
        Assert.True(Kubectl.IsThere, "kubectl is missing; ./test says where it is to be had");
        await using var server = await ServeAsync();
        await server.Client.CreateAsync(Model.Core.Node.Empty with { Metadata = Objects.Meta("n", "") }, Cluster.Token);
        await RunAsync(server, "p", "");
        var told = await new Kubectl(server).RunAsync("", "drain", "n", "--dry-run=server", "--force", "--timeout=20s");
        Assert.Contains("evicting pod default/p (server dry run)", told, StringComparison.Ordinal);
        Assert.Null((await server.ReadAsync(Api + "pods/p"))["metadata"]!["deletionTimestamp"]);
    }

    private static async Task<RunningServer> ServeAsync()
    {
        var server = await RunningServer.StartAsync(Cluster.Token);
        await server.Client.CreateAsync(Objects.DefaultAccount(), Cluster.Token);
        return server;
    }

    private static string Owner(string apiVersion, string kind, string name, string uid) =>
        $$"""{"apiVersion":"{{apiVersion}}","kind":"{{kind}}","name":"{{name}}","uid":"{{uid}}","controller":true}""";

    private static string OwnerOf(JsonNode made) =>
        Owner((string)made["apiVersion"]!, (string)made["kind"]!, (string)made["metadata"]!["name"]!, (string)made["metadata"]!["uid"]!);

    private static string Budget(string amount, string name = "b") => $$$"""
        {"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{"name":"{{{name}}}"},"spec":{"selector":{"matchLabels":{"app":"a"}}{{{(amount.Length > 0 ? "," : "")}}}{{{amount}}} } }
        """;

    private static async Task RunAsync(RunningServer server, string name, string owner)
    {
        await server.MakeAsync(Api + "pods", $$$"""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{{name}}}","labels":{"app":"a"},"ownerReferences":[{{{owner}}}]},
             "spec":{"nodeName":"n","terminationGracePeriodSeconds":60,"containers":[{"name":"c","image":"example/x:1"}]}}
            """);
        var (code, answer) = await server.SendAsync(
            "PATCH", $"{Api}pods/{name}/status", """{"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}""", "application/merge-patch+json");
        Assert.True(code == 200, $"{code} {answer}");
    }

    private static async Task EvictAsync(RunningServer server, string name, int code, string cause = "")
    {
        var (answered, answer) = await server.SendAsync(
            "POST", $"{Api}pods/{name}/eviction", $$"""{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"{{name}}"} }""");
        Assert.True(code == answered, $"{name}: {answered} {answer}");
        if (cause.Length > 0)
            Assert.Contains(cause, (string)answer["details"]!["causes"]![0]!["message"]!, StringComparison.Ordinal);
    }
}

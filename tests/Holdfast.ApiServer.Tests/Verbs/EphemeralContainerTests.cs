using System.Text.Json.Nodes;

namespace Holdfast.ApiServer.Tests.Verbs;

/// <summary>Containers that are added to a pod to look into it, through the sub-resource <c>ephemeralcontainers</c>.</summary>
public sealed class EphemeralContainerTests(SharedServer shared)
{
    private const string Pods = "/api/v1/namespaces/default/pods";
    private const string Strategic = "application/strategic-merge-patch+json";

    [Fact]
    public async Task They_are_added_with_their_defaults_and_nothing_else_of_the_pod_changes()
    {
        await using var pod = await PodAsync("eph-add");
        var (code, patched) = await PatchAsync("eph-add",
            """{"metadata":{"labels":{"a":"b"}},"spec":{"nodeName":"other","ephemeralContainers":[{"name":"debugger","image":"busybox","stdin":true,"tty":true,"targetContainerName":"main"}]}}""");
        Assert.True(code == 200, patched.ToJsonString());
        var added = patched["spec"]!["ephemeralContainers"]![0]!;
        Assert.Equal(("Always", "File", "/dev/termination-log"), ((string)added["imagePullPolicy"]!, (string)added["terminationMessagePolicy"]!, (string)added["terminationMessagePath"]!));
        Assert.Null(patched["metadata"]!["labels"]);
        Assert.Equal("n1", (string)patched["spec"]!["nodeName"]!);
        Assert.Equal(2, (int)patched["metadata"]!["generation"]!);
        Assert.Contains(patched["metadata"]!["managedFields"]!.AsArray(), entry => (string?)entry!["subresource"] == "ephemeralcontainers");

        var read = (await shared.Running.SendAsync("GET", Pods + "/eph-add/ephemeralcontainers")).Body;
        Assert.True(JsonNode.DeepEquals(patched, read));
        read["spec"]!["ephemeralContainers"]!.AsArray().Add(JsonNode.Parse("""{"name":"second","image":"busybox:1"}"""));
        var (updated, second) = await shared.Running.SendAsync("PUT", Pods + "/eph-add/ephemeralcontainers", read.ToJsonString());
        Assert.Equal((200, 2), (updated, second["spec"]!["ephemeralContainers"]!.AsArray().Count));
    }

    [Theory]
    [InlineData("""{"name":"main","image":"x"}""", "spec.ephemeralContainers[0].name: Duplicate value: \"main\"")]
    [InlineData("""{"name":"d"}""", "spec.ephemeralContainers[0].image: Required value")]
    [InlineData("""{"name":"d","image":"x","targetContainerName":"none"}""", "spec.ephemeralContainers[0].targetContainerName: Not found: \"none\"")]
    [InlineData("""{"name":"d","image":"x","ports":[{"containerPort":80}]}""", "spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container")]
    [InlineData("""{"name":"d","image":"x","livenessProbe":{"exec":{"command":["true"]}}}""", "spec.ephemeralContainers[0].livenessProbe: Forbidden: cannot be set for an Ephemeral Container")]
    [InlineData("""{"name":"d","image":"x","volumeMounts":[{"name":"none","mountPath":"/x"}]}""", "spec.ephemeralContainers[0].volumeMounts[0].name: Not found: \"none\"")]
    [InlineData("""{"name":"d","image":" x"}""", "spec.ephemeralContainers[0].image: Invalid value: \" x\": must not have leading or trailing whitespace")]
    public async Task What_one_may_not_have_is_refused(string container, string problem)
    {
        await using var pod = await PodAsync("eph-refused");
        var (code, answer) = await PatchAsync("eph-refused", $$$"""{"spec":{"ephemeralContainers":[{{{container}}}]}}""");
        Assert.Equal((422, $"Pod \"eph-refused\" is invalid: {problem}"), (code, (string)answer["message"]!));
    }

    [Fact]
    public async Task Once_added_they_stay_and_stay_as_they_are()
    {
        await using var pod = await PodAsync("eph-kept");
        await PatchAsync("eph-kept", """{"spec":{"ephemeralContainers":[{"name":"debugger","image":"busybox"}]}}""");
        var (code, changed) = await PatchAsync("eph-kept", """{"spec":{"ephemeralContainers":[{"name":"debugger","image":"other"}]}}""");
        Assert.Equal((422, "Pod \"eph-kept\" is invalid: spec.ephemeralContainers: Forbidden: existing ephemeral containers \"debugger\" may not be changed\n"), (code, (string)changed["message"]!));
        (code, var removed) = await PatchAsync("eph-kept", """{"spec":{"ephemeralContainers":[{"name":"debugger","$patch":"delete"}]}}""");
        Assert.Equal((422, "Pod \"eph-kept\" is invalid: spec.ephemeralContainers: Forbidden: existing ephemeral containers \"debugger\" may not be removed\n"), (code, (string)removed["message"]!));
        (code, var other) = await shared.Running.SendAsync("PATCH", Pods + "/eph-kept", """{"spec":{"ephemeralContainers":[{"name":"more","image":"x"}]}}""", Strategic);
        Assert.Equal(422, code);
        Assert.Contains("pod updates may not change fields other than", (string)other["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_application_owns_the_containers_that_it_adds_and_nothing_else()
    {
        await using var pod = await PodAsync("eph-applied");
        var (code, applied) = await shared.Running.SendAsync("PATCH", Pods + "/eph-applied/ephemeralcontainers?fieldManager=looker",
            """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"eph-applied","labels":{"a":"b"}},"spec":{"ephemeralContainers":[{"name":"debugger","image":"busybox"}]}}""", "application/apply-patch+yaml");
        Assert.Equal(200, code);
        var owned = applied["metadata"]!["managedFields"]!.AsArray().Single(entry => (string)entry!["manager"]! == "looker")!;
        Assert.Equal(("Apply", "ephemeralcontainers"), ((string)owned["operation"]!, (string)owned["subresource"]!));
        Assert.Equal(["f:spec"], owned["fieldsV1"]!.AsObject().Select(each => each.Key));
    }

    [Fact]
    public async Task Discovery_and_OpenAPI_tell_of_them()
    {
        var (_, resources) = await shared.Running.SendAsync("GET", "/api/v1");
        var found = resources["resources"]!.AsArray().Single(each => (string)each!["name"]! == "pods/ephemeralcontainers")!;
        Assert.Equal("Pod get patch update", $"{found["kind"]} {string.Join(' ', found["verbs"]!.AsArray())}");
        var (_, document) = await shared.Running.SendAsync("GET", "/openapi/v3/api/v1");
        var path = document["paths"]!["/api/v1/namespaces/{namespace}/pods/{name}/ephemeralcontainers"]!;
        Assert.Equal("patchCoreV1NamespacedPodEphemeralcontainers", (string)path["patch"]!["operationId"]!);
        Assert.NotNull(path["put"]);
    }

    private Task<(int Code, JsonNode Body)> PatchAsync(string name, string patch) =>
        shared.Running.SendAsync("PATCH", $"{Pods}/{name}/ephemeralcontainers", patch, Strategic);

    private async Task<IAsyncDisposable> PodAsync(string name)
    {
        await shared.Running.SendAsync("POST", "/api/v1/namespaces/default/serviceaccounts", """{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"default"}}""");
        var (code, made) = await shared.Running.SendAsync("POST", Pods,
            $$$"""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{{name}}}"},"spec":{"nodeName":"n1","terminationGracePeriodSeconds":0,"containers":[{"name":"main","image":"x:1"}]}}""");
        Assert.True(code == 201, made.ToJsonString());
        return new Removal(shared.Running, $"{Pods}/{name}?gracePeriodSeconds=0");
    }

    private sealed class Removal(RunningServer server, string path) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await server.SendAsync("DELETE", path);
    }
}

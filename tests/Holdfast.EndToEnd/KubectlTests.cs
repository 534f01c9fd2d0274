using Holdfast.EndToEnd.Programs;
using Holdfast.Model.Apps;

namespace Holdfast.EndToEnd;

/// <summary>What people do to a set with kubectl, on pods that are ready at once.</summary>
public sealed class KubectlTests(FakeCluster cluster) : IClassFixture<FakeCluster>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Kubectl Kubectl => cluster.Kubectl;

    [Fact]
    public async Task Apply_creates_then_leaves_alone_then_changes()
    {
        var space = await cluster.NamespaceAsync();
        Assert.Equal("service/db created\nstatefulset.apps/db created\n", (await Kubectl.ApplyAsync(Manifests.Set("db", 1), "-n", space)).Succeeded());
        Assert.Equal("service/db unchanged\nstatefulset.apps/db unchanged\n", (await Kubectl.ApplyAsync(Manifests.Set("db", 1), "-n", space)).Succeeded());
        Assert.Equal("service/db unchanged\nstatefulset.apps/db configured\n", (await Kubectl.ApplyAsync(Manifests.Set("db", 2), "-n", space)).Succeeded());
        Assert.Equal(2, (await SetAsync(space)).Spec.Replicas);
        await cluster.ReadyAsync(space, "db-1");
    }

    [Fact]
    public async Task Scale_goes_up_and_down()
    {
        var space = await SetOfAsync(1);
        Assert.Equal("statefulset.apps/db scaled\n", await Kubectl.SaysAsync("-n", space, "scale", "statefulset", "db", "--replicas=3"));
        await cluster.ReadyAsync(space, "db-2");
        await Kubectl.SaysAsync("-n", space, "scale", "statefulset/db", "--replicas=1");
        await ClusterFixture.HoldsAsync("one pod is left", async () => await Kubectl.SaysAsync("-n", space, "get", "pods", "-o", "name") == "pod/db-0\n");
    }

    [Fact]
    public async Task Set_image_rolls_out_and_rollout_tells_and_takes_back()
    {
        var space = await SetOfAsync(2);
        Assert.Equal("statefulset.apps/db image updated\n", await Kubectl.SaysAsync("-n", space, "set", "image", "statefulset/db", "app=example/app:2"));
        Assert.Contains("complete", await Kubectl.SaysAsync("-n", space, "rollout", "status", "statefulset/db", "--timeout=120s"), StringComparison.Ordinal);
        Assert.Equal("example/app:2 example/app:2", await ImagesAsync(space));
        Assert.Matches(@"REVISION +CHANGE-CAUSE\n1 .*\n2 ", await Kubectl.SaysAsync("-n", space, "rollout", "history", "statefulset/db"));
        await Kubectl.SaysAsync("-n", space, "rollout", "undo", "statefulset/db");
        await Kubectl.SaysAsync("-n", space, "rollout", "status", "statefulset/db", "--timeout=120s");
        Assert.Equal("example/app:1 example/app:1", await ImagesAsync(space));
    }

    [Theory]
    [InlineData("strategic", """{"spec":{"template":{"spec":{"containers":[{"name":"app","image":"example/app:3"}]}}}}""")]
    [InlineData("merge", """{"spec":{"template":{"spec":{"containers":[{"name":"app","image":"example/app:3"}]}}}}""")]
    [InlineData("json", """[{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"example/app:3"}]""")]
    public async Task Patch_changes_the_set(string type, string patch)
    {
        var space = await SetOfAsync(1);
        Assert.Equal("statefulset.apps/db patched\n", await Kubectl.SaysAsync("-n", space, "patch", "statefulset", "db", "--type", type, "-p", patch));
        var container = Assert.Single((await SetAsync(space)).Spec.Template.Spec.Containers);
        Assert.Equal("example/app:3", container.Image);
        // Only a strategic patch knows that containers are merged by their names; a merge patch replaces the list.
        Assert.Equal(type == "merge" ? 0 : 1, container.Ports.Count);
    }

    [Fact]
    public async Task Edit_saves_what_the_editor_changed()
    {
        var space = await SetOfAsync(1);
        Assert.Equal("statefulset.apps/db edited\n", (await Kubectl.EditAsync("s/replicas: 1/replicas: 2/", "-n", space, "statefulset", "db")).Succeeded());
        Assert.Equal(2, (await SetAsync(space)).Spec.Replicas);
        Assert.Contains("cancelled", (await Kubectl.EditAsync("s/nothing/nothing/", "-n", space, "statefulset", "db")).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watching_shows_changes_as_they_come()
    {
        var space = await SetOfAsync(1);
        await using var watch = Kubectl.Start("-n", space, "get", "pods", "-w", "-o", "name");
        await watch.SaysAsync("pod/db-0");
        await Kubectl.SaysAsync("-n", space, "scale", "statefulset/db", "--replicas=2");
        await watch.SaysAsync("pod/db-1");
    }

    [Fact]
    public async Task Waiting_ends_when_the_condition_comes_to_hold()
    {
        var space = await SetOfAsync(1);
        Assert.Equal("pod/db-0 condition met\n", await Kubectl.SaysAsync("-n", space, "wait", "--for=condition=Ready", "pod/db-0", "--timeout=60s"));
        await Kubectl.SaysAsync("-n", space, "delete", "statefulset", "db");
        await Kubectl.SaysAsync("-n", space, "wait", "--for=delete", "pod/db-0", "--timeout=60s");
    }

    [Fact]
    public async Task Deleting_a_set_takes_its_pods_and_revisions_along_unless_they_are_orphaned()
    {
        var space = await SetOfAsync(2);
        await Kubectl.SaysAsync("-n", space, "delete", "statefulset", "db", "--cascade=orphan");
        Assert.Equal("pod/db-0\npod/db-1\n", await Kubectl.SaysAsync("-n", space, "get", "pods", "-o", "name"));
        (await Kubectl.ApplyAsync(Manifests.Set("db", 2), "-n", space)).Succeeded();
        await Kubectl.SaysAsync("-n", space, "rollout", "status", "statefulset/db", "--timeout=60s");
        Assert.Equal("statefulset.apps \"db\" deleted\n", await Kubectl.SaysAsync("-n", space, "delete", "statefulset", "db"));
        await ClusterFixture.HoldsAsync("nothing is left of it", async () => await Kubectl.SaysAsync("-n", space, "get", "pods,controllerrevisions", "-o", "name") == "");
    }

    [Fact]
    public async Task Deleted_in_the_foreground_a_set_goes_after_its_pods()
    {
        var space = await SetOfAsync(2);
        await Kubectl.SaysAsync("-n", space, "patch", "pod", "db-1", "--type", "merge", "-p", """{"metadata":{"finalizers":["example.com/hold"]}}""");
        await Kubectl.SaysAsync("-n", space, "delete", "statefulset", "db", "--cascade=foreground", "--wait=false");
        await ClusterFixture.HoldsAsync("the pod that nothing holds is gone", async () => await Kubectl.SaysAsync("-n", space, "get", "pods", "-o", "name") == "pod/db-1\n");
        Assert.Equal("foregroundDeletion", await Kubectl.SaysAsync("-n", space, "get", "statefulset", "db", "-o", "jsonpath={.metadata.finalizers[*]}"));
        await Kubectl.SaysAsync("-n", space, "patch", "pod", "db-1", "--type", "merge", "-p", """{"metadata":{"finalizers":null}}""");
        await Kubectl.SaysAsync("-n", space, "wait", "--for=delete", "statefulset/db", "--timeout=60s");
        Assert.Equal("", await Kubectl.SaysAsync("-n", space, "get", "pods", "-o", "name"));
    }

    [Fact]
    public async Task A_set_that_is_deleted_can_be_made_again()
    {
        var space = await SetOfAsync(1);
        await Kubectl.SaysAsync("-n", space, "delete", "statefulset", "db");
        (await Kubectl.ApplyAsync(Manifests.Set("db", 1), "-n", space)).Succeeded();
        await Kubectl.SaysAsync("-n", space, "rollout", "status", "statefulset/db", "--timeout=90s");
    }

    [Fact]
    public async Task Deleting_a_namespace_takes_all_that_is_in_it()
    {
        var space = await SetOfAsync(1);
        Assert.Equal($"namespace \"{space}\" deleted\n", await Kubectl.SaysAsync("delete", "namespace", space, "--timeout=90s"));
        Assert.Contains("not found", (await Kubectl.RunAsync("get", "namespace", space)).Errors, StringComparison.Ordinal);
    }

    private async Task<string> SetOfAsync(int replicas)
    {
        var space = await cluster.NamespaceAsync();
        (await Kubectl.ApplyAsync(Manifests.Set("db", replicas), "-n", space)).Succeeded();
        await cluster.ReadyAsync(space, $"db-{replicas - 1}");
        return space;
    }

    private Task<StatefulSet> SetAsync(string space) => cluster.Cluster.Client.GetAsync<StatefulSet>(space, "db", Stop);

    private Task<string> ImagesAsync(string space) => Kubectl.SaysAsync("-n", space, "get", "pods", "-o", "jsonpath={.items[*].spec.containers[0].image}");
}

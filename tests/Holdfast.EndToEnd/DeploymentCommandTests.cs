using Holdfast.EndToEnd.Programs;
using Holdfast.Model.Apps;

namespace Holdfast.EndToEnd;

/// <summary>What people do to a Deployment with kubectl, on pods that are ready at once.</summary>
public sealed class DeploymentCommandTests(FakeCluster cluster) : IClassFixture<FakeCluster>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Kubectl Kubectl => cluster.Kubectl;

    [Fact]
    public async Task A_rollout_goes_forward_and_back_and_is_remembered()
    {
        var space = await DeploymentOfAsync(3);
        Assert.Equal("deployment.apps/web image updated\n", await Kubectl.SaysAsync("-n", space, "set", "image", "deployment/web", "app=example/app:2"));
        await RolledOutAsync(space);
        Assert.Equal("example/app:2 example/app:2 example/app:2", await ImagesAsync(space));
        Assert.Matches(@"REVISION +CHANGE-CAUSE\n1 .*\n2 ", await Kubectl.SaysAsync("-n", space, "rollout", "history", "deployment/web"));
        Assert.Contains("example/app:1", await Kubectl.SaysAsync("-n", space, "rollout", "history", "deployment/web", "--revision=1"), StringComparison.Ordinal);
        Assert.Equal("deployment.apps/web rolled back\n", await Kubectl.SaysAsync("-n", space, "rollout", "undo", "deployment/web"));
        await RolledOutAsync(space);
        Assert.Equal("example/app:1 example/app:1 example/app:1", await ImagesAsync(space));
        await Kubectl.SaysAsync("-n", space, "rollout", "undo", "deployment/web", "--to-revision=2");
        await RolledOutAsync(space);
        Assert.StartsWith("example/app:2", await ImagesAsync(space), StringComparison.Ordinal);
        Assert.Equal("4", await Kubectl.SaysAsync("-n", space, "get", "deployment", "web", "-o", @"jsonpath={.metadata.annotations.deployment\.kubernetes\.io/revision}"));
    }

    [Fact]
    public async Task A_restart_replaces_every_pod()
    {
        var space = await DeploymentOfAsync(2);
        var before = await Kubectl.SaysAsync("-n", space, "get", "pods", "-o", "name");
        Assert.Equal("deployment.apps/web restarted\n", await Kubectl.SaysAsync("-n", space, "rollout", "restart", "deployment/web"));
        await RolledOutAsync(space);
        await ClusterFixture.HoldsAsync("two pods are left", async () => (await NamesAsync(space)).Length == 2);
        Assert.Empty((await NamesAsync(space)).Intersect(before.Split('\n')));
    }

    [Fact]
    public async Task A_paused_rollout_waits_until_it_is_resumed()
    {
        var space = await DeploymentOfAsync(1);
        Assert.Equal("deployment.apps/web paused\n", await Kubectl.SaysAsync("-n", space, "rollout", "pause", "deployment/web"));
        Assert.Equal("deployment.apps/web env updated\n", await Kubectl.SaysAsync("-n", space, "set", "env", "deployment/web", "GREETING=hello"));
        Assert.Equal(
            "deployment.apps/web resource requirements updated\n",
            await Kubectl.SaysAsync("-n", space, "set", "resources", "deployment/web", "--limits=cpu=100m,memory=64Mi", "--requests=cpu=50m"));
        Assert.Contains("paused", (await Kubectl.RunAsync("-n", space, "rollout", "restart", "deployment/web")).Errors, StringComparison.Ordinal);
        Assert.Single((await Kubectl.SaysAsync("-n", space, "get", "replicasets", "-o", "name")).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal("deployment.apps/web resumed\n", await Kubectl.SaysAsync("-n", space, "rollout", "resume", "deployment/web"));
        await RolledOutAsync(space);
        var container = Assert.Single((await DeploymentAsync(space)).Spec.Template.Spec.Containers);
        Assert.Equal("hello", Assert.Single(container.Env).Value);
        Assert.Equal("100m", container.Resources!.Limits["cpu"].ToString());
    }

    [Fact]
    public async Task A_deployment_is_scaled_shown_exposed_and_waited_for()
    {
        var space = await DeploymentOfAsync(1);
        Assert.Equal("deployment.apps/web scaled\n", await Kubectl.SaysAsync("-n", space, "scale", "deployment/web", "--replicas=3"));
        await Kubectl.SaysAsync("-n", space, "wait", "--for=jsonpath={.status.availableReplicas}=3", "deployment/web", "--timeout=60s");
        Assert.Equal("deployment.apps/web condition met\n", await Kubectl.SaysAsync("-n", space, "wait", "--for=condition=Available", "deployment/web", "--timeout=60s"));
        Assert.Matches(@"web +3/3 +3 +3 +\S+ +app +example/app:1 +app=web\n", await Kubectl.SaysAsync("-n", space, "get", "deployment", "web", "-o", "wide"));
        Assert.Matches(@"web-\w+ +3 +3 +3 ", await Kubectl.SaysAsync("-n", space, "get", "rs"));
        var all = await Kubectl.SaysAsync("-n", space, "get", "all");
        Assert.All(["deployment.apps/web ", "replicaset.apps/web-", "pod/web-"], each => Assert.Contains(each, all, StringComparison.Ordinal));
        Assert.Equal("service/web exposed\n", await Kubectl.SaysAsync("-n", space, "expose", "deployment", "web", "--port=80", "--target-port=8080"));
        await ClusterFixture.HoldsAsync(
            "its endpoints are the three pods",
            async () => (await Kubectl.SaysAsync("-n", space, "get", "endpointslices", "-o", "jsonpath={.items[0].endpoints[*].addresses[0]}")).Split(' ').Length == 3);
        var described = await Kubectl.SaysAsync("-n", space, "describe", "deployment", "web");
        Assert.Contains("3 desired | 3 updated | 3 total | 3 available | 0 unavailable", described, StringComparison.Ordinal);
        Assert.Contains("Scaled up replica set", described, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deleting_one_takes_its_sets_and_pods_along_unless_they_are_orphaned_and_those_are_adopted_again()
    {
        var space = await DeploymentOfAsync(2);
        var pods = await NamesAsync(space);
        await Kubectl.SaysAsync("-n", space, "delete", "deployment", "web", "--cascade=orphan");
        await Kubectl.SaysAsync("-n", space, "delete", "replicaset", "--all", "--cascade=orphan");
        Assert.Equal(pods, await NamesAsync(space));
        await Kubectl.SaysAsync("-n", space, "create", "deployment", "web", "--image=example/app:1", "--replicas=2");
        await RolledOutAsync(space);
        Assert.Equal(pods, await NamesAsync(space));
        Assert.Equal("deployment.apps \"web\" deleted\n", await Kubectl.SaysAsync("-n", space, "delete", "deployment", "web", "--cascade=foreground"));
        Assert.Empty(await NamesAsync(space));
        await Kubectl.SaysAsync("-n", space, "create", "deployment", "web", "--image=example/app:1");
        await RolledOutAsync(space);
        await Kubectl.SaysAsync("-n", space, "delete", "deployment", "web");
        await ClusterFixture.HoldsAsync("nothing is left of it", async () => await Kubectl.SaysAsync("-n", space, "get", "replicasets,pods", "-o", "name") == "");
    }

    [Fact]
    public async Task A_budget_counts_the_pods_of_a_deployment_by_its_size()
    {
        var space = await DeploymentOfAsync(4);
        await Kubectl.SaysAsync("-n", space, "create", "pdb", "web", "--selector=app=web", "--max-unavailable=25%");
        await Kubectl.SaysAsync("-n", space, "wait", "--for=jsonpath={.status.expectedPods}=4", "pdb/web", "--timeout=60s");
        await Kubectl.SaysAsync("-n", space, "wait", "--for=jsonpath={.status.disruptionsAllowed}=1", "pdb/web", "--timeout=60s");
        Assert.Equal("3", await Kubectl.SaysAsync("-n", space, "get", "pdb", "web", "-o", "jsonpath={.status.desiredHealthy}"));
    }

    private async Task<string> DeploymentOfAsync(int replicas)
    {
        var space = await cluster.NamespaceAsync();
        var made = await Kubectl.SaysAsync("-n", space, "create", "deployment", "web", "--image=example/app:1", $"--replicas={replicas}");
        Assert.Equal("deployment.apps/web created\n", made);
        // kubectl names the container after the image, which is "app" here.
        await RolledOutAsync(space);
        return space;
    }

    private async Task RolledOutAsync(string space) =>
        Assert.Contains("successfully rolled out", await Kubectl.SaysAsync("-n", space, "rollout", "status", "deployment/web", "--timeout=120s"), StringComparison.Ordinal);

    private Task<Deployment> DeploymentAsync(string space) => cluster.Cluster.Client.GetAsync<Deployment>(space, "web", Stop);

    private async Task<string[]> NamesAsync(string space) =>
        (await Kubectl.SaysAsync("-n", space, "get", "pods", "-o", "name")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private Task<string> ImagesAsync(string space) =>
        Kubectl.SaysAsync("-n", space, "get", "pods", "--field-selector=status.phase=Running", "-o", "jsonpath={.items[*].spec.containers[0].image}");
}

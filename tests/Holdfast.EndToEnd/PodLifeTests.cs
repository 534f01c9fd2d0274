using Holdfast.EndToEnd.Programs;
using Holdfast.Model.Core;
using Holdfast.Testing;

namespace Holdfast.EndToEnd;

/// <summary>Containers are processes: what starts, probes, restarts and ends them.</summary>
public sealed class PodLifeTests(ProcessCluster cluster) : IClassFixture<ProcessCluster>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private Kubectl Kubectl => cluster.Kubectl;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Logs_are_given_whole_and_followed_to_the_end()
    {
        var go = _folder["go"];
        var space = await RunAsync("talks", $"echo one\nuntil [ -e {go} ]; do sleep 0.1; done\necho two\n{Manifests.Waits}");
        await cluster.ReadyAsync(space, "talks");
        await using var follow = Kubectl.Start("-n", space, "logs", "-f", "talks");
        await follow.SaysAsync("one\n");
        await File.WriteAllTextAsync(go, "", TestContext.Current.CancellationToken);
        await follow.SaysAsync("one\ntwo\n");
        Assert.Equal("two\n", await Kubectl.SaysAsync("-n", space, "logs", "talks", "--tail=1"));
        await Kubectl.SaysAsync("-n", space, "delete", "pod", "talks");
        Assert.Equal("one\ntwo\n", (await follow.EndsAsync()).Succeeded());
    }

    [Fact]
    public async Task A_container_has_its_address_name_and_variables()
    {
        var space = await RunAsync("knows", "echo \"$POD_NAME $POD_NAMESPACE $POD_IP $GREETING\"\n" + Manifests.Waits, "env: [{name: GREETING, value: hello}]");
        var pod = await cluster.ReadyAsync(space, "knows");
        Assert.Equal($"knows {space} {pod.Status.PodIP} hello", (await Kubectl.SaysAsync("-n", space, "logs", "knows")).TrimEnd('\n'));
    }

    [Fact]
    public async Task The_hook_before_the_stop_runs_before_the_signal()
    {
        var story = _folder["story"];
        var space = await RunAsync(
            "ends", $"trap 'echo signal >> {story}; exit 0' TERM; while :; do sleep 0.1; done",
            $"lifecycle: {{preStop: {{exec: {{command: [/bin/sh, -c, 'echo hook >> {story}']}}}}}}");
        await cluster.ReadyAsync(space, "ends");
        await Kubectl.SaysAsync("-n", space, "delete", "pod", "ends");
        Assert.Equal("hook\nsignal\n", await File.ReadAllTextAsync(story, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_container_that_does_not_heed_the_signal_is_killed_after_its_grace_period()
    {
        var space = await RunAsync("stays", "trap '' TERM; while :; do sleep 0.1; done # stays");
        var pod = await cluster.ReadyAsync(space, "stays");
        var process = Assert.Single(PodProcesses.At(pod.Status.PodIP, "# stays"));
        await Kubectl.SaysAsync("-n", space, "delete", "pod", "stays", "--grace-period=1");
        Assert.False(PodProcesses.IsRunning(process), "the process outlived its pod");
    }

    [Fact]
    public async Task A_member_that_is_not_ready_is_no_endpoint()
    {
        var ready = _folder["ready"];
        await File.WriteAllTextAsync(ready, "", TestContext.Current.CancellationToken);
        var space = await RunAsync("wavers", Manifests.Waits, $"readinessProbe: {{exec: {{command: [test, -e, {ready}]}}, periodSeconds: 1, failureThreshold: 1}}");
        (await Kubectl.ApplyAsync("apiVersion: v1\nkind: Service\nmetadata: {name: wavers}\nspec: {clusterIP: None, selector: {app: wavers}, ports: [{port: 80}]}\n", "-n", space)).Succeeded();
        await cluster.ReadyAsync(space, "wavers");
        await EndpointAsync(space, "true");
        File.Delete(ready);
        var pod = await cluster.PodAsync(space, "wavers", "is not ready", pod => !ClusterFixture.IsReady(pod));
        Assert.Equal(0, pod.Status.ContainerStatuses[0].RestartCount);
        await EndpointAsync(space, "false");
        Assert.Contains("Readiness probe failed", await Kubectl.SaysAsync("-n", space, "describe", "pod", "wavers"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_that_does_not_live_is_ended_and_started_again()
    {
        var sick = _folder["sick"];
        var space = await RunAsync("sickens", $"rm -f {sick}\n{Manifests.Waits}", $"livenessProbe: {{exec: {{command: [test, '!', -e, {sick}]}}, periodSeconds: 1, failureThreshold: 1}}");
        var before = await cluster.ReadyAsync(space, "sickens");
        await File.WriteAllTextAsync(sick, "", TestContext.Current.CancellationToken);
        var after = await cluster.PodAsync(space, "sickens", "was started again", pod => ClusterFixture.IsReady(pod) && pod.Status.ContainerStatuses[0].RestartCount == 1);
        Assert.Equal((before.Metadata.Uid, before.Status.PodIP), (after.Metadata.Uid, after.Status.PodIP));
        Assert.Contains("Liveness probe failed", await Kubectl.SaysAsync("-n", space, "describe", "pod", "sickens"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_that_ends_is_started_again_with_growing_pauses()
    {
        var space = await RunAsync("crashes", "echo crashing\nexit 3");
        var pod = await cluster.PodAsync(space, "crashes", "waits before its next start", Waiting("CrashLoopBackOff"));
        Assert.True(pod.Status.ContainerStatuses[0].RestartCount >= 1);
        Assert.Equal(3, pod.Status.ContainerStatuses[0].LastState?.Terminated?.ExitCode);
        Assert.Matches(@"crashes +0/1 +CrashLoopBackOff +\d+ \(", await Kubectl.SaysAsync("-n", space, "get", "pods"));
        Assert.Equal("crashing\n", await Kubectl.SaysAsync("-n", space, "logs", "crashes", "--previous"));
    }

    [Fact]
    public async Task A_missing_image_is_told_with_what_there_is_and_how_to_add_it()
    {
        var space = await cluster.NamespaceAsync();
        (await Kubectl.ApplyAsync("apiVersion: v1\nkind: Pod\nmetadata: {name: lacks}\nspec: {containers: [{name: app, image: example/none:1}]}\n", "-n", space)).Succeeded();
        await cluster.PodAsync(space, "lacks", "waits for its image", Waiting("ImagePullBackOff"));
        var said = await Kubectl.SaysAsync("-n", space, "describe", "pod", "lacks");
        Assert.Contains("example/ledger-store:2.8.1", said, StringComparison.Ordinal);
        Assert.Contains("holdfast image add example/none:1 -- ", said, StringComparison.Ordinal);
        Assert.Contains("ImagePullBackOff", await Kubectl.SaysAsync("-n", space, "get", "pods"), StringComparison.Ordinal);
        (await HoldfastCommand.RunAsync("image", "add", "example/none:1", "--data", cluster.Cluster.DataFolder, "--", "/bin/sh", "-c", Manifests.Waits)).Succeeded();
        await cluster.ReadyAsync(space, "lacks");
    }

    [Fact]
    public async Task A_claims_folder_is_at_its_path_and_keeps_what_a_pod_wrote()
    {
        var space = await cluster.NamespaceAsync();
        (await Kubectl.ApplyAsync("apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n", "-n", space)).Succeeded();
        Assert.Equal("Pending", await Kubectl.SaysAsync("-n", space, "get", "pvc", "data", "-o", "jsonpath={.status.phase}"));
        // Where volumes cannot be mounted, the variable has the folder's real path.
        const string Script = "cd \"${HOLDFAST_VOLUME_DATA:-/var/lib/data}\"\ncat kept 2>/dev/null || echo nothing yet\necho kept by an earlier pod > kept\n" + Manifests.Waits;
        const string Mount = "volumeMounts: [{name: data, mountPath: /var/lib/data}]";
        const string Volume = "volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]";
        (await Kubectl.ApplyAsync(Manifests.Pod("first", Script, Mount, Volume), "-n", space)).Succeeded();
        await cluster.ReadyAsync(space, "first");
        Assert.Equal("nothing yet\n", await Kubectl.SaysAsync("-n", space, "logs", "first"));
        await Kubectl.SaysAsync("-n", space, "delete", "pod", "first");
        (await Kubectl.ApplyAsync(Manifests.Pod("second", Script, Mount, Volume), "-n", space)).Succeeded();
        await cluster.ReadyAsync(space, "second");
        Assert.Equal("kept by an earlier pod\n", await Kubectl.SaysAsync("-n", space, "logs", "second"));
        Assert.False(Directory.Exists("/var/lib/data"), "the mount path was made on the host");
    }

    private static Func<Pod, bool> Waiting(string reason) => pod => pod.Status.ContainerStatuses is [{ State.Waiting.Reason: var found }] && found == reason;

    private Task EndpointAsync(string space, string isReady) => ClusterFixture.HoldsAsync($"the endpoint is ready: {isReady}", async () =>
        await Kubectl.SaysAsync("-n", space, "get", "endpointslices", "-o", "jsonpath={.items[*].endpoints[*].conditions.ready}") == isReady);

    private async Task<string> RunAsync(string name, string script, string container = "")
    {
        var space = await cluster.NamespaceAsync();
        (await Kubectl.ApplyAsync(Manifests.Pod(name, script, container), "-n", space)).Succeeded();
        return space;
    }
}

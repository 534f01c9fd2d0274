using System.Text.Json;
using Holdfast.EndToEnd.Programs;
using Holdfast.Model.Core;
using Holdfast.Testing;

namespace Holdfast.EndToEnd;

/// <summary>How a cluster begins and ends, and what becomes of its pods.</summary>
public sealed class UpAndDownTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Data => _folder["data"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Up_says_what_is_ready_how_long_it_took_and_how_kubectl_finds_it()
    {
        await using var cluster = await Cluster.StartAsync(Data, "--runtime", "fake", "--nodes", "2", "--zones", "x,y");
        var said = cluster.Program.Output;
        foreach (var part in (string[])["store", "API server", "DNS", "controllers", "nodes"])
            Assert.Matches($@"(?m)^  {part} +\d+ ms   \S", said);
        Assert.Matches(@"(?m)^Ready in \d+\.\d\d s\.", said);
        Assert.Contains($"\n  export KUBECONFIG={cluster.Kubeconfig}\n", said, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(cluster.Kubeconfig));
        Assert.Equal(
            "node-1 x\nnode-2 y\n",
            await cluster.Kubectl.SaysAsync("get", "nodes", "-o", @"jsonpath={range .items[*]}{.metadata.name} {.metadata.labels.topology\.kubernetes\.io/zone}{""\n""}{end}"));
    }

    [Fact]
    public async Task A_cluster_without_nodes_serves_the_API_and_keeps_it_over_a_restart()
    {
        await using (var first = await Cluster.StartAsync(Data, "--nodes", "0"))
        {
            (await first.Kubectl.ApplyAsync(Manifests.Namespace("kept"))).Succeeded();
            Assert.Contains("No resources found", (await first.Kubectl.RunAsync("get", "nodes")).Errors, StringComparison.Ordinal);
        }
        await using var second = await Cluster.StartAsync(Data, "--nodes", "0");
        Assert.Equal("namespace/kept\n", await second.Kubectl.SaysAsync("get", "namespace", "kept", "-o", "name"));
        Assert.DoesNotContain("nodes ", second.Program.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task A_signal_ends_the_cluster_and_its_pods_in_order(string signal)
    {
        await AddShellAsync();
        await using var cluster = await Cluster.StartedAsync(HoldfastCommand.StartAtTerminal("up", "--data", Data, "--port", "0", "--nodes", "1"), Data);
        var marker = _folder["ended"];
        await RunPodAsync(cluster, $"echo in order > {marker}");
        var outcome = await cluster.StopAsync(signal);
        Assert.Equal(0, outcome.ExitCode);
        Assert.EndsWith("Stopping; pods are given their time to end.\nStopped.\n", outcome.Output, StringComparison.Ordinal);
        Assert.Equal("", outcome.Errors);
        Assert.Equal("in order\n", await File.ReadAllTextAsync(marker, Stop));
        Assert.Empty(PodProcesses.Of(Data));
    }

    [Fact]
    public async Task Down_stops_what_runs_and_status_tells_before_and_after()
    {
        await AddShellAsync();
        await using var cluster = await Cluster.StartAsync(Data, "--nodes", "1");
        var process = await RunPodAsync(cluster, ":");
        var text = (await HoldfastCommand.RunAsync("status", "--data", Data)).Succeeded();
        Assert.StartsWith($"Healthy: https://127.0.0.1:", text, StringComparison.Ordinal);
        Assert.Contains($"process {cluster.Program.ProcessId} (holdfast up)", text, StringComparison.Ordinal);
        Assert.Contains("Pods    1/1 ready", text, StringComparison.Ordinal);
        using (var json = JsonDocument.Parse((await HoldfastCommand.RunAsync("status", "--data", Data, "-o", "json")).Succeeded()))
        {
            Assert.True(json.RootElement.GetProperty("running").GetBoolean());
            Assert.Equal(cluster.Program.ProcessId, json.RootElement.GetProperty("processId").GetInt32());
            Assert.Equal(1, json.RootElement.GetProperty("pods").GetProperty("ready").GetInt32());
        }

        Assert.Contains($"Stopping process {cluster.Program.ProcessId} (holdfast up)", (await HoldfastCommand.RunAsync("down", "--data", Data)).Succeeded(), StringComparison.Ordinal);
        Assert.Equal(0, (await cluster.Program.EndsAsync()).ExitCode);
        Assert.False(PodProcesses.IsRunning(process));

        Assert.Contains($"No cluster runs on {Data}", (await HoldfastCommand.RunAsync("status", "--data", Data)) is { ExitCode: 3 } gone ? gone.Output : "", StringComparison.Ordinal);
        var after = await HoldfastCommand.RunAsync("status", "--data", Data, "-o", "json");
        using (var json = JsonDocument.Parse(after.Output))
            Assert.Equal((3, false), (after.ExitCode, json.RootElement.GetProperty("running").GetBoolean()));
        Assert.Contains("No cluster runs", (await HoldfastCommand.RunAsync("down", "--data", Data)).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_of_a_set_that_is_not_there_yet_is_not_health()
    {
        await using var cluster = await Cluster.StartAsync(Data, "--nodes", "0");
        (await cluster.Kubectl.ApplyAsync(Manifests.Set("waiting", 2))).Succeeded();
        var status = await HoldfastCommand.RunAsync("status", "--data", Data);
        Assert.Equal(1, status.ExitCode);
        Assert.StartsWith("Not healthy:", status.Output, StringComparison.Ordinal);
        Assert.Contains("default/waiting", status.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pods_left_by_down_are_adopted_by_the_next_start()
    {
        await AddShellAsync();
        int process;
        await using (var first = await Cluster.StartAsync(Data, "--nodes", "1"))
        {
            process = await RunPodAsync(first, ":");
            (await HoldfastCommand.RunAsync("down", "--leave-pods", "--data", Data)).Succeeded();
            Assert.Contains("pods are left running", (await first.Program.EndsAsync()).Succeeded(), StringComparison.Ordinal);
            Assert.True(PodProcesses.IsRunning(process), "the pod's process ended with the cluster");
            await AdoptsAsync(process);
        }
        Assert.False(PodProcesses.IsRunning(process), "the pod's process outlived the second cluster");
    }

    [Fact]
    public async Task Pods_outlive_a_crash_and_are_adopted_by_the_next_start()
    {
        await AddShellAsync();
        await using var first = await Cluster.StartAsync(Data, "--nodes", "1");
        var process = await RunPodAsync(first, ":");
        first.Program.Signal("KILL");
        Assert.Equal(128 + 9, (await first.Program.EndsAsync()).ExitCode);
        Assert.True(PodProcesses.IsRunning(process), "the pod's process ended with the crash");
        Assert.Equal(3, (await HoldfastCommand.RunAsync("status", "--data", Data)).ExitCode);
        await AdoptsAsync(process);
        Assert.False(PodProcesses.IsRunning(process), "the pod's process outlived the second cluster");
    }

    [Fact]
    public async Task Down_ends_the_pods_that_a_crash_has_left()
    {
        await AddShellAsync();
        await using var first = await Cluster.StartAsync(Data, "--nodes", "1");
        var marker = _folder["ended"];
        var process = await RunPodAsync(first, $"echo in order > {marker}");
        first.Program.Signal("KILL");
        await first.Program.EndsAsync();
        var down = (await HoldfastCommand.RunAsync("down", "--data", Data)).Succeeded();
        Assert.Equal($"No cluster runs on {Data}.\nEnded 1 pod that it had left running.\n", down);
        Assert.False(PodProcesses.IsRunning(process), "the pod's process is still running");
        Assert.Equal("in order\n", await File.ReadAllTextAsync(marker, Stop));
    }

    [Fact]
    public async Task Fresh_ends_the_pods_that_were_left_and_begins_anew()
    {
        await AddShellAsync();
        await using var first = await Cluster.StartAsync(Data, "--nodes", "1");
        var process = await RunPodAsync(first, ":");
        first.Program.Signal("KILL");
        await first.Program.EndsAsync();
        await using var second = await Cluster.StartAsync(Data, "--nodes", "1", "--fresh");
        Assert.False(PodProcesses.IsRunning(process), "a pod of the earlier cluster is still running");
        Assert.Null(await second.Client.FindAsync<Pod>("default", "kept", Stop));
    }

    /// <summary>Starts the cluster again, sees the same process under the same pod, and stops both.</summary>
    private async Task AdoptsAsync(int process)
    {
        await using var second = await Cluster.StartAsync(Data, "--nodes", "1");
        await Eventually.HoldsAsync("the pod is ready again", async () => ClusterFixture.IsReady(await second.Client.GetAsync<Pod>("default", "kept", Stop)), Patience.Usual, Stop);
        var pod = await second.Client.GetAsync<Pod>("default", "kept", Stop);
        Assert.Equal(0, pod.Status.ContainerStatuses[0].RestartCount);
        Assert.Equal([process], PodProcesses.At(pod.Status.PodIP, "still here"));
        Assert.Equal("still here\n", await second.Kubectl.SaysAsync("logs", "kept"));
        Assert.Equal(0, (await second.StopAsync()).ExitCode);
    }

    private async Task AddShellAsync() =>
        (await HoldfastCommand.RunAsync("image", "add", Manifests.ShellImage, "--data", Data, "--", "/bin/sh")).Succeeded();

    /// <summary>Runs the pod "kept", which does something when it is asked to end, and gives the process of its script.</summary>
    private static async Task<int> RunPodAsync(Cluster cluster, string atItsEnd)
    {
        await Eventually.HoldsAsync("pods can be made", async () => await cluster.Client.FindAsync<ServiceAccount>("default", "default", Stop) is not null, Patience.Usual, Stop);
        (await cluster.Kubectl.ApplyAsync(Manifests.Pod("kept", $"trap '{atItsEnd}; exit 0' TERM\necho still here\nwhile :; do sleep 0.2; done"))).Succeeded();
        await Eventually.HoldsAsync("the pod is ready", async () => ClusterFixture.IsReady(await cluster.Client.GetAsync<Pod>("default", "kept", Stop)), Patience.Usual, Stop);
        await Eventually.HoldsAsync("the pod's script heeds signals", async () => await cluster.Kubectl.SaysAsync("logs", "kept") == "still here\n", Patience.Usual, Stop);
        var pod = await cluster.Client.GetAsync<Pod>("default", "kept", Stop);
        return Assert.Single(PodProcesses.At(pod.Status.PodIP, "still here"));
    }
}

using System.Text;
using Holdfast.Client;
using Holdfast.Model.Core;
using Holdfast.Node.Logs;
using Holdfast.Node.Probes;
using Holdfast.Node.Process;
using Holdfast.Node.Process.Images;
using Holdfast.Node.Volumes;
using Holdfast.Platform;
using Holdfast.Testing;
using Holdfast.Testing.Api;

namespace Holdfast.Node.Tests.RealProcesses;

/// <summary>The agent with the process runtime: real processes, real files, real time.</summary>
public sealed class RealPodTests : IDisposable, ILogSink
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();
    private readonly OneThread _thread = new();
    private readonly FakeApiTransport _api = new(TimeProvider.System, new SeededChance(1));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    void ILogSink.Write(LogEntry entry) => TestContext.Current.TestOutputHelper?.WriteLine(entry.Message);

    [Fact]
    public Task A_real_process_runs_is_logged_probed_told_to_end_and_leaves_nothing_behind() => RunAsync(async agent =>
    {
        var script = "echo hello $GREETING; trap 'echo ending; exit 0' TERM; touch \"$MARK\"; while :; do sleep 0.05; done";
        var mark = _folder["mark"];
        var pod = _api.Put(Pods.Named("web-0", Container.Empty with
        {
            Name = "app",
            Image = LocalImageStore.HostImage.Reference,
            Command = ["sh", "-c", script],
            Env = [new EnvVar { Name = "GREETING", Value = "from $(HOME_OF)" }, new EnvVar { Name = "MARK", Value = mark }],
            ReadinessProbe = Probe.Empty with { Exec = ExecAction.Empty with { Command = ["test", "-e", mark] }, PeriodSeconds = 1, TimeoutSeconds = 5, SuccessThreshold = 1, FailureThreshold = 3 },
        }));
        await UntilAsync("the pod is ready", () => Find("web-0").Condition("Ready") == "True");
        var logs = agent.Logs.OpenAsync(new NodeLogRequest(pod.Metadata.Uid, "app"), Token);
        Assert.Equal("hello from $(HOME_OF)\n", await TextAsync(await logs));

        await new KubernetesClient(_api, "test").DeleteAsync<Pod>("default", "web-0", null, Token);
        await UntilAsync("the pod is gone", () => Find("web-0") is null);
        var last = _api.History.Select(change => change.New).OfType<Pod>().Last();
        Assert.Equal(("Succeeded", 0), (last.Status.Phase, last.StatusOf("app").State.Terminated!.ExitCode));
        await UntilAsync("its folder is gone", () => !Directory.Exists(_folder[$"nodes/{Pods.NodeName}/pods/{pod.Metadata.Uid}"]));
    });

    [Fact]
    public Task A_missing_image_says_how_to_add_it() => RunAsync(async _ =>
    {
        _api.Put(Pods.Named("web-0", Pods.Container("app") with { Image = "example/none:1" }));
        await UntilAsync("the pod waits", () => Find("web-0")?.Status.ContainerStatuses is [{ State.Waiting.Reason: "ErrImagePull" }]);
        Assert.Contains("holdfast image add example/none:1", Find("web-0")!.StatusOf("app").State.Waiting!.Message, StringComparison.Ordinal);
        await UntilAsync("it backs off", () => Find("web-0")!.StatusOf("app").State.Waiting?.Reason == "ImagePullBackOff");
    });

    [Fact]
    public async Task Probes_tell_answers_from_silence()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        using var network = new PodNetwork(TimeProvider.System);
        var answering = AnswerOnceAsync(listener);
        var code = await network.GetAsync(new Uri($"http://127.0.0.1:{port}/ready"), [new("X-Probe", "1")], Deadline, Token);
        Assert.Equal(503, code);
        Assert.Contains("X-Probe: 1", await answering, StringComparison.Ordinal);
        await network.ConnectAsync("127.0.0.1", port, Deadline, Token);
        listener.Stop();
        var error = await Assert.ThrowsAsync<PodNetworkException>(() => network.ConnectAsync("127.0.0.1", port, Deadline, Token));
        Assert.Contains($"dial tcp 127.0.0.1:{port}", error.Message, StringComparison.Ordinal);
    }

    private static async Task<string> AnswerOnceAsync(System.Net.Sockets.TcpListener listener)
    {
        using var client = await listener.AcceptTcpClientAsync(Token);
        var buffer = new byte[4096];
        var length = await client.GetStream().ReadAsync(buffer, Token);
        await client.GetStream().WriteAsync("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), Token);
        return Encoding.ASCII.GetString(buffer, 0, length);
    }

    private Task RunAsync(Func<NodeAgent, Task> body) => _thread.RunAsync(async () =>
    {
        var paths = new NodePaths(_folder.Path, Pods.NodeName);
        var images = new LocalImageStore(_folder["images"], []);
        await using var runtime = await ProcessRuntime.OpenAsync(
            new ProcessRuntimeOptions { Folder = paths.Runtime, Images = images, AddressPrefix = "127.77" }, TimeProvider.System, _thread, Token);
        using var network = new PodNetwork(TimeProvider.System);
        var options = new NodeAgentOptions
        {
            Name = Pods.NodeName,
            DataFolder = _folder.Path,
            Runtime = runtime,
            Network = network,
            VolumeFiles = new DiskVolumeFiles(),
        };
        await using var agent = new NodeAgent(options, new ClientEnvironment(_api, _thread, TimeProvider.System, new SeededChance(2), this));
        await agent.StartAsync(Token);
        try
        {
            await body(agent);
        }
        finally
        {
            await agent.StopAsync(leavePods: false, Token);
        }
        Assert.Empty(_thread.Faults);
        Assert.Empty(await runtime.ListAsync(Token));
    }, Token);

    private Pod? Find(string name) => _api.Find<Pod>("default", name);

    private static Task UntilAsync(string what, Func<bool> condition) => Eventually.HoldsAsync(what, condition, Deadline, Token);

    private static async Task<string> TextAsync(Stream stream)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync(Token);
    }
}

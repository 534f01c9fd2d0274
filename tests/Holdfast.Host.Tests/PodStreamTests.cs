using System.Diagnostics;
using System.Net.Http.Headers;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Node.Process.Images;
using Holdfast.Testing;

namespace Holdfast.Host.Tests;

/// <summary>The real kubectl with pods that are real processes: commands, copies, ports, and the pods' own tokens.</summary>
public sealed class PodStreamTests : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);
    private readonly TemporaryFolder _folder = new();
    private EmbeddedCluster? _cluster;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static bool HasKubectl => Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, "kubectl")));

    private EmbeddedCluster Cluster => _cluster!;

    public async ValueTask InitializeAsync()
    {
        Assert.True(HasKubectl, "kubectl is missing; ./test says where it is to be had");
        _cluster = await EmbeddedCluster.StartAsync(new EmbeddedClusterOptions { DataFolder = _folder["data"], Nodes = 1, CommandLine = "the tests of the host" }, Stop);
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Commands_get_their_input_and_give_their_outputs_and_exit_code()
    {
        await RunPodAsync("while :; do sleep 0.2; done");
        Assert.Equal((0, "out\n", "err\n"), await KubectlAsync("", "exec", "p", "--", "sh", "-c", "echo out; echo err >&2"));
        Assert.Equal((0, "3\n", ""), await KubectlAsync("a b c", "exec", "-i", "p", "--", "sh", "-c", "wc -w | tr -d ' '"));
        var failed = await KubectlAsync("", "exec", "p", "--", "sh", "-c", "exit 7");
        Assert.Equal(7, failed.Code);
        Assert.Contains("command terminated with exit code 7", failed.Errors, StringComparison.Ordinal);
        var large = await KubectlAsync("", "exec", "p", "--", "sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' x");
        Assert.Equal((0, 3_000_000), (large.Code, large.Output.Length));
        var missing = await KubectlAsync("", "exec", "p", "-c", "none", "--", "true");
        Assert.NotEqual(0, missing.Code);
        Assert.Contains("container none is not valid for pod p", missing.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_are_copied_both_ways()
    {
        await RunPodAsync("while :; do sleep 0.2; done");
        var (there, file, back) = (_folder["there"], _folder["file"], _folder["back"]);
        Directory.CreateDirectory(there);
        await File.WriteAllTextAsync(file, "kept\n", Stop);
        Assert.Equal((0, ""), Essence(await KubectlAsync("", "cp", file, $"default/p:{there}/copy")));
        Assert.Equal("kept\n", await File.ReadAllTextAsync(Path.Combine(there, "copy"), Stop));
        Assert.Equal(0, (await KubectlAsync("", "cp", $"default/p:{there}/copy", back)).Code);
        Assert.Equal("kept\n", await File.ReadAllTextAsync(back, Stop));

        static (int, string) Essence((int Code, string Output, string Errors) answer) => (answer.Code, answer.Code == 0 ? "" : answer.Errors);
    }

    [Fact]
    public async Task A_pods_token_is_its_service_account()
    {
        await RunPodAsync("while :; do sleep 0.2; done");
        var token = await TokenAsync();
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = static (_, _, _, _) => true };
        using var http = new HttpClient(handler) { BaseAddress = Cluster.Server };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var answer = await http.GetAsync(new Uri("/api/v1/namespaces/default/pods", UriKind.Relative), Stop);
        var text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.Equal(403, (int)answer.StatusCode);
        Assert.Contains("system:serviceaccount:default:default", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_of_a_pod_is_reached_from_here()
    {
        Assert.True(File.Exists("/usr/bin/python3"), "python3, which serves in this test, is not at /usr/bin/python3; ./test installs it where it may");
        var pod = await RunPodAsync("exec /usr/bin/python3 -m http.server 8099 --bind $POD_IP --directory /usr/share");
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        // kubectl gives up at the first connection that the pod refuses.
        await Eventually.HoldsAsync("the pod serves", () => AnswersAsync(http, $"http://{pod.Status.PodIP}:8099/"), Deadline, Stop);
        using var process = Kubectl("port-forward", "p", ":8099");
        try
        {
            var line = await process.StandardOutput.ReadLineAsync(Stop) ?? await process.StandardError.ReadToEndAsync(Stop);
            Assert.StartsWith("Forwarding from 127.0.0.1:", line, StringComparison.Ordinal);
            var port = line.Split(' ')[2].Split(':')[1];
            for (var i = 0; i < 5; i++)
                await Eventually.HoldsAsync("the pod answers through the forwarded port", () => AnswersAsync(http, $"http://127.0.0.1:{port}/"), Deadline, Stop);
        }
        finally
        {
            process.Kill();
        }
    }

    private static async Task<bool> AnswersAsync(HttpClient http, string address)
    {
        try
        {
            return (await http.GetAsync(new Uri(address), Stop)).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task<string> TokenAsync()
    {
        var file = Directory.EnumerateFiles(_folder["data"], "token", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None }).First();
        return (await File.ReadAllTextAsync(file, Stop)).Trim();
    }

    private async Task<Pod> RunPodAsync(string script)
    {
        await Eventually.HoldsAsync("the default account is there",
            async () => await Cluster.Client.FindAsync<ServiceAccount>("default", "default", Stop) is not null, Deadline, Stop);
        await Cluster.Client.CreateAsync(new Pod
        {
            Metadata = new ObjectMeta { Namespace = "default", Name = "p" },
            Spec = new PodSpec
            {
                TerminationGracePeriodSeconds = 1,
                Containers = [new Container { Name = "c", Image = LocalImageStore.HostImage.Reference, Command = ["sh", "-c", script] }],
            },
        }, Stop);
        await Eventually.HoldsAsync("the pod runs",
            async () => (await Cluster.Client.GetAsync<Pod>("default", "p", Stop)).Status.ContainerStatuses is [{ State.Running: not null }], Deadline, Stop);
        return await Cluster.Client.GetAsync<Pod>("default", "p", Stop);
    }

    private async Task<(int Code, string Output, string Errors)> KubectlAsync(string input, params string[] arguments)
    {
        using var process = Kubectl(arguments);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(Stop), process.StandardError.ReadToEndAsync(Stop));
        await process.WaitForExitAsync(Stop).WaitAsync(Deadline, Stop);
        return (process.ExitCode, await output, await errors);
    }

    private Process Kubectl(params string[] arguments)
    {
        var start = new ProcessStartInfo("kubectl", ["--kubeconfig", Cluster.Kubeconfig, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["HOME"] = _folder.Path;
        return Process.Start(start)!;
    }
}

using System.Text;
using Holdfast.Client;
using Holdfast.Client.Http;
using Holdfast.Client.Streaming;

namespace Holdfast.Host.Tests.Streams;

/// <summary>The client's own way to run commands in pods, against the real server and pods that are real processes.</summary>
public sealed class PodExecTests(PodCluster cluster) : IClassFixture<PodCluster>
{
    private const string Forever = "while :; do sleep 0.2; done";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_command_gives_both_its_outputs_and_its_exit_code()
    {
        await cluster.RunPodAsync("exec-outputs", Forever);
        var result = await RunAsync(Shell("exec-outputs", "echo out; echo err >&2; exit 3"));
        Assert.Equal((3, "out\n", "err\n"), (result.ExitCode, result.OutputText, result.ErrorText));
    }

    [Fact]
    public async Task A_command_reads_its_input_to_the_end()
    {
        await cluster.RunPodAsync("exec-input", Forever);
        var input = string.Concat(Enumerable.Repeat("0123456789abcdef\n", 8000));
        var result = await RunAsync(Shell("exec-input", "wc -c | tr -d ' '; sleep 0; true") with { Input = Encoding.ASCII.GetBytes(input) });
        Assert.Equal((0, $"{input.Length}\n"), (result.ExitCode, result.OutputText));
    }

    [Fact]
    public async Task A_command_that_does_not_read_its_input_ends_all_the_same()
    {
        await cluster.RunPodAsync("exec-deaf", Forever);
        Assert.Equal(0, (await RunAsync(Shell("exec-deaf", "true") with { Input = new byte[2_000_000] })).ExitCode);
    }

    [Fact]
    public async Task What_cannot_run_is_said_with_the_servers_words()
    {
        await cluster.RunPodAsync("exec-refused", Forever);
        Assert.Equal(404, (await FailureAsync(Shell("no-such-pod", "true"))).Code);
        Assert.Contains("container", (await FailureAsync(Shell("exec-refused", "true") with { Container = "other" })).Message, StringComparison.Ordinal);
        using var nobody = (KubeConfig.Load(cluster.Cluster.Kubeconfig) with { ClientCertificatePem = "", ClientKeyPem = "", Token = "" }).CreateClient();
        var refused = await Assert.ThrowsAsync<ApiException>(() => new PodExec(nobody, TimeProvider.System).RunAsync(Shell("exec-refused", "true"), Stop));
        Assert.Contains(refused.Code, new[] { 401, 403 });
    }

    [Fact]
    public async Task A_service_account_runs_commands_by_its_token()
    {
        await cluster.RunPodAsync("exec-token", Forever);
        foreach (var arguments in new[]
        {
            new[] { "create", "serviceaccount", "runner" },
            ["create", "role", "runner", "--verb=create", "--verb=get", "--resource=pods/exec"],
            ["create", "rolebinding", "runner", "--role=runner", "--serviceaccount=default:runner"],
        })
            Assert.Equal(0, (await cluster.KubectlAsync("", [], arguments)).Code);
        var token = (await cluster.KubectlAsync("", [], "create", "token", "runner")).Output.Trim();
        using var client = (KubeConfig.Load(cluster.Cluster.Kubeconfig) with { ClientCertificatePem = "", ClientKeyPem = "", Token = token }).CreateClient();
        Assert.Equal("hello\n", (await new PodExec(client, TimeProvider.System).RunAsync(Shell("exec-token", "echo hello"), Stop)).OutputText);
    }

    [Fact]
    public async Task Time_and_size_are_bounded()
    {
        await cluster.RunPodAsync("exec-bounds", Forever);
        var late = await FailureAsync(Shell("exec-bounds", "sleep 30") with { Timeout = TimeSpan.FromMilliseconds(300) });
        Assert.Equal((0, "Timeout"), (late.Code, late.Reason));
        var large = await FailureAsync(Shell("exec-bounds", "yes") with { MaximumOutputBytes = 10_000 });
        Assert.Equal((0, "TooLarge"), (large.Code, large.Reason));
        Assert.Contains("10000 bytes", large.Message, StringComparison.Ordinal);
    }

    private static PodCommand Shell(string pod, string script) => new("default", pod, ["sh", "-c", script]) { Timeout = TimeSpan.FromSeconds(60) };

    private async Task<PodCommandResult> RunAsync(PodCommand command)
    {
        using var client = KubeConfig.Load(cluster.Cluster.Kubeconfig).CreateClient();
        return await new PodExec(client, TimeProvider.System).RunAsync(command, Stop);
    }

    private Task<ApiException> FailureAsync(PodCommand command) => Assert.ThrowsAsync<ApiException>(() => RunAsync(command));
}

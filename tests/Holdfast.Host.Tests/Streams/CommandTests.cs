using System.Net.Http.Headers;
using Holdfast.Testing;

namespace Holdfast.Host.Tests.Streams;

/// <summary>The real kubectl brings commands and files into pods that are real processes, over WebSockets and over SPDY.</summary>
public sealed class CommandTests(PodCluster cluster) : IClassFixture<PodCluster>
{
    private const string Forever = "while :; do sleep 0.2; done";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("WebSocket")]
    [InlineData("SPDY")]
    public async Task Commands_get_their_input_and_give_their_outputs_and_exit_code(string protocol)
    {
        var (name, speaks) = ("streams-" + protocol.ToLowerInvariant(), PodCluster.Speaking(protocol));
        await cluster.RunPodAsync(name, Forever);
        Assert.Equal(new Outcome(0, "out\n", "err\n"), await cluster.KubectlAsync("", speaks, "exec", name, "--", "sh", "-c", "echo out; echo err >&2"));
        Assert.Equal(new Outcome(0, "3\n", ""), await cluster.KubectlAsync("a b c", speaks, "exec", "-i", name, "--", "sh", "-c", "wc -w | tr -d ' '"));
        var failed = await cluster.KubectlAsync("", speaks, "exec", name, "--", "sh", "-c", "exit 7");
        Assert.Equal(7, failed.Code);
        Assert.Contains("command terminated with exit code 7", failed.Errors, StringComparison.Ordinal);
        var missing = await cluster.KubectlAsync("", speaks, "exec", name, "-c", "none", "--", "true");
        Assert.NotEqual(0, missing.Code);
        Assert.Contains($"container none is not valid for pod {name}", missing.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("WebSocket")]
    [InlineData("SPDY")]
    public async Task Thirty_megabytes_go_in_and_out_without_loss(string protocol)
    {
        const int size = 30_000_000;
        var (name, speaks) = ("large-" + protocol.ToLowerInvariant(), PodCluster.Speaking(protocol));
        await cluster.RunPodAsync(name, Forever);
        var output = await cluster.KubectlAsync("", speaks, "exec", name, "--", "sh", "-c", $"head -c {size} /dev/zero | tr '\\0' x");
        Assert.Equal((0, size), (output.Code, output.Output.Length));
        // The input ends, and what the command says after that still arrives.
        var both = await cluster.KubectlAsync(new string('y', size), speaks, "exec", "-i", name, "--", "sh", "-c", "wc -c; sleep 0.3; echo done");
        Assert.Equal(new Outcome(0, $"{size}\ndone\n", ""), both with { Output = both.Output.TrimStart() });
    }

    [Theory]
    [InlineData("WebSocket")]
    [InlineData("SPDY")]
    public async Task A_client_that_vanishes_takes_its_command_with_it(string protocol)
    {
        var (name, speaks) = ("vanish-" + protocol.ToLowerInvariant(), PodCluster.Speaking(protocol));
        await cluster.RunPodAsync(name, Forever);
        var marker = $"holdfast-vanish-{Guid.NewGuid():N}";
        using var kubectl = cluster.Kubectl(speaks, "exec", "-i", name, "--", "sh", "-c", $"echo here; exec sleep 300 # {marker}; while :; do sleep 1; : {marker}; done");
        Assert.Equal("here", await kubectl.StandardOutput.ReadLineAsync(Stop));
        await Eventually.HoldsAsync("the command runs", () => Task.FromResult(Sleeping().Count > 0), PodCluster.Deadline, Stop);
        kubectl.Kill();
        await Eventually.HoldsAsync("the command has ended", () => Task.FromResult(Sleeping().Count == 0), PodCluster.Deadline, Stop);

        static List<string> Sleeping() => [.. Directory.EnumerateDirectories("/proc").Where(folder => IsSleep(folder))];
        static bool IsSleep(string folder)
        {
            try
            {
                return char.IsAsciiDigit(Path.GetFileName(folder)[0]) && File.ReadAllText(Path.Combine(folder, "cmdline")) == "sleep\0300\0"
                    && File.ReadAllText(Path.Combine(folder, "environ")).Contains("POD_NAME=vanish-", StringComparison.Ordinal);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    [Theory]
    [InlineData("WebSocket")]
    [InlineData("SPDY")]
    public async Task Files_are_copied_both_ways(string protocol)
    {
        var (name, speaks) = ("files-" + protocol.ToLowerInvariant(), PodCluster.Speaking(protocol));
        await cluster.RunPodAsync(name, Forever);
        var (there, file, back) = (cluster.Folder["there-" + name], cluster.Folder["file-" + name], cluster.Folder["back-" + name]);
        Directory.CreateDirectory(there);
        var content = new byte[5_000_000];
        new Random(1).NextBytes(content);
        await File.WriteAllBytesAsync(file, content, Stop);
        var copied = await cluster.KubectlAsync("", speaks, "cp", file, $"default/{name}:{there}/copy");
        Assert.True(copied.Code == 0, copied.Errors);
        Assert.Equal(content, await File.ReadAllBytesAsync(Path.Combine(there, "copy"), Stop));
        Assert.Equal(0, (await cluster.KubectlAsync("", speaks, "cp", $"default/{name}:{there}/copy", back)).Code);
        Assert.Equal(content, await File.ReadAllBytesAsync(back, Stop));
    }

    [Theory]
    [InlineData("WebSocket")]
    [InlineData("SPDY")]
    public async Task A_command_gets_a_real_terminal_of_the_clients_size(string protocol)
    {
        var (name, speaks) = ("terminal-" + protocol.ToLowerInvariant(), PodCluster.Speaking(protocol));
        await cluster.RunPodAsync(name, Forever);
        var outcome = await cluster.TypeAsync(speaks, $"exec -it {name} -- sh -c 'tty; stty size; echo $TERM; read word; echo got-$word; exit 9'", ("xterm", "hello\r"));
        Assert.Equal(9, outcome.Code);
        Assert.Contains("/dev/pts/", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("37 91", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("got-hello", outcome.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("WebSocket")]
    [InlineData("SPDY")]
    public async Task A_container_with_input_is_attached_to_and_its_input_ends_with_the_client(string protocol)
    {
        var (name, speaks) = ("attached-" + protocol.ToLowerInvariant(), PodCluster.Speaking(protocol));
        await cluster.RunPodAsync(name, "while read line; do echo out-$line; echo err-$line >&2; done; echo over; sleep 0.5", container => container with { Stdin = true, StdinOnce = true });
        var outcome = await cluster.KubectlAsync("one\ntwo\n", speaks, "attach", "-i", name);
        Assert.Equal(0, outcome.Code);
        Assert.Equal("out-one\nout-two\nover\n", outcome.Output);
        Assert.Contains("err-one\nerr-two\n", outcome.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("WebSocket")]
    [InlineData("SPDY")]
    public async Task A_pod_is_run_in_a_terminal_and_removed_at_its_end(string protocol)
    {
        // kubectl tells the size after it has attached, which may be after the prompt.
        var name = "run-" + protocol.ToLowerInvariant();
        var outcome = await cluster.TypeAsync(PodCluster.Speaking(protocol),
            $"run {name} -it --rm --restart=Never --image=holdfast/host:1 --env=PS1=ready: --command -- sh -i", ("pressing enter", "\r"), ("ready:", "until stty size | grep '37 91'; do :; done; echo $((40+2))\r"), ("42", "exit 5\r"));
        Assert.Contains("37 91", outcome.Output, StringComparison.Ordinal);
        Assert.Contains($"pod \"{name}\" deleted", outcome.Output, StringComparison.Ordinal);
        Assert.Equal(5, outcome.Code);
    }

    [Fact]
    public async Task A_running_pod_is_given_a_container_to_look_at_it_and_no_other_resources()
    {
        await cluster.RunPodAsync("debugged", Forever);
        var debug = await cluster.KubectlAsync("", [], "debug", "debugged", "--image=holdfast/host:1", "--container=probe", "--", "/bin/sh", "-c", "echo seen; " + Forever);
        Assert.True(debug.Code == 0, debug.Errors);
        await Eventually.HoldsAsync(
            "the container has written", async () => (await cluster.KubectlAsync("", [], "logs", "debugged", "--container=probe")).Output == "seen\n", PodCluster.Deadline, Stop);
        var resized = await cluster.KubectlAsync("", [], "patch", "pod", "debugged", "--subresource=resize", "-p", "{}");
        Assert.NotEqual(0, resized.Code);
        Assert.Contains("the server could not find the requested resource", resized.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--tail=1", "c\n")]
    [InlineData("--limit-bytes=3", "a\nb")]
    [InlineData("--since=1h", "a\nb\nc\n")]
    [InlineData("--since-time=2001-01-01T00:00:00Z", "a\nb\nc\n")]
    [InlineData("--since-time=2101-01-01T00:00:00Z", "")]
    public async Task Logs_are_cut_as_their_options_say(string option, string expected)
    {
        var name = "logs-" + Guid.NewGuid().ToString("N")[..8];
        await cluster.RunPodAsync(name, "echo a; echo b; echo c; " + Forever);
        await Eventually.HoldsAsync("the pod has written", async () => (await cluster.KubectlAsync("", [], "logs", name)).Output == "a\nb\nc\n", PodCluster.Deadline, Stop);
        Assert.Equal(new Outcome(0, expected, ""), await cluster.KubectlAsync("", [], "logs", name, option));
    }

    [Fact]
    public async Task Logs_can_be_asked_for_by_stream()
    {
        var name = "logs-of-streams";
        await cluster.RunPodAsync(name, "echo a; echo b >&2; echo c; " + Forever);
        // Streams that are written at once may be logged in any order.
        await Eventually.HoldsAsync("the pod has written", async () => (await cluster.KubectlAsync("", [], "logs", name)).Output.Length == "a\nb\nc\n".Length, PodCluster.Deadline, Stop);
        var raw = $"/api/v1/namespaces/default/pods/{name}/log";
        Assert.Equal("b\n", (await cluster.KubectlAsync("", [], "get", "--raw", raw + "?stream=Stderr")).Output);
        Assert.Equal("a\nc\n", (await cluster.KubectlAsync("", [], "get", "--raw", raw + "?stream=Stdout")).Output);
        var refused = await cluster.KubectlAsync("", [], "get", "--raw", raw + "?stream=Out&sinceSeconds=0");
        Assert.Contains($"The PodLogOptions \"{name}\" is invalid", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("sinceSeconds: Invalid value: 0: must be greater than 0", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("stream: Unsupported value: \"Out\"", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pods_token_is_its_service_account()
    {
        await cluster.RunPodAsync("token", Forever);
        var file = Directory.EnumerateFiles(cluster.Folder["data"], "token", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None }).First();
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = static (_, _, _, _) => true };
        using var http = new HttpClient(handler) { BaseAddress = cluster.Cluster.Server };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(file, Stop)).Trim());
        var answer = await http.GetAsync(new Uri("/api/v1/namespaces/default/pods", UriKind.Relative), Stop);
        var text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.Equal(403, (int)answer.StatusCode);
        Assert.Contains("system:serviceaccount:default:default", text, StringComparison.Ordinal);
    }
}

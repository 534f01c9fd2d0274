using System.Text.RegularExpressions;
using Holdfast.Node.Runtime;
using Holdfast.Testing;

namespace Holdfast.Node.Process.Tests;

/// <summary>What every runtime that runs real programs must do. Derive, say how to open one, and run it.</summary>
public abstract partial class RuntimeConformance
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected abstract Task<IContainerRuntime> OpenRuntimeAsync(string folder);

    protected Task<RuntimeFixture> OpenAsync() => RuntimeFixture.OpenAsync(OpenRuntimeAsync);

    [Fact(Timeout = 60_000)]
    public async Task A_program_that_ends_reports_its_exit_code_and_times()
    {
        await using RuntimeFixture fixture = await OpenAsync();
        ContainerStatus status = await fixture.RunAsync(RuntimeFixture.Script("exit 7"));
        Assert.Equal(ContainerState.Exited, status.State);
        Assert.Equal((7, ContainerExitReason.Error, null), (status.Exit!.Code, status.Exit.Reason, status.Exit.Signal));
        Assert.True(status.CreatedAt <= status.StartedAt && status.StartedAt <= status.Exit.FinishedAt);
    }

    [Fact(Timeout = 60_000)]
    public async Task Success_is_called_completed()
    {
        await using RuntimeFixture fixture = await OpenAsync();
        ContainerStatus status = await fixture.RunAsync(RuntimeFixture.Script("exit 0"));
        Assert.Equal((0, ContainerExitReason.Completed), (status.Exit!.Code, status.Exit.Reason));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_restart_is_a_new_attempt_and_both_are_listed()
    {
        await using RuntimeFixture fixture = await OpenAsync();
        await fixture.RunAsync(RuntimeFixture.Script("exit 1"));
        await fixture.StartAsync(RuntimeFixture.Script("exec sleep 1000", attempt: 1));
        PodRuntimeStatus pod = Assert.Single(await fixture.Runtime.ListAsync(Token));
        Assert.Equal([ContainerState.Exited, ContainerState.Running], pod.Containers.Select(container => container.State));
        await Assert.ThrowsAsync<RuntimeException>(() => fixture.StartAsync(RuntimeFixture.Script("exit 0", attempt: 2)));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_program_sees_its_pod_and_its_variables_and_nothing_of_ours()
    {
        await using RuntimeFixture fixture = await OpenAsync();
        Environment.SetEnvironmentVariable("HOLDFAST_TEST_SECRET", "leak");
        ContainerSpec spec = RuntimeFixture.Script("") with
        {
            Command = ["env"],
            Environment = [new("PLAIN", "a 'b' $HOME \"c\""), new("odd.name", "x=y"), new("TWO_LINES", "one\ntwo")],
        };
        IReadOnlyList<string> output = await fixture.OutputAsync(spec);
        PodSandbox sandbox = (await fixture.Runtime.ListAsync(Token))[0].Sandbox;
        string[] expected =
        [
            "PLAIN=a 'b' $HOME \"c\"", "odd.name=x=y", "TWO_LINES=one", "two", "POD_NAME=web-0", "POD_NAMESPACE=default",
            "HOSTNAME=web-0", $"POD_IP={sandbox.Address}",
        ];
        foreach (string line in expected) Assert.Contains(line, output);
        string[] allowed = ["PATH", "HOME", "HOLDFAST_TERMINATION_LOG", "HOLDFAST_CONTAINER_ID", "PWD", "OLDPWD", "SHLVL", "_"];
        IEnumerable<string> names = output.Except(expected).Select(line => line.Split('=')[0]);
        Assert.Empty(names.Except(allowed));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_signal_reaches_the_main_process_and_ends_it_with_128_plus_its_number()
    {
        await using RuntimeFixture fixture = await OpenAsync();
        ContainerSpec spec = RuntimeFixture.Script("exec sleep 1000");
        await fixture.StartAsync(spec);
        await fixture.Runtime.SignalAsync(spec.Id, LinuxSignal.Interrupt, Token);
        ContainerStatus status = await fixture.Runtime.WaitExitAsync(spec.Id, Token).WaitAsync(TimeSpan.FromSeconds(15), Token);
        Assert.Equal((130, LinuxSignal.Interrupt), (status.Exit!.Code, status.Exit.Signal!.Value));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_stop_lets_the_program_end_in_its_own_way_within_its_grace()
    {
        await using RuntimeFixture fixture = await OpenAsync();
        ContainerSpec spec = RuntimeFixture.Script("trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.05; done");
        ContainerStatus started = await fixture.StartAsync(spec);
        await Eventually.HoldsAsync("the program has set its trap", () => File.Exists(started.LogPath), Patience, Token);
        ContainerStatus status = await fixture.Runtime.StopContainerAsync(spec.Id, TimeSpan.FromSeconds(30), Token);
        Assert.Equal(3, status.Exit!.Code);
        Assert.Equal(["ready", "bye"], RuntimeFixture.Text(status));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_program_that_will_not_end_is_killed_after_its_grace()
    {
        await using RuntimeFixture fixture = await OpenAsync();
        ContainerSpec spec = RuntimeFixture.Script("trap '' TERM; echo ready; while :; do sleep 1; done");
        ContainerStatus started = await fixture.StartAsync(spec);
        await Eventually.HoldsAsync("the program has set its trap", () => File.Exists(started.LogPath), Patience, Token);
        ContainerStatus status = await fixture.Runtime.StopContainerAsync(spec.Id, TimeSpan.FromMilliseconds(300), Token);
        Assert.Equal((137, LinuxSignal.Kill), (status.Exit!.Code, status.Exit.Signal!.Value));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_shorter_grace_wins_over_an_earlier_longer_one()
    {
        await using RuntimeFixture fixture = await OpenAsync();
        ContainerSpec spec = RuntimeFixture.Script("trap '' TERM; echo ready; while :; do sleep 1; done");
        ContainerStatus started = await fixture.StartAsync(spec);
        await Eventually.HoldsAsync("the program has set its trap", () => File.Exists(started.LogPath), Patience, Token);
        Task<ContainerStatus> patient = fixture.Runtime.StopContainerAsync(spec.Id, TimeSpan.FromMinutes(10), Token);
        await fixture.Runtime.StopContainerAsync(spec.Id, TimeSpan.Zero, Token);
        Assert.Equal(137, (await patient.WaitAsync(TimeSpan.FromSeconds(10), Token)).Exit!.Code);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_it_forked_into_other_sessions_dies_before_the_exit_is_reported()
    {
        await using RuntimeFixture fixture = await OpenAsync();
        string volume = fixture.NewVolume("data");
        string script = $"for i in 1 2 3; do setsid sh -c 'echo $$ >>{volume}/pids; trap \"\" TERM HUP; while :; do sleep 1; done' & done; "
            + $"while [ $(wc -l <{volume}/pids) -lt 3 ]; do sleep 0.02; done; exit 5";
        ContainerStatus status = await fixture.RunAsync(RuntimeFixture.Script("touch " + volume + "/pids; " + script));
        Assert.Equal(5, status.Exit!.Code);
        string[] pids = await File.ReadAllLinesAsync(Path.Combine(volume, "pids"), Token);
        Assert.Equal(3, pids.Length);
        Assert.All(pids, pid => Assert.False(IsAlive(pid), $"process {pid} outlived its container"));
    }

    [Fact(Timeout = 60_000)]
    public async Task Output_goes_to_the_log_line_by_line_with_stream_and_time()
    {
        await using RuntimeFixture fixture = await OpenAsync();
        DateTimeOffset before = DateTimeOffset.UtcNow.AddSeconds(-1);
        string longLine = new('x', 10_000);
        ContainerStatus status = await fixture.RunAsync(RuntimeFixture.Script(
            $"echo 'one  \\ two'; echo bad >&2; echo direct >/dev/stderr; printf '{longLine}\\n'; printf 'no end'"));
        string[] lines = await File.ReadAllLinesAsync(status.LogPath, Token);
        Assert.All(lines, line => Assert.Matches(LogLine(), line));
        Assert.All(lines, line => Assert.InRange(DateTimeOffset.Parse(line.Split(' ')[0], null), before, DateTimeOffset.UtcNow.AddSeconds(1)));
        Assert.Equal(["one  \\ two", longLine, "no end"], RuntimeFixture.Text(status, "stdout"));
        Assert.Equal(["bad", "direct"], RuntimeFixture.Text(status, "stderr"));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_command_runs_inside_with_its_streams_and_exit_code()
    {
        await using RuntimeFixture fixture = await OpenAsync();
        ContainerSpec spec = RuntimeFixture.Script("exec sleep 1000") with { Environment = [new("COLOR", "green"), new("odd.name", "1")] };
        await fixture.StartAsync(spec);
        using MemoryStream input = new("hello"u8.ToArray());
        using MemoryStream output = new();
        using MemoryStream error = new();
        ExecResult result = await fixture.Runtime.ExecAsync(
            new ExecRequest
            {
                Id = spec.Id,
                Command = ["sh", "-c", "cat; echo \" $COLOR $POD_NAME\"; echo oops >&2; exit 9"],
                StandardInput = input,
                StandardOutput = output,
                StandardError = error,
            },
            Token);
        Assert.Equal(new ExecResult(9, HasTimedOut: false), result);
        Assert.Equal("hello green web-0\n", System.Text.Encoding.UTF8.GetString(output.ToArray()));
        Assert.Equal("oops\n", System.Text.Encoding.UTF8.GetString(error.ToArray()));
        Assert.Equal(127, (await fixture.ExecAsync(spec.Id, "no-such-program")).Result.ExitCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_command_that_takes_too_long_is_killed_and_the_container_goes_on()
    {
        await using RuntimeFixture fixture = await OpenAsync();
        ContainerSpec spec = RuntimeFixture.Script("exec sleep 1000");
        await fixture.StartAsync(spec);
        ExecResult result = await fixture.Runtime.ExecAsync(
            new ExecRequest { Id = spec.Id, Command = ["sh", "-c", "sleep 500 & sleep 600"], Timeout = TimeSpan.FromMilliseconds(300) }, Token);
        Assert.Equal(new ExecResult(137, HasTimedOut: true), result);
        Assert.Equal("here\n", (await fixture.ExecAsync(spec.Id, "echo", "here")).Output);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_command_in_an_ended_container_is_refused()
    {
        await using RuntimeFixture fixture = await OpenAsync();
        ContainerSpec spec = RuntimeFixture.Script("exit 0");
        await fixture.RunAsync(spec);
        RuntimeException refused = await Assert.ThrowsAsync<RuntimeException>(() => fixture.ExecAsync(spec.Id, "true"));
        Assert.Equal(RuntimeErrorKind.Conflict, refused.Kind);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_missing_program_is_a_start_error_that_names_it_and_uses_up_the_attempt()
    {
        await using RuntimeFixture fixture = await OpenAsync();
        ContainerSpec spec = RuntimeFixture.Script("") with { Command = ["/no/such/program"] };
        ContainerStartException failed = await Assert.ThrowsAsync<ContainerStartException>(() => fixture.StartAsync(spec));
        Assert.Equal(127, failed.ExitCode);
        Assert.Contains("/no/such/program", failed.Message, StringComparison.Ordinal);
        ContainerStatus status = (await fixture.Runtime.ListAsync(Token))[0].Containers[0];
        Assert.Equal((127, ContainerExitReason.StartError), (status.Exit!.Code, status.Exit.Reason));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_program_that_may_not_be_executed_is_a_start_error()
    {
        await using RuntimeFixture fixture = await OpenAsync();
        ContainerSpec spec = RuntimeFixture.Script("") with { Command = ["/etc/passwd"] };
        Assert.Equal(126, (await Assert.ThrowsAsync<ContainerStartException>(() => fixture.StartAsync(spec))).ExitCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_missing_working_directory_is_a_start_error()
    {
        await using RuntimeFixture fixture = await OpenAsync();
        ContainerSpec spec = RuntimeFixture.Script("exit 0") with { WorkingDirectory = "/no/such/folder" };
        ContainerStartException failed = await Assert.ThrowsAsync<ContainerStartException>(() => fixture.StartAsync(spec));
        Assert.Equal(128, failed.ExitCode);
        Assert.Contains("/no/such/folder", failed.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Containers_go_on_without_us_and_are_known_again()
    {
        await using RuntimeFixture fixture = await OpenAsync();
        string volume = fixture.NewVolume("data");
        ContainerSpec spec = RuntimeFixture.Script($"while [ ! -e {volume}/go ]; do sleep 0.02; done; echo done; exit 4");
        await fixture.StartAsync(spec);
        PodSandbox before = (await fixture.Runtime.ListAsync(Token))[0].Sandbox;
        await fixture.ReopenAsync();
        PodRuntimeStatus pod = Assert.Single(await fixture.Runtime.ListAsync(Token));
        Assert.Equal((before.Address, ContainerState.Running), (pod.Sandbox.Address, Assert.Single(pod.Containers).State));
        Assert.Equal("in\n", (await fixture.ExecAsync(spec.Id, "echo", "in")).Output);
        await File.WriteAllTextAsync(Path.Combine(volume, "go"), "", Token);
        ContainerStatus status = await fixture.Runtime.WaitExitAsync(spec.Id, Token).WaitAsync(TimeSpan.FromSeconds(15), Token);
        Assert.Equal(4, status.Exit!.Code);
        Assert.Equal(["done"], RuntimeFixture.Text(status));
    }

    [Fact(Timeout = 60_000)]
    public async Task An_end_that_nobody_watched_is_reported_with_its_code_and_log()
    {
        await using RuntimeFixture fixture = await OpenAsync();
        string volume = fixture.NewVolume("data");
        ContainerSpec spec = RuntimeFixture.Script($"while [ ! -e {volume}/go ]; do sleep 0.02; done; echo alone; exit 6");
        ContainerStatus started = await fixture.StartAsync(spec);
        await fixture.Runtime.DisposeAsync();
        await File.WriteAllTextAsync(Path.Combine(volume, "go"), "", Token);
        await Eventually.HoldsAsync(
            "the program has ended by itself", () => File.Exists(started.LogPath) && File.ReadAllText(started.LogPath).EndsWith("alone\n", StringComparison.Ordinal), Patience, Token);
        await fixture.ReopenAsync();
        ContainerStatus status = await fixture.Runtime.WaitExitAsync(spec.Id, Token).WaitAsync(TimeSpan.FromSeconds(15), Token);
        Assert.Equal((6, ContainerExitReason.Error), (status.Exit!.Code, status.Exit.Reason));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_pod_is_removed_only_when_it_has_ended_and_its_address_is_not_given_again_soon()
    {
        await using RuntimeFixture fixture = await OpenAsync();
        ContainerSpec spec = RuntimeFixture.Script("exec sleep 1000");
        await fixture.StartAsync(spec);
        RuntimeException refused = await Assert.ThrowsAsync<RuntimeException>(() => fixture.Runtime.RemoveSandboxAsync(RuntimeFixture.PodUid, Token));
        Assert.Equal(RuntimeErrorKind.Conflict, refused.Kind);
        string address = (await fixture.Runtime.ListAsync(Token))[0].Sandbox.Address;
        await fixture.Runtime.StopContainerAsync(spec.Id, TimeSpan.FromSeconds(10), Token);
        await fixture.Runtime.RemoveSandboxAsync(RuntimeFixture.PodUid, Token);
        Assert.Empty(await fixture.Runtime.ListAsync(Token));
        PodSandbox next = await fixture.Runtime.EnsureSandboxAsync(fixture.Pod("another"), Token);
        Assert.NotEqual(address, next.Address);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_second_pod_of_a_name_is_refused_while_the_first_one_runs()
    {
        await using RuntimeFixture fixture = await OpenAsync();
        await fixture.StartAsync(RuntimeFixture.Script("exec sleep 1000"));
        RuntimeException refused = await Assert.ThrowsAsync<RuntimeException>(
            () => fixture.Runtime.EnsureSandboxAsync(fixture.Pod("another"), Token));
        Assert.Equal(RuntimeErrorKind.Conflict, refused.Kind);
    }

    internal static bool IsAlive(string pid)
    {
        try
        {
            return !File.ReadAllText($"/proc/{pid.Trim()}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z (stdout|stderr) [PF] ")]
    private static partial Regex LogLine();
}

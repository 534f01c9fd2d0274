using Holdfast.Model.Core;
using Holdfast.Node.Runtime;

namespace Holdfast.Node.Tests.Agent;

/// <summary>Probes and hooks as pods feel them.</summary>
public sealed class ProbeAndHookTests
{
    [Fact]
    public Task A_pod_is_ready_while_its_readiness_probe_passes() => NodeFixture.RunAsync(async node =>
    {
        node.OnGet = _ => 503;
        node.World.Api.Put(Pods.Named("web-0", Pods.Container("app") with { ReadinessProbe = Pods.Http("/ready") }));
        await node.World.PassAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("False", node.Pod("web-0").Condition("Ready"));
        Assert.Equal("containers with unready status: [app]", node.Pod("web-0")!.Status.Conditions.Single(condition => condition.Type == "Ready").Message);
        Assert.Contains(node.Events, note => note is { Reason: "Unhealthy", Message: "Readiness probe failed: HTTP probe failed with statuscode: 503" });
        node.OnGet = _ => 200;
        await node.UntilReadyAsync("web-0");
        node.OnGet = _ => 500;
        await node.UntilAsync("it is unready", () => node.Pod("web-0").Condition("Ready") == "False");
        Assert.Equal(0, node.Pod("web-0")!.StatusOf("app").RestartCount);
    });

    [Fact]
    public Task A_server_that_starts_quickly_is_ready_before_its_first_period_is_over() => NodeFixture.RunAsync(async node =>
    {
        var asked = 0;
        node.OnGet = _ => ++asked > 2 ? 200 : 503;
        node.World.Api.Put(Pods.Named("web-0", Pods.Container("app") with { ReadinessProbe = Pods.Http("/ready") }));
        var start = node.World.Environment.Time.GetUtcNow();
        await node.UntilReadyAsync("web-0");
        Assert.InRange(node.World.Environment.Time.GetUtcNow() - start, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    });

    [Fact]
    public Task A_container_whose_liveness_probe_fails_is_restarted() => NodeFixture.RunAsync(async node =>
    {
        var failures = 0;
        node.OnGet = _ => failures-- > 0 ? 500 : 200;
        node.World.Api.Put(Pods.Named("web-0", Pods.Container("app") with { LivenessProbe = Pods.Http("/live") }));
        await node.UntilReadyAsync("web-0");
        failures = 3;
        await node.UntilAsync("it is stopped", () => node.Events.Any(note => note.Reason == "Killing"));
        Assert.Equal(3, node.Events.Count(note => note.Reason == "Unhealthy"));
        Assert.Contains(node.Events, note => note.Message == "Container app failed liveness probe, will be restarted");
        await node.UntilAsync("it runs again", () => node.Pod("web-0")!.StatusOf("app") is { RestartCount: 1, Ready: true });
    });

    [Fact]
    public Task Other_probes_wait_for_the_startup_probe() => NodeFixture.RunAsync(async node =>
    {
        node.OnGet = path => path == "/started" ? 503 : 200;
        node.World.Api.Put(Pods.Named("web-0", Pods.Container("app") with
        {
            StartupProbe = Pods.Http("/started") with { FailureThreshold = 100 },
            ReadinessProbe = Pods.Http("/ready"),
            LivenessProbe = Pods.Http("/live"),
        }));
        await node.World.PassAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(["/started"], node.Gets.Distinct());
        Assert.False(node.Pod("web-0")!.StatusOf("app").Started);
        node.OnGet = _ => 200;
        await node.UntilReadyAsync("web-0");
        Assert.True(node.Pod("web-0")!.StatusOf("app").Started);
    });

    [Fact]
    public Task A_container_whose_startup_probe_gives_up_is_restarted() => NodeFixture.RunAsync(async node =>
    {
        node.OnGet = _ => 503;
        node.World.Api.Put(Pods.Named("web-0", Pods.Container("app") with { StartupProbe = Pods.Http("/started") }));
        await node.UntilAsync("it is restarted", () => node.Pod("web-0")?.Status.ContainerStatuses is [{ RestartCount: > 0 }]);
        Assert.Contains(node.Events, note => note.Message == "Container app failed startup probe, will be restarted");
    });

    [Fact]
    public Task The_preStop_hook_runs_before_the_signal_and_within_the_grace_period() => NodeFixture.RunAsync(async node =>
    {
        var hook = Lifecycle.Empty with { PreStop = LifecycleHandler.Empty with { Sleep = SleepAction.Empty with { Seconds = 8 } } };
        node.World.Api.Put(Pods.Named("web-0", Pods.Container("app") with { Lifecycle = hook }));
        await node.UntilReadyAsync("web-0");
        var start = node.World.Environment.Time.GetUtcNow();
        await node.DeleteAsync("web-0");
        await node.UntilGoneAsync("web-0");
        Assert.InRange(node.World.Environment.Time.GetUtcNow() - start, TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(9));
    });

    [Fact]
    public Task A_failing_preStop_hook_is_told_of_and_the_container_is_stopped_all_the_same() => NodeFixture.RunAsync(async node =>
    {
        var hook = Lifecycle.Empty with { PreStop = LifecycleHandler.Empty with { Exec = ExecAction.Empty with { Command = ["/drain"] } } };
        node.Runtime.OnExec = _ => new ExecResult(7, HasTimedOut: false);
        node.World.Api.Put(Pods.Named("web-0", Pods.Container("app") with { Lifecycle = hook }));
        await node.UntilReadyAsync("web-0");
        await node.DeleteAsync("web-0");
        await node.UntilGoneAsync("web-0");
        Assert.Contains(node.Events, note => note is { Reason: "FailedPreStopHook", Message: "PreStopHook failed: command '/drain' exited with 7" });
    });

    [Fact]
    public Task A_container_is_not_started_before_its_postStart_hook_has_ended() => NodeFixture.RunAsync(async node =>
    {
        var hook = Lifecycle.Empty with { PostStart = LifecycleHandler.Empty with { Sleep = SleepAction.Empty with { Seconds = 15 } } };
        node.World.Api.Put(Pods.Named("web-0", Pods.Container("app") with { Lifecycle = hook }));
        await node.World.PassAsync(TimeSpan.FromSeconds(10));
        Assert.Equal("False", node.Pod("web-0").Condition("Ready"));
        await node.UntilReadyAsync("web-0");
    });
}

using Holdfast.Model.Core;
using Holdfast.Node.Planning;
using Holdfast.Node.Runtime;

namespace Holdfast.Node.Tests.Agent;

/// <summary>The life of pods, from their binding to their last status.</summary>
public sealed class PodLifeTests
{
    [Fact]
    public Task A_bound_pod_comes_to_run_and_its_status_says_all_of_it() => NodeFixture.RunAsync(async node =>
    {
        node.World.Api.Put(Pods.Named("web-0"));
        await node.UntilReadyAsync("web-0");
        var pod = node.Pod("web-0")!;
        Assert.Equal("Running", pod.Status.Phase);
        Assert.Equal("127.20.0.1", pod.Status.PodIP);
        Assert.Equal("127.0.0.1", pod.Status.HostIP);
        Assert.Equal("BestEffort", pod.Status.QosClass);
        Assert.NotNull(pod.Status.StartTime);
        foreach (var condition in new[] { "PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled" })
            Assert.Equal("True", pod.Condition(condition));
        var status = pod.StatusOf("app");
        Assert.True(status is { Ready: true, Started: true, RestartCount: 0, State.Running: not null });
        Assert.Equal($"holdfast://{pod.Metadata.Uid}/app/0", status.ContainerID);
        Assert.Equal(["Pulled", "Created", "Started"], node.Events.Select(note => note.Reason));
        Assert.Equal("spec.containers{app}", node.Events[0].InvolvedObject.FieldPath);
    });

    [Fact]
    public Task A_container_that_is_added_to_a_running_pod_runs_beside_the_others_and_ends_with_them() => NodeFixture.RunAsync(async node =>
    {
        node.World.Api.Put(Pods.Named("web-0"));
        await node.UntilReadyAsync("web-0");
        node.World.Api.Put(node.Pod("web-0")!.With(EphemeralContainer.Empty with { Name = "debugger", Image = "example/app:1", Stdin = true, TargetContainerName = "app" }));
        await node.UntilAsync("it runs", () => node.Pod("web-0")!.Status.EphemeralContainerStatuses is [{ State.Running: not null, Ready: false, Started: null }]);
        Assert.Equal("True", node.Pod("web-0").Condition("Ready"));
        Assert.Equal("spec.ephemeralContainers{debugger}", node.Events[^1].InvolvedObject.FieldPath);
        Assert.True(node.Agent!.Runs(node.Pod("web-0")!.Metadata.Uid, "debugger"));
        await node.DeleteAsync("web-0");
        await node.UntilGoneAsync("web-0");
        Assert.Empty(await node.Runtime.ListAsync(default));
    });

    [Fact]
    public Task A_deleted_pod_is_unready_at_once_and_its_object_goes_only_after_its_processes() => NodeFixture.RunAsync(async node =>
    {
        node.Runtime.TerminationTime = TimeSpan.FromSeconds(20);
        node.World.Api.Put(Pods.Named("web-0"));
        await node.UntilReadyAsync("web-0");
        await node.DeleteAsync("web-0");
        await node.UntilAsync("it is unready", () => node.Pod("web-0").Condition("Ready") == "False");
        await node.World.PassAsync(TimeSpan.FromSeconds(19));
        Assert.NotNull(node.Pod("web-0"));
        Assert.Equal(Runtime.ContainerState.Running, Assert.Single((await node.Runtime.ListAsync(default))[0].Containers).State);
        await node.UntilGoneAsync("web-0");
        Assert.Empty(await node.Runtime.ListAsync(default));
        var last = node.World.Api.History.Where(change => change.New is Pod).Select(change => (Pod)change.New!).Last();
        Assert.Equal("Failed", last.Status.Phase);
        Assert.Equal(143, last.StatusOf("app").State.Terminated!.ExitCode);
    });

    [Fact]
    public Task A_container_that_does_not_obey_is_killed_when_its_grace_period_is_over() => NodeFixture.RunAsync(async node =>
    {
        node.Runtime.TerminationTime = TimeSpan.FromHours(2);
        node.World.Api.Put(Pods.Named("web-0"));
        await node.UntilReadyAsync("web-0");
        var start = node.World.Environment.Time.GetUtcNow();
        await node.DeleteAsync("web-0", 40);
        await node.UntilGoneAsync("web-0");
        Assert.InRange(node.World.Environment.Time.GetUtcNow() - start, TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(41));
    });

    [Fact]
    public Task A_second_deletion_with_less_grace_cuts_the_first_short_and_one_with_more_does_not() => NodeFixture.RunAsync(async node =>
    {
        node.Runtime.TerminationTime = TimeSpan.FromHours(2);
        node.World.Api.Put(Pods.Named("web-0"));
        await node.UntilReadyAsync("web-0");
        var start = node.World.Environment.Time.GetUtcNow();
        await node.DeleteAsync("web-0", 600);
        await node.World.PassAsync(TimeSpan.FromSeconds(5));
        await node.DeleteAsync("web-0", 10);
        await node.UntilGoneAsync("web-0");
        Assert.InRange(node.World.Environment.Time.GetUtcNow() - start, TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(16));
    });

    [Fact]
    public Task A_pod_deleted_by_force_is_still_ended_and_its_successor_waits_for_that() => NodeFixture.RunAsync(async node =>
    {
        node.Runtime.TerminationTime = TimeSpan.FromSeconds(10);
        node.World.Api.Put(Pods.Named("web-0"));
        await node.UntilReadyAsync("web-0");
        var first = node.Pod("web-0")!.Metadata.Uid;
        node.World.Api.Remove<Pod>("default", "web-0");
        node.World.Api.Put(Pods.Named("web-0"));
        await node.World.PassAsync(TimeSpan.FromSeconds(5));
        Assert.Equal([first], (await node.Runtime.ListAsync(default)).Select(pod => pod.Sandbox.Uid));
        await node.UntilReadyAsync("web-0");
        Assert.Equal([node.Pod("web-0")!.Metadata.Uid], (await node.Runtime.ListAsync(default)).Select(pod => pod.Sandbox.Uid));
    });

    [Fact]
    public Task A_crashing_container_restarts_at_once_and_then_after_ever_longer_waits() => NodeFixture.RunAsync(async node =>
    {
        node.World.Api.Put(Pods.Named("web-0"));
        await node.UntilReadyAsync("web-0");
        var waits = new List<int>();
        for (var attempt = 0; attempt < 8; attempt++)
        {
            var start = node.World.Environment.Time.GetUtcNow();
            node.Runtime.ExitWith(node.Id("web-0", "app", attempt), 1);
            var expected = attempt;
            await node.UntilAsync("it runs again", () => node.Pod("web-0")!.StatusOf("app") is { State.Running: not null } status && status.RestartCount == expected + 1);
            waits.Add((int)(node.World.Environment.Time.GetUtcNow() - start).TotalSeconds);
        }
        Assert.Equal([0, 10, 20, 40, 80, 160, 300, 300], waits);
        var last = node.Pod("web-0")!.StatusOf("app").LastState.Terminated!;
        Assert.Equal((1, "Error"), (last.ExitCode, last.Reason));
        Assert.Contains(node.Events, note => note is { Reason: "BackOff", Type: "Warning" });
    });

    [Fact]
    public Task A_container_that_waits_to_restart_says_CrashLoopBackOff_and_its_pod_stays_Running() => NodeFixture.RunAsync(async node =>
    {
        node.World.Api.Put(Pods.Named("web-0"));
        await node.UntilReadyAsync("web-0");
        node.Runtime.ExitWith(node.Id("web-0", "app"), 1);
        await node.UntilAsync("it runs again", () => node.Pod("web-0")!.StatusOf("app").RestartCount == 1);
        node.Runtime.ExitWith(node.Id("web-0", "app", 1), 3);
        await node.UntilAsync("it waits", () => node.Pod("web-0")!.StatusOf("app").State.Waiting?.Reason == "CrashLoopBackOff");
        var pod = node.Pod("web-0")!;
        Assert.Equal("Running", pod.Status.Phase);
        Assert.Equal("False", pod.Condition("Ready"));
        Assert.Equal(3, pod.StatusOf("app").LastState.Terminated!.ExitCode);
        Assert.StartsWith("back-off 10s restarting failed container=app pod=web-0_default(", pod.StatusOf("app").State.Waiting!.Message, StringComparison.Ordinal);
    });

    [Fact]
    public Task A_pod_that_never_restarts_ends_as_its_containers_did() => NodeFixture.RunAsync(async node =>
    {
        node.World.Api.Put(Pods.Named("good").Restarting("Never"));
        node.World.Api.Put(Pods.Named("bad").Restarting("Never"));
        await node.UntilReadyAsync("good");
        await node.UntilReadyAsync("bad");
        node.Runtime.ExitWith(node.Id("good", "app"), 0);
        node.Runtime.ExitWith(node.Id("bad", "app"), 9);
        await node.UntilAsync("both have ended", () => node.Pod("good")!.Status.Phase == "Succeeded" && node.Pod("bad")!.Status.Phase == "Failed");
        Assert.Equal("Completed", node.Pod("good")!.StatusOf("app").State.Terminated!.Reason);
        Assert.Equal("PodCompleted", node.Pod("good")!.Status.Conditions.Single(condition => condition.Type == "Ready").Reason);
        await node.World.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Empty(await node.Runtime.ListAsync(default));
    });

    [Fact]
    public Task Init_containers_run_one_after_the_other_and_sidecars_go_on_beside_the_rest() => NodeFixture.RunAsync(async node =>
    {
        node.World.Api.Put(Pods.Named("web-0").WithInit(Pods.Container("first"), Pods.Sidecar("side"), Pods.Container("second")));
        await node.UntilAsync("the first runs", () => node.Pod("web-0")!.Status.InitContainerStatuses.Any(status => status.State.Running is not null));
        Assert.Equal("PodInitializing", node.Pod("web-0")!.StatusOf("app").State.Waiting!.Reason);
        Assert.Equal("containers with incomplete status: [first side second]", node.Pod("web-0")!.Status.Conditions.Single(condition => condition.Type == "Initialized").Message);
        node.Runtime.ExitWith(node.Id("web-0", "first"), 0);
        await node.UntilAsync("the second runs", () => node.Pod("web-0")!.StatusOf("second").State.Running is not null);
        Assert.NotNull(node.Pod("web-0")!.StatusOf("side").State.Running);
        Assert.Equal("Pending", node.Pod("web-0")!.Status.Phase);
        node.Runtime.ExitWith(node.Id("web-0", "second"), 0);
        await node.UntilReadyAsync("web-0");
        Assert.NotNull(node.Pod("web-0")!.StatusOf("side").State.Running);
    });

    [Fact]
    public Task Sidecars_end_after_the_main_containers_and_from_the_last_to_the_first() => NodeFixture.RunAsync(async node =>
    {
        node.World.Api.Put(Pods.Named("web-0").WithInit(Pods.Sidecar("one"), Pods.Sidecar("two")));
        await node.UntilReadyAsync("web-0");
        node.Runtime.TerminationTime = TimeSpan.FromSeconds(3);
        node.Events.Clear();
        await node.DeleteAsync("web-0");
        await node.UntilGoneAsync("web-0");
        Assert.Equal(["Stopping container app", "Stopping container two", "Stopping container one"], node.Events.Where(note => note.Reason == "Killing").Select(note => note.Message));
    });

    [Fact]
    public Task A_pod_past_its_active_deadline_fails_by_name() => NodeFixture.RunAsync(async node =>
    {
        var pod = Pods.Named("web-0");
        node.World.Api.Put(pod with { Spec = pod.Spec with { ActiveDeadlineSeconds = 60 } });
        await node.UntilReadyAsync("web-0");
        await node.UntilAsync("it has failed", () => node.Pod("web-0")!.Status.Phase == "Failed");
        Assert.Equal("DeadlineExceeded", node.Pod("web-0")!.Status.Reason);
    });

    [Fact]
    public Task A_container_that_cannot_be_started_uses_up_an_attempt_and_is_told_of() => NodeFixture.RunAsync(async node =>
    {
        node.Runtime.OnStart = spec => spec.Id.Attempt == 0 ? new ContainerStartException(spec.Id, 127, "the program /app is not there", "Correct the command") : null;
        node.World.Api.Put(Pods.Named("web-0"));
        await node.UntilReadyAsync("web-0");
        var status = node.Pod("web-0")!.StatusOf("app");
        Assert.Equal(1, status.RestartCount);
        Assert.Equal((127, "StartError"), (status.LastState.Terminated!.ExitCode, status.LastState.Terminated.Reason));
        Assert.Contains(node.Events, note => note.Reason == "Failed" && note.Message.Contains("/app is not there", StringComparison.Ordinal));
    });

    [Fact]
    public Task A_missing_secret_is_named_in_the_status_and_awaited() => NodeFixture.RunAsync(async node =>
    {
        var variable = EnvVar.Empty with { Name = "TOKEN", ValueFrom = EnvVarSource.Empty with { SecretKeyRef = SecretKeySelector.Empty with { Name = "token", Key = "value" } } };
        node.World.Api.Put(Pods.Named("web-0", Pods.Container("app") with { Env = [variable] }));
        await node.UntilAsync("it waits", () => node.Pod("web-0")!.Status.ContainerStatuses is [{ State.Waiting.Reason: "CreateContainerConfigError" }]);
        Assert.Equal("secret \"token\" not found", node.Pod("web-0")!.StatusOf("app").State.Waiting!.Message);
        node.World.Api.Put(Secret.Empty with
        {
            Metadata = Model.Meta.ObjectMeta.Empty with { Namespace = "default", Name = "token" },
            Data = Model.Values.ValueMap.Of(("value", Model.Values.ByteString.CopyFrom("x"u8))),
        });
        await node.UntilReadyAsync("web-0");
    });

    [Fact]
    public Task A_pod_waits_for_its_claim_and_says_so() => NodeFixture.RunAsync(async node =>
    {
        var pod = Pods.Named("web-0");
        var volume = Volume.Empty with { Name = "data", PersistentVolumeClaim = PersistentVolumeClaimVolumeSource.Empty with { ClaimName = "data-web-0" } };
        node.World.Api.Put(pod with { Spec = pod.Spec with { Volumes = [volume] } });
        await node.UntilAsync("it is told of", () => node.Events.Any(note => note.Reason == "FailedMount"));
        Assert.Contains("persistentvolumeclaim \"data-web-0\" not found", node.Events[0].Message, StringComparison.Ordinal);
        Assert.Equal("Pending", node.Pod("web-0")!.Status.Phase);
        var claim = PersistentVolumeClaim.Empty with { Metadata = Model.Meta.ObjectMeta.Empty with { Namespace = "default", Name = "data-web-0" } };
        node.World.Api.Put(claim with { Spec = PersistentVolumeClaimSpec.Empty with { VolumeName = "pv-1" }, Status = PersistentVolumeClaimStatus.Empty with { Phase = "Bound" } });
        node.World.Api.Put(PersistentVolume.Empty with
        {
            Metadata = Model.Meta.ObjectMeta.Empty with { Name = "pv-1" },
            Spec = PersistentVolumeSpec.Empty with { Local = LocalVolumeSource.Empty with { Path = "/nowhere/volumes/pv-1" } },
        });
        await node.UntilReadyAsync("web-0");
    });

    [Fact]
    public Task The_phase_of_a_pod_never_goes_back_whatever_fails() => NodeFixture.RunAsync(async node =>
    {
        var calls = 0;
        node.World.Api.Faults.OnCall = call => call.Type == Pod.ResourceType && ++calls % 3 == 0 ? (Testing.Api.FakeFault)(calls / 3 % 5) : Testing.Api.FakeFault.None;
        node.World.Api.Put(Pods.Named("web-0"));
        await node.UntilReadyAsync("web-0");
        for (var attempt = 0; attempt < 3; attempt++)
        {
            node.Runtime.ExitWith(node.Id("web-0", "app", attempt), 1);
            var expected = attempt + 1;
            await node.UntilAsync("it runs again", () => node.Pod("web-0")!.StatusOf("app").RestartCount == expected && node.Pod("web-0").Condition("Ready") == "True");
        }
        await node.DeleteAsync("web-0");
        await node.UntilGoneAsync("web-0");
        var phases = node.World.Api.History.Select(change => (change.New as Pod)?.Status.Phase).OfType<string>().ToArray();
        string[] order = [PodPhase.Pending, PodPhase.Running, PodPhase.Failed];
        Assert.Equal(phases.OrderBy(phase => Array.IndexOf(order, phase)), phases);
    });
}

using Holdfast.Model.Core;
using Holdfast.Node.Planning;
using Holdfast.Node.Runtime;
using Holdfast.Node.Volumes;

namespace Holdfast.Node.Tests.Planning;

/// <summary>What is planned for a pod, by what is known of it.</summary>
public sealed class PodPlannerTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Volumes_come_before_the_sandbox_and_the_sandbox_before_containers()
    {
        var observation = Observe(Pods.Named("web-0"), PodState.Empty);
        Assert.IsType<PodEffect.MountVolumes>(Assert.Single(Plan(observation)));
        var mounted = observation with { State = PodState.Empty with { Volumes = new VolumesState { IsMounted = true } } };
        Assert.IsType<PodEffect.EnsureSandbox>(Assert.Single(Plan(mounted)));
        Assert.Equal(0, Assert.IsType<PodEffect.StartContainer>(Assert.Single(Plan(observation with { State = Prepared }))).Attempt);
    }

    [Fact]
    public void Nothing_is_made_while_an_earlier_pod_of_the_name_has_processes() =>
        Assert.Empty(Plan(Observe(Pods.Named("web-0"), PodState.Empty) with { IsNameTaken = true }));

    [Fact]
    public void A_pod_that_is_being_deleted_starts_nothing()
    {
        var pod = Deleted(Pods.Named("web-0"));
        Assert.IsType<PodEffect.DeleteObject>(Assert.Single(Plan(Observe(pod, PodState.Empty))));
        Assert.IsType<PodEffect.Release>(Assert.Single(Plan(Observe(pod, Prepared))));
        Assert.IsType<PodEffect.StopContainer>(Assert.Single(Plan(Observe(pod, Prepared.With("app", Running("app"))))));
        var stopping = Running("app") with { Stop = new StopInProgress(TimeSpan.FromSeconds(30), Now) };
        Assert.Empty(Plan(Observe(pod, Prepared.With("app", stopping))));
    }

    [Theory]
    [InlineData("Always", 0, true, "Running")]
    [InlineData("Always", 1, true, "Running")]
    [InlineData("OnFailure", 0, false, "Succeeded")]
    [InlineData("OnFailure", 1, true, "Running")]
    [InlineData("Never", 0, false, "Succeeded")]
    [InlineData("Never", 1, false, "Failed")]
    public void What_follows_an_end_is_up_to_the_restart_policy(string policy, int code, bool restarts, string phase)
    {
        var plan = PodPlanner.Plan(Observe(Pods.Named("web-0").Restarting(policy), Prepared.With("app", Ended("app", code))));
        Assert.Equal(restarts, plan.Effects.Any(effect => effect is PodEffect.StartContainer { Attempt: 1 }));
        Assert.Equal(phase, plan.Status.Phase);
    }

    [Fact]
    public void A_failed_init_container_fails_a_pod_that_never_restarts_and_holds_up_one_that_does()
    {
        var pod = Pods.Named("web-0").WithInit(Pods.Container("init"));
        var state = Prepared.With("init", Ended("init", 1));
        Assert.Equal("Failed", PodPlanner.Plan(Observe(pod.Restarting("Never"), state)).Status.Phase);
        var plan = PodPlanner.Plan(Observe(pod, state));
        Assert.Equal("init", Assert.IsType<PodEffect.StartContainer>(Assert.Single(plan.Effects)).Container.Name);
        Assert.Equal("Pending", plan.Status.Phase);
    }

    [Fact]
    public void What_was_added_to_look_into_a_pod_starts_once_whatever_the_others_do()
    {
        var pod = Pods.Named("web-0").WithInit(Pods.Container("init")).With(EphemeralContainer.Empty with { Name = "debugger", Image = "example/tools:1", Tty = true });
        var held = Prepared.With("init", Running("init"));
        var start = Assert.IsType<PodEffect.StartContainer>(Assert.Single(Plan(Observe(pod, held))));
        Assert.Equal(("debugger", ContainerRole.Ephemeral, true), (start.Container.Name, start.Container.Role, start.Container.Spec.Tty));
        var started = Prepared.With("init", Ended("init", 0)).With("app", Running("app"));
        foreach (var code in new[] { 0, 1 })
        {
            var plan = PodPlanner.Plan(Observe(pod, started.With("debugger", Ended("debugger", code))));
            Assert.Empty(plan.Effects);
            Assert.Equal(code, Assert.Single(plan.Status.EphemeralContainerStatuses).State.Terminated!.ExitCode);
            Assert.Equal(("Running", "True"), (plan.Status.Phase, plan.Status.Conditions.Single(condition => condition.Type == "Ready").Status));
            Assert.Equal(["app", "init"], plan.Status.ContainerStatuses.Concat(plan.Status.InitContainerStatuses).Select(status => status.Name));
        }
    }

    [Fact]
    public void A_pod_that_has_ended_takes_along_what_looks_into_it()
    {
        var pod = Pods.Named("web-0").Restarting("Never").With(EphemeralContainer.Empty with { Name = "debugger", Image = "example/tools:1" });
        var state = Prepared.With("app", Ended("app", 0)).With("debugger", Running("debugger"));
        Assert.Equal("debugger", Assert.IsType<PodEffect.StopContainer>(Assert.Single(Plan(Observe(pod, state)))).Id.Name);
    }

    [Fact]
    public void What_looked_into_a_pod_does_not_start_again_after_its_node_was_down()
    {
        var pod = Pods.Named("web-0").With(EphemeralContainer.Empty with { Name = "debugger", Image = "example/tools:1" });
        var running = Model.Core.ContainerStatus.Empty with { Name = "debugger", State = Model.Core.ContainerState.Empty with { Running = ContainerStateRunning.Empty with { StartedAt = Now } } };
        pod = pod with { Status = pod.Status with { StartTime = Now, EphemeralContainerStatuses = [running] } };
        var state = PodState.Adopt(pod, null, PodPolicy.Default, Now) with { Sandbox = Prepared.Sandbox, Volumes = Prepared.Volumes };
        var plan = PodPlanner.Plan(Observe(pod, state));
        Assert.Equal(["app"], plan.Effects.OfType<PodEffect.StartContainer>().Select(start => start.Container.Name));
        Assert.Equal(137, Assert.Single(plan.Status.EphemeralContainerStatuses).State.Terminated!.ExitCode);
    }

    [Fact]
    public void A_phase_that_was_written_is_never_taken_back()
    {
        var pod = Pods.Named("web-0");
        foreach (var phase in new[] { "Running", "Succeeded", "Failed" })
            Assert.Equal(phase, PodPlanner.Plan(Observe(pod with { Status = pod.Status with { Phase = phase } }, PodState.Empty)).Status.Phase);
    }

    [Fact]
    public void A_pod_with_a_readiness_gate_is_ready_only_with_it()
    {
        var pod = Pods.Named("web-0");
        pod = pod with { Spec = pod.Spec with { ReadinessGates = [PodReadinessGate.Empty with { ConditionType = "example.com/fed" }] } };
        var state = Prepared.With("app", Running("app"));
        var status = PodPlanner.Plan(Observe(pod, state)).Status;
        Assert.Equal("ReadinessGatesNotReady", status.Conditions.Single(condition => condition.Type == "Ready").Reason);
        Assert.Equal("True", status.Conditions.Single(condition => condition.Type == "ContainersReady").Status);
        pod = pod with { Status = status with { Conditions = status.Conditions.Add(PodCondition.Empty with { Type = "example.com/fed", Status = "True" }) } };
        var fed = PodPlanner.Plan(Observe(pod, state)).Status;
        Assert.Equal("True", fed.Conditions.Single(condition => condition.Type == "Ready").Status);
        Assert.Contains(fed.Conditions, condition => condition.Type == "example.com/fed");
    }

    [Fact]
    public void The_same_observation_gives_the_same_status_so_nothing_is_written_twice()
    {
        var state = Prepared.With("app", Running("app"));
        var pod = Pods.Named("web-0");
        var written = pod with { Status = PodPlanner.Plan(Observe(pod, state)).Status };
        Assert.Equal(written.Status, PodPlanner.Plan(Observe(written, state) with { Now = Now.AddHours(1) }).Status);
    }

    [Fact]
    public void An_orphan_of_which_only_processes_are_left_is_ended()
    {
        var orphan = Observe(Pod.Empty with { Metadata = Model.Meta.ObjectMeta.Empty with { Name = "web-0", Uid = "uid" } }, Prepared.With("app", Running("app"))) with { IsGone = true };
        Assert.Null(Assert.IsType<PodEffect.StopContainer>(Assert.Single(Plan(orphan))).Container);
        Assert.True(PodPlanner.Plan(orphan with { State = PodState.Empty }).IsOver);
    }

    private static PodState Prepared { get; } = PodState.Empty with
    {
        Volumes = new VolumesState { IsMounted = true },
        Sandbox = new PodSandbox { Namespace = "default", Name = "web-0", Uid = "uid", Address = "127.20.0.1", CreatedAt = Now },
    };

    private static ContainerHistory Running(string name) => ContainerHistory.Empty.Started(
        new Runtime.ContainerStatus { Id = new ContainerId("uid", name, 0), Image = "example/app:1", State = Runtime.ContainerState.Running, CreatedAt = Now, StartedAt = Now, LogPath = "/log" }, false);

    private static ContainerHistory Ended(string name, int code)
    {
        var running = Running(name);
        var exit = new ContainerExit { Code = code, Reason = code == 0 ? "Completed" : "Error", FinishedAt = Now };
        return running.Ended(running.Current! with { State = Runtime.ContainerState.Exited, Exit = exit }, PodPolicy.Default);
    }

    private static Pod Deleted(Pod pod) => pod with { Metadata = pod.Metadata with { DeletionTimestamp = Now.AddSeconds(30), DeletionGracePeriodSeconds = 30 } };

    private static PodObservation Observe(Pod pod, PodState state) => new(pod, state, PodPolicy.Default, "127.0.0.1", Now);

    private static IReadOnlyList<PodEffect> Plan(PodObservation observation) => PodPlanner.Plan(observation).Effects;
}

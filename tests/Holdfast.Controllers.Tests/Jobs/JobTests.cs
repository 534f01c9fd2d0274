using Holdfast.Controllers.Jobs;
using Holdfast.Model.Batch;
using Holdfast.Model.Core;
using Holdfast.Model.Json;
using Holdfast.Testing.Api;

namespace Holdfast.Controllers.Tests.Jobs;

public sealed class JobTests
{
    [Fact]
    public Task A_job_runs_as_many_pods_as_it_may_until_enough_have_succeeded() => In(async world =>
    {
        world.Api.Put(Job("\"completions\": 5, \"parallelism\": 2"));
        await world.UntilAsync("it is complete", () =>
        {
            Assert.InRange(Running(world).Count, 0, 2);
            End(world, Running(world).Take(1), "Succeeded");
            return Holds(world, "Complete");
        });
        var status = Now(world).Status;
        Assert.Equal((5, 0, 0), (status.Succeeded, status.Failed, status.Active));
        Assert.True(Holds(world, "SuccessCriteriaMet"));
        Assert.NotNull(status.CompletionTime);
        Assert.Equal(UncountedTerminatedPods.Empty, status.UncountedTerminatedPods);
        Assert.Equal(5, world.Api.All<Pod>().Count);
        Assert.All(world.Api.All<Pod>(), pod => Assert.Empty(pod.Metadata.Finalizers));
    });

    [Fact]
    public Task A_job_whose_pods_keep_failing_waits_longer_each_time_and_then_fails() => In(async world =>
    {
        world.Api.Put(Job("\"backoffLimit\": 2"));
        await world.UntilAsync("it has failed", () =>
        {
            End(world, Running(world), "Failed");
            return Holds(world, "Failed");
        });
        Assert.Equal(3, Now(world).Status.Failed);
        Assert.Equal("BackoffLimitExceeded", Condition(world, "Failed")!.Reason);
        var made = world.Api.All<Pod>().Select(pod => pod.Metadata.CreationTimestamp!.Value).Order().ToList();
        Assert.InRange((made[1] - made[0]).TotalSeconds, 10, 12);
        Assert.InRange((made[2] - made[1]).TotalSeconds, 20, 22);
    });

    [Fact]
    public Task A_pod_is_counted_once_although_its_answer_is_lost() => In(async world =>
    {
        world.Api.Put(Job("\"completions\": 3, \"parallelism\": 3"));
        await world.UntilAsync("three pods run", () => Running(world).Count == 3);
        var lost = 0;
        world.Api.Faults.OnCall = call => call.Verb == Client.ApiVerb.Update && lost++ % 3 == 0 ? FakeFault.LoseAnswer : FakeFault.None;
        End(world, Running(world), "Succeeded");
        await world.UntilAsync("it is complete", () => Holds(world, "Complete"));
        Assert.Equal(3, Now(world).Status.Succeeded);
    });

    [Fact]
    public Task A_pod_that_was_counted_and_let_go_is_not_counted_again_when_its_past_is_shown() => ControllerWorld.Run(
        JobReconciler.AddTo,
        async world =>
        {
            await world.UntilAsync("two pods run", () => Running(world).Count == 2);
            Assert.Equal(1, Now(world).Status.Succeeded);
            (world.Api.Faults.ListLag, world.Api.Faults.WatchLag) = (0, 0);
            End(world, Running(world), "Succeeded");
            await world.UntilAsync("it is complete", () => Holds(world, "Complete"));
            Assert.Equal((3, 3), (Now(world).Status.Succeeded, world.Api.All<Pod>().Count));
        },
        world =>
        {
            var job = Job("\"completions\": 3, \"parallelism\": 2");
            world.Api.Put(job with { Status = new JobStatus { Succeeded = 1, StartTime = world.Environment.Time.GetUtcNow() } });
            var pod = JobPods.New(job);
            pod = pod with { Metadata = pod.Metadata with { Name = "work-a", Namespace = "shop", Uid = "pod-a" }, Status = pod.Status with { Phase = "Succeeded" } };
            world.Api.Put(pod);
            world.Api.Put(pod.Untracked());
            (world.Api.Faults.ListLag, world.Api.Faults.WatchLag) = (1, 1);
        });

    [Fact]
    public Task A_pod_is_not_let_go_uncounted_while_the_cache_does_not_show_its_job_yet() => ControllerWorld.Run(
        JobReconciler.AddTo,
        async world =>
        {
            await world.PassAsync(TimeSpan.FromSeconds(2));
            Assert.True(Assert.Single(world.Api.All<Pod>()).IsTracked());
            (world.Api.Faults.ListLag, world.Api.Faults.WatchLag) = (0, 0);
            world.Api.Tell();
            await world.UntilAsync("it is complete", () => Holds(world, "Complete"));
            Assert.Equal((1, 1), (Now(world).Status.Succeeded, world.Api.All<Pod>().Count));
        },
        world =>
        {
            var job = Job("\"completions\": 1");
            var pod = JobPods.New(job);
            pod = pod with { Metadata = pod.Metadata with { Name = "work-a", Namespace = "shop", Uid = "pod-a" }, Status = pod.Status with { Phase = "Succeeded" } };
            world.Api.Put(pod);
            world.Api.Put(job);
            (world.Api.Faults.ListLag, world.Api.Faults.WatchLag) = (1, 1);
        });

    [Fact]
    public Task Each_index_has_its_name_label_and_variable_and_runs_until_it_succeeds() => In(async world =>
    {
        world.Api.Put(Job("\"completionMode\": \"Indexed\", \"completions\": 4, \"parallelism\": 4"));
        await world.UntilAsync("four pods run", () => Running(world).Count == 4);
        var pods = Running(world).OrderBy(pod => pod.Index()).ToList();
        Assert.Equal([0, 1, 2, 3], pods.Select(pod => pod.Index()));
        Assert.Equal("work-2", pods[2].Spec.Hostname);
        Assert.StartsWith("work-2-", pods[2].Metadata.Name, StringComparison.Ordinal);
        Assert.Equal("JOB_COMPLETION_INDEX", Assert.Single(pods[2].Spec.Containers[0].Env).Name);
        End(world, [pods[0], pods[1], pods[3]], "Succeeded");
        End(world, [pods[2]], "Failed");
        await world.UntilAsync("the others are counted", () => Now(world).Status.CompletedIndexes == "0,1,3");
        await world.UntilAsync("index 2 runs again", () => Running(world).Count == 1);
        End(world, Running(world), "Succeeded");
        await world.UntilAsync("it is complete", () => Holds(world, "Complete"));
        Assert.Equal(("0-3", 4), (Now(world).Status.CompletedIndexes, Now(world).Status.Succeeded));
    });

    [Fact]
    public Task An_index_that_failed_too_often_fails_alone_and_the_job_with_it_at_the_end() => In(async world =>
    {
        world.Api.Put(Job("\"completionMode\": \"Indexed\", \"completions\": 2, \"parallelism\": 2, \"backoffLimitPerIndex\": 1, \"backoffLimit\": 100"));
        await world.UntilAsync("it has failed", () =>
        {
            End(world, Running(world).Where(pod => pod.Index() == 0), "Failed");
            End(world, Running(world).Where(pod => pod.Index() == 1), "Succeeded");
            return Holds(world, "Failed");
        });
        Assert.Equal(("FailedIndexes", "0", "1"), (Condition(world, "Failed")!.Reason, Now(world).Status.FailedIndexes, Now(world).Status.CompletedIndexes));
        Assert.Equal(3, world.Api.All<Pod>().Count);
    });

    [Fact]
    public Task A_failure_that_the_policy_names_fails_the_job_at_once_and_one_that_it_ignores_does_not_count() => In(async world =>
    {
        world.Api.Put(Job("""
            "backoffLimit": 0, "podReplacementPolicy": "Failed", "podFailurePolicy": {"rules": [
              {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]},
              {"action": "FailJob", "onExitCodes": {"operator": "In", "values": [42]}}]}
            """));
        await world.UntilAsync("a pod runs", () => Running(world).Count == 1);
        var first = Running(world)[0];
        world.Api.Put(first with { Status = first.Status with { Phase = "Failed", Conditions = [new PodCondition { Type = "DisruptionTarget", Status = "True" }] } });
        await world.UntilAsync("another pod runs", () => Running(world).Count == 1 && Running(world)[0].Metadata.Uid != first.Metadata.Uid);
        Assert.Equal(0, Now(world).Status.Failed);
        var second = Running(world)[0];
        world.Api.Put(second with
        {
            Status = second.Status with
            {
                Phase = "Failed",
                ContainerStatuses = [new ContainerStatus { Name = "app", State = new ContainerState { Terminated = new ContainerStateTerminated { ExitCode = 42, FinishedAt = world.Environment.Time.GetUtcNow() } } }],
            },
        });
        await world.UntilAsync("it has failed", () => Holds(world, "Failed"));
        Assert.Equal("PodFailurePolicy", Condition(world, "Failed")!.Reason);
        Assert.Equal($"Container app for pod shop/{second.Metadata.Name} failed with exit code 42 matching FailJob rule at index 1", Condition(world, "Failed")!.Message);
    });

    [Fact]
    public Task The_success_policy_ends_the_job_when_the_indexes_it_names_have_succeeded() => In(async world =>
    {
        world.Api.Put(Job("""
            "completionMode": "Indexed", "completions": 3, "parallelism": 3, "successPolicy": {"rules": [{"succeededIndexes": "0"}]}
            """));
        await world.UntilAsync("three pods run", () => Running(world).Count == 3);
        End(world, Running(world).Where(pod => pod.Index() == 0), "Succeeded");
        await world.UntilAsync("it is complete", () => Holds(world, "Complete"));
        Assert.Equal(("SuccessPolicy", 1), (Condition(world, "Complete")!.Reason, Now(world).Status.Succeeded));
        Assert.Empty(Running(world));
    });

    [Fact]
    public Task A_job_that_takes_too_long_fails_and_its_pods_go() => In(async world =>
    {
        world.Api.Put(Job("\"activeDeadlineSeconds\": 30"));
        await world.UntilAsync("a pod runs", () => Running(world).Count == 1);
        await world.UntilAsync("it has failed", () => Holds(world, "Failed"));
        Assert.Equal("DeadlineExceeded", Condition(world, "Failed")!.Reason);
        Assert.Empty(Running(world));
    });

    [Fact]
    public Task A_suspended_job_has_no_pods_and_begins_anew_when_it_is_resumed() => In(async world =>
    {
        world.Api.Put(Job("\"suspend\": true"));
        await world.UntilAsync("it is suspended", () => Holds(world, "Suspended"));
        Assert.Null(Now(world).Status.StartTime);
        Assert.Empty(world.Api.All<Pod>());
        world.Api.Put(Now(world) with { Spec = Now(world).Spec with { Suspend = false } });
        await world.UntilAsync("a pod runs", () => Running(world).Count == 1);
        Assert.Equal("JobResumed", Condition(world, "Suspended")!.Reason);
        world.Api.Put(Now(world) with { Spec = Now(world).Spec with { Suspend = true } });
        await world.UntilAsync("it is gone", () => Running(world).Count == 0 && Holds(world, "Suspended"));
    });

    [Fact]
    public Task A_job_that_is_over_for_long_enough_is_deleted() => In(async world =>
    {
        world.Api.Put(Job("\"ttlSecondsAfterFinished\": 60"));
        await world.UntilAsync("a pod runs", () => Running(world).Count == 1);
        End(world, Running(world), "Succeeded");
        await world.UntilAsync("it is complete", () => Holds(world, "Complete"));
        await world.PassAsync(TimeSpan.FromSeconds(58));
        Assert.NotNull(world.Api.Find<Job>("shop", "work"));
        await world.UntilAsync("it is deleted", () => world.Api.Find<Job>("shop", "work") is null);
    });

    [Fact]
    public Task A_pod_whose_job_is_gone_is_not_held_back() => In(async world =>
    {
        world.Api.Put(Job("\"parallelism\": 1"));
        await world.UntilAsync("a pod runs", () => Running(world).Count == 1);
        world.Api.Remove<Job>("shop", "work");
        await world.UntilAsync("its finalizer is gone", () => world.Api.All<Pod>().All(pod => pod.Metadata.Finalizers.IsEmpty));
    });

    private static Task In(Func<SimulatedWorld, Task> body) => ControllerWorld.Run(JobReconciler.AddTo, body);

    private static Job Job(string spec) => ModelJson.Read<Job>($$$$"""
        {"metadata": {"name": "work", "namespace": "shop", "uid": "job-1"},
         "spec": { {{{{(spec.Contains("completions", StringComparison.Ordinal) ? "" : "\"completions\": 1, ")}}}}{{{{spec}}}},
                   "selector": {"matchLabels": {"job": "work"}},
                   "template": {"metadata": {"labels": {"job": "work", "batch.kubernetes.io/job-name": "work"}},
                                "spec": {"restartPolicy": "Never", "containers": [{"name": "app", "image": "example/app:1"}]} } } }
        """);

    private static Job Now(SimulatedWorld world) => world.Api.Find<Job>("shop", "work")!;

    private static List<Pod> Running(SimulatedWorld world) =>
        [.. world.Api.All<Pod>().Where(pod => pod.Status.Phase is not ("Succeeded" or "Failed") && pod.Metadata.DeletionTimestamp is null)];

    private static void End(SimulatedWorld world, IEnumerable<Pod> pods, string phase)
    {
        var ended = new ContainerState { Terminated = new ContainerStateTerminated { ExitCode = phase == "Failed" ? 1 : 0, FinishedAt = world.Environment.Time.GetUtcNow() } };
        foreach (var pod in pods.ToList())
        {
            world.Api.Put(pod with { Status = pod.Status with { Phase = phase, ContainerStatuses = [new ContainerStatus { Name = "app", State = ended }] } });
        }
    }

    private static JobCondition? Condition(SimulatedWorld world, string type) => Now(world).Status.Conditions.FirstOrDefault(condition => condition.Type == type);

    private static bool Holds(SimulatedWorld world, string type) => Condition(world, type)?.Status == "True";
}

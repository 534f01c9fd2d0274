using Holdfast.Controllers.CronJobs;
using Holdfast.Model.Batch;
using Holdfast.Model.Core;
using Holdfast.Model.Json;
using Holdfast.Testing.Api;

namespace Holdfast.Controllers.Tests.Jobs;

public sealed class CronJobTests
{
    [Fact]
    public Task A_job_is_made_at_each_time_and_named_after_it() => In(async world =>
    {
        world.Api.Put(CronJob("\"schedule\": \"*/5 * * * *\""));
        await world.UntilAsync("two jobs are there", () => world.Api.All<Job>().Count == 2);
        var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        Assert.Equal([Name(start.AddMinutes(5)), Name(start.AddMinutes(10))], world.Api.All<Job>().Select(job => job.Metadata.Name));
        Assert.Equal("2026-01-01T00:10:00Z", world.Api.All<Job>()[1].Metadata.Annotations["batch.kubernetes.io/cronjob-scheduled-timestamp"]);
        await world.UntilAsync("the status names both", () => Now(world).Status.Active.Count == 2);
        Assert.Equal(start.AddMinutes(10), Now(world).Status.LastScheduleTime);
    });

    [Theory]
    [InlineData("Allow", 3, 0)]
    [InlineData("Forbid", 1, 2)]
    [InlineData("Replace", 1, 0)]
    public Task The_policy_says_what_becomes_of_a_job_that_still_runs(string policy, int jobs, int refusals) => In(async world =>
    {
        world.Api.Put(CronJob($"\"schedule\": \"* * * * *\", \"concurrencyPolicy\": \"{policy}\""));
        await world.PassAsync(TimeSpan.FromSeconds(185));
        Assert.Equal(jobs, world.Api.All<Job>().Count);
        if (policy == "Replace")
        {
            Assert.Equal(Name(new DateTimeOffset(2026, 1, 1, 0, 3, 0, TimeSpan.Zero)), world.Api.All<Job>()[0].Metadata.Name);
        }
        var refused = world.Api.All<Event>().Where(item => item.Reason == "JobAlreadyActive").Sum(item => item.Count);
        Assert.True(refusals == 0 ? refused == 0 : refused >= refusals, $"{refused} refusals");
    });

    [Fact]
    public Task Jobs_that_are_over_are_told_and_kept_only_as_many_as_wanted() => In(async world =>
    {
        world.Api.Put(CronJob("\"schedule\": \"*/10 * * * *\", \"successfulJobsHistoryLimit\": 2, \"failedJobsHistoryLimit\": 0"));
        for (var time = 1; time <= 4; time++)
        {
            await world.UntilAsync($"job {time} is made", () => world.Api.All<Job>().Any(job => job.Status.Conditions.IsEmpty));
            var job = world.Api.All<Job>().Single(each => each.Status.Conditions.IsEmpty);
            var now = world.Environment.Time.GetUtcNow();
            world.Api.Put(job with
            {
                Status = new JobStatus { StartTime = now, CompletionTime = now, Conditions = [new JobCondition { Type = time == 4 ? "Failed" : "Complete", Status = "True" }] },
            });
            await world.UntilAsync("it is not active any more", () => Now(world).Status.Active.IsEmpty);
        }
        await world.UntilAsync("two are kept", () => world.Api.All<Job>().Count == 2);
        Assert.Equal([Name(Tenth(2)), Name(Tenth(3))], world.Api.All<Job>().Select(job => job.Metadata.Name));
        Assert.Equal(Tenth(3), Now(world).Status.LastSuccessfulTime);
        Assert.Contains(world.Api.All<Event>(), item => item.Reason == "SawCompletedJob" && item.Message == $"Saw completed job: {Name(Tenth(4))}, condition: Failed");
    });

    [Fact]
    public Task A_time_that_was_missed_is_made_up_for_once_unless_it_is_too_late() => In(async world =>
    {
        world.Api.Put(CronJob("\"schedule\": \"0 * * * *\", \"suspend\": true"));
        await world.PassAsync(TimeSpan.FromMinutes(190));
        Assert.Empty(world.Api.All<Job>());
        world.Api.Put(Now(world) with { Spec = Now(world).Spec with { Suspend = false, StartingDeadlineSeconds = 60 } });
        await world.PassAsync(TimeSpan.FromSeconds(30));
        Assert.Empty(world.Api.All<Job>());
        world.Api.Put(Now(world) with { Spec = Now(world).Spec with { StartingDeadlineSeconds = 1000 } });
        await world.UntilAsync("one job is made", () => world.Api.All<Job>().Count == 1);
        Assert.Equal(Name(At(3)), world.Api.All<Job>()[0].Metadata.Name);
        await world.PassAsync(TimeSpan.FromSeconds(60));
        Assert.Single(world.Api.All<Job>());
    });

    [Fact]
    public Task Years_of_missed_times_come_to_one_job_and_a_warning() => In(async world =>
    {
        var old = CronJob("\"schedule\": \"* * * * *\"");
        world.Api.Put(old with { Metadata = old.Metadata with { CreationTimestamp = At(0).AddYears(-2) } });
        await world.UntilAsync("one job is made", () => world.Api.All<Job>().Count == 1);
        Assert.Equal(Name(At(0)), world.Api.All<Job>()[0].Metadata.Name);
        await world.UntilAsync("it is told", () => world.Api.All<Event>().Any(item => item.Reason == "TooManyMissedTimes"));
    });

    private static Task In(Func<SimulatedWorld, Task> body) => ControllerWorld.Run(CronJobReconciler.AddTo, body);

    private static DateTimeOffset At(int hour) => new(2026, 1, 1, hour, 0, 0, TimeSpan.Zero);

    private static DateTimeOffset Tenth(int number) => At(0).AddMinutes(10 * number);

    private static string Name(DateTimeOffset time) => CronJobPlanner.JobName(CronJob("\"schedule\": \"\""), time);

    private static CronJob Now(SimulatedWorld world) => world.Api.Find<CronJob>("shop", "tick")!;

    private static CronJob CronJob(string spec) => ModelJson.Read<CronJob>($$$$"""
        {"metadata": {"name": "tick", "namespace": "shop", "uid": "cron-1"},
         "spec": { {{{{spec}}}}{{{{(spec.Contains("Policy", StringComparison.Ordinal) ? "" : ", \"concurrencyPolicy\": \"Allow\"")}}}},
                   "jobTemplate": {"metadata": {"labels": {"a": "b"}}, "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "app", "image": "x"}]} } } } } }
        """);
}

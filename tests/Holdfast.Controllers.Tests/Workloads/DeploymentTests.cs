using Holdfast.Controllers.Deployments;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Testing.Api;
using static Holdfast.Controllers.Tests.Workloads.DeploymentWorld;

namespace Holdfast.Controllers.Tests.Workloads;

public sealed class DeploymentTests
{
    [Fact]
    public Task A_new_deployment_makes_one_set_with_all_its_pods_and_says_so() => In(async world =>
    {
        world.Api.Put(Deployment(3));
        await world.CompleteAsync("example/app:1");
        var set = Assert.Single(world.Api.All<ReplicaSet>());
        Assert.Equal("web-" + set.Metadata.Labels["pod-template-hash"], set.Metadata.Name);
        Assert.Equal("1", set.Metadata.Annotations[DeploymentAnnotations.Revision]);
        Assert.Equal("3", set.Metadata.Annotations[DeploymentAnnotations.DesiredReplicas]);
        Assert.Equal("4", set.Metadata.Annotations[DeploymentAnnotations.MaximumReplicas]);
        Assert.Equal("1", Now(world).Metadata.Annotations[DeploymentAnnotations.Revision]);
        Assert.Equal("MinimumReplicasAvailable", Reason(Now(world), "Available"));
        Assert.Equal([$"Scaled up replica set {set.Metadata.Name} from 0 to 3"], Events(world, "ScalingReplicaSet"));
        Assert.Equal(3, Events(world, "SuccessfulCreate").Length);
        Assert.Equal((3, 3, 3, 0), (set.Status.Replicas, set.Status.FullyLabeledReplicas, set.Status.AvailableReplicas, set.Status.TerminatingReplicas));
    });

    [Theory]
    [InlineData(4, "25%", "25%")]
    [InlineData(4, "0", "1")]
    [InlineData(4, "1", "0")]
    [InlineData(10, "100%", "0")]
    [InlineData(1, "25%", "25%")]
    public Task A_rolling_update_never_has_too_many_pods_nor_too_few_available(int replicas, string surge, string unavailable) => In(async world =>
    {
        var strategy = $$$$"""{"type": "RollingUpdate", "rollingUpdate": {"maxSurge": {{{{Amount(surge)}}}}, "maxUnavailable": {{{{Amount(unavailable)}}}} } }""";
        world.Api.Put(Deployment(replicas, strategy));
        await world.CompleteAsync("example/app:1");
        var (most, least) = (replicas + Rollout.MaximumSurge(Now(world)), replicas - Rollout.MaximumUnavailable(Now(world)));
        Change(world, spec => spec.WithImage("example/app:2"));
        await world.UntilAsync("the update is complete", () =>
        {
            var pods = world.Api.All<Pod>();
            Assert.InRange(pods.Count, 0, most);
            Assert.InRange(pods.Count(pod => pod.Status.Phase == "Running"), least, most);
            return pods.All(pod => pod.Spec.Containers[0].Image == "example/app:2") && Now(world).Status.UpdatedReplicas == replicas;
        });
        Assert.Equal("2", Now(world).Metadata.Annotations[DeploymentAnnotations.Revision]);
    });

    [Fact]
    public Task Recreate_makes_no_new_pod_before_the_last_old_one_is_gone() => In(async world =>
    {
        world.Api.Put(Deployment(3, """{"type": "Recreate"}"""));
        await world.CompleteAsync("example/app:1");
        Change(world, spec => spec.WithImage("example/app:2"));
        await world.UntilAsync("the update is complete", () =>
        {
            var images = world.Api.All<Pod>().Select(pod => pod.Spec.Containers[0].Image).Distinct().ToList();
            Assert.True(images.Count <= 1, "pods of two templates at once: " + string.Join(' ', images));
            return images is ["example/app:2"] && Now(world).Status.AvailableReplicas == 3;
        });
    });

    [Fact]
    public Task Going_back_to_an_earlier_template_uses_its_set_and_gives_it_a_new_number() => In(async world =>
    {
        world.Api.Put(Deployment(2));
        await world.CompleteAsync("example/app:1");
        Change(world, spec => spec.WithImage("example/app:2"));
        await world.CompleteAsync("example/app:2");
        Change(world, spec => spec.WithImage("example/app:1"));
        await world.CompleteAsync("example/app:1");
        var sets = world.Api.All<ReplicaSet>();
        Assert.Equal(2, sets.Count);
        var newest = sets.Single(set => set.Spec.Replicas == 2);
        Assert.Equal("3", newest.Metadata.Annotations[DeploymentAnnotations.Revision]);
        Assert.Equal("1", newest.Metadata.Annotations[DeploymentAnnotations.RevisionHistory]);
    });

    [Fact]
    public Task A_rollout_that_does_not_get_on_says_so_after_its_deadline_and_keeps_the_old_pods() => In(async world =>
    {
        world.Api.Put(Deployment(4));
        await world.CompleteAsync("example/app:1");
        Change(world, spec => spec.WithImage(Broken));
        await world.UntilAsync("the deadline is over", () => Reason(Now(world), "Progressing") == "ProgressDeadlineExceeded");
        Assert.InRange(world.Api.All<Pod>().Count(pod => pod.Status.Phase == "Running"), 3, 4);
        Change(world, spec => spec.WithImage("example/app:1"));
        await world.CompleteAsync("example/app:1");
    });

    [Fact]
    public Task A_paused_deployment_scales_and_does_not_roll_out() => In(async world =>
    {
        world.Api.Put(Deployment(2));
        await world.CompleteAsync("example/app:1");
        Change(world, spec => (spec with { Paused = true, Replicas = 4 }).WithImage("example/app:2"));
        await world.UntilAsync("it has four pods", () => world.Api.All<Pod>().Count == 4);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        Assert.All(world.Api.All<Pod>(), pod => Assert.Equal("example/app:1", pod.Spec.Containers[0].Image));
        Assert.Equal("DeploymentPaused", Reason(Now(world), "Progressing"));
        Change(world, spec => spec with { Paused = false });
        await world.CompleteAsync("example/app:2");
    });

    [Fact]
    public Task Scaling_during_a_rollout_is_shared_among_the_sets_in_proportion() => In(async world =>
    {
        world.Api.Put(Deployment(10, """{"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 3, "maxUnavailable": 2}}"""));
        await world.CompleteAsync("example/app:1");
        Change(world, spec => spec.WithImage(Broken));
        await world.UntilAsync("the rollout is stuck", () => Sizes(world) is [5, 8]);
        Change(world, spec => spec with { Replicas = 15 });
        // Kubernetes' own example: of the 5 and 3 more pods, the bigger set takes the bigger share.
        await world.UntilAsync("both sets have grown", () => Sizes(world) is [7, 11]);
    });

    [Fact]
    public Task Sets_beyond_the_history_limit_are_forgotten_oldest_first() => In(async world =>
    {
        world.Api.Put(Deployment(1) with { Spec = Deployment(1).Spec with { RevisionHistoryLimit = 1 } });
        await world.CompleteAsync("example/app:1");
        foreach (var image in new[] { "example/app:2", "example/app:3" })
        {
            Change(world, spec => spec.WithImage(image));
            await world.CompleteAsync(image);
        }
        await world.UntilAsync("the oldest set is gone", () => world.Api.All<ReplicaSet>().Count == 2);
        Assert.DoesNotContain(world.Api.All<ReplicaSet>(), set => set.Spec.Template.Spec.Containers[0].Image == "example/app:1");
    });

    [Fact]
    public Task A_name_that_another_set_has_is_passed_over() => In(async world =>
    {
        var taken = SetNameOf(Deployment(1));
        world.Api.Put(new ReplicaSet { Metadata = new ObjectMeta { Name = taken, Namespace = "shop" }, Spec = new ReplicaSetSpec { Replicas = 0 } });
        world.Api.Put(Deployment(1));
        await world.CompleteAsync("example/app:1");
        Assert.Equal(1, Now(world).Status.CollisionCount);
    });

    [Fact]
    public Task A_settled_deployment_is_not_written_to() => In(async world =>
    {
        world.Api.Put(Deployment(3));
        await world.CompleteAsync("example/app:1");
        await world.PassAsync(TimeSpan.FromSeconds(5));
        var revision = world.Api.Revision;
        await world.PassAsync(TimeSpan.FromMinutes(30));
        Assert.Equal(revision, world.Api.Revision);
    });

    private static int[] Sizes(SimulatedWorld world) => [.. world.Api.All<ReplicaSet>().Select(set => set.Spec.Replicas ?? 0).Order()];

    private static string SetNameOf(Deployment deployment) =>
        DeploymentPlanner.Plan(new(deployment, [], []), DateTimeOffset.UnixEpoch).Effects.OfType<DeploymentEffect.Create>().Single().Set.Metadata.Name;

    private static string Amount(string text) => text.EndsWith('%') ? $"\"{text}\"" : text;
}

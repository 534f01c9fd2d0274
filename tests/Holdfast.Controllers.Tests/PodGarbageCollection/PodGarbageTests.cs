using Holdfast.Controllers.NodeLifecycle;
using Holdfast.Controllers.PodGarbageCollection;
using Holdfast.Model.Core;
using static Holdfast.Controllers.Tests.ControllerWorld;

namespace Holdfast.Controllers.Tests.PodGarbageCollection;

public sealed class PodGarbageTests
{
    [Theory]
    [InlineData(false, "n1", null, false, false)]
    [InlineData(true, "n1", null, false, false)]
    [InlineData(true, "", null, false, true)]
    [InlineData(false, "", null, false, false)]
    [InlineData(false, "n1", 39, false, false)]
    [InlineData(false, "n1", 40, false, true)]
    [InlineData(true, "n1", 40, false, true)]
    [InlineData(false, "n1", null, true, false)]
    [InlineData(true, "n1", null, true, true)]
    public void A_pod_is_removed_only_where_no_agent_will_end_it(bool isTerminating, string node, int? goneSeconds, bool isOutOfService, bool mustGo)
    {
        var pod = On(node, isTerminating);
        Node? there = node.Length == 0 || goneSeconds is not null ? null : new Node
        {
            Metadata = Named("n1", ""),
            Spec = new NodeSpec { Taints = isOutOfService ? [new Taint { Key = NodeNames.OutOfService, Effect = "NoExecute" }] : [] },
        };
        var plan = PodGarbagePlanner.Plan(new(pod, there, goneSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null, false));
        Assert.Equal(mustGo, plan.MustGo);
    }

    [Fact]
    public Task The_pods_of_a_node_that_is_gone_for_good_are_removed_after_a_while() =>
        Run((host, context) => PodGarbageReconciler.AddTo(host, context), async world =>
        {
            world.Api.Put(new Node { Metadata = Named("n1", "") });
            world.Api.Put(On("n1", isTerminating: false));
            await world.PassAsync(TimeSpan.FromMinutes(5));
            world.Api.Remove<Node>("", "n1");
            await world.PassAsync(TimeSpan.FromSeconds(30));
            Assert.NotNull(world.Api.Find<Pod>("shop", "web-0"));
            world.Api.Put(new Node { Metadata = Named("n1", "") });
            await world.PassAsync(TimeSpan.FromMinutes(5));
            Assert.NotNull(world.Api.Find<Pod>("shop", "web-0"));
            world.Api.Remove<Node>("", "n1");
            await world.UntilAsync("it is gone", () => world.Api.Find<Pod>("shop", "web-0") is null);
        });

    [Fact]
    public Task A_jump_of_the_wall_clock_does_not_shorten_the_while() =>
        Run((host, context) => PodGarbageReconciler.AddTo(host, context), async world =>
        {
            world.Api.Put(new Node { Metadata = Named("n1", "") });
            world.Api.Put(On("n1", isTerminating: false));
            await world.PassAsync(TimeSpan.FromMinutes(1));
            world.Api.Remove<Node>("", "n1");
            await world.PassAsync(TimeSpan.FromSeconds(5));
            world.Scheduler.Time.JumpWallClock(TimeSpan.FromHours(1));
            // Anything that brings the pod up again while its node is away.
            world.Api.Put(On("n1", isTerminating: true));
            await world.PassAsync(TimeSpan.FromSeconds(30));
            Assert.NotNull(world.Api.Find<Pod>("shop", "web-0"));
        });

    [Fact]
    public Task A_pod_that_comes_to_a_node_long_gone_has_the_whole_while_too() =>
        Run((host, context) => PodGarbageReconciler.AddTo(host, context), async world =>
        {
            world.Api.Put(On("n1", isTerminating: false));
            await world.UntilAsync("the first is gone", () => world.Api.Find<Pod>("shop", "web-0") is null);
            await world.PassAsync(TimeSpan.FromMinutes(5));
            var again = On("n1", isTerminating: false);
            world.Api.Put(again with { Metadata = again.Metadata with { Uid = "second", CreationTimestamp = world.Environment.Time.GetUtcNow() } });
            await world.PassAsync(TimeSpan.FromSeconds(30));
            Assert.NotNull(world.Api.Find<Pod>("shop", "web-0"));
            await world.UntilAsync("the second is gone", () => world.Api.Find<Pod>("shop", "web-0") is null);
        });

    [Fact]
    public Task Of_too_many_pods_that_ended_the_oldest_go() =>
        Run((host, context) => PodGarbageReconciler.AddTo(host, context, finishedLimit: 2), async world =>
        {
            for (var i = 0; i < 5; i++)
            {
                var pod = ReadyPod($"job-{i}", "");
                world.Api.Put(pod with { Status = pod.Status with { Phase = "Succeeded" } });
                await world.PassAsync(TimeSpan.FromSeconds(1));
            }
            await world.UntilAsync("two are left", () => world.Api.All<Pod>().Count == 2);
            Assert.Equal(["job-3", "job-4"], world.Api.All<Pod>().Select(pod => pod.Metadata.Name));
        });

    private static Pod On(string node, bool isTerminating)
    {
        var pod = ReadyPod("web-0", "10.0.0.1");
        return pod with
        {
            Metadata = pod.Metadata with { DeletionTimestamp = isTerminating ? DateTimeOffset.UnixEpoch : null },
            Spec = pod.Spec with { NodeName = node },
        };
    }
}

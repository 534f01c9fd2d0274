using Holdfast.Client;
using Holdfast.Controllers.NodeLifecycle;
using Holdfast.Model.Coordination;
using Holdfast.Model.Core;
using Holdfast.Testing.Api;
using static Holdfast.Controllers.Tests.ControllerWorld;

namespace Holdfast.Controllers.Tests.NodeLifecycle;

public sealed class NodeReconcilerTests
{
    [Fact]
    public Task A_node_that_falls_silent_loses_its_pods_after_their_toleration_and_without_force() => In(async world =>
    {
        var start = world.Environment.Time.GetUtcNow();
        await world.UntilAsync("n1 is unreachable", () => Ready(world, "n1") == "Unknown");
        Assert.InRange((world.Environment.Time.GetUtcNow() - start).TotalSeconds, 39, 42);
        await world.UntilAsync("its pod is not ready", () => world.Api.Find<Pod>("shop", "web-0")!.Status.Conditions.Any(each => each is { Type: "Ready", Status: "False" }));
        await world.UntilAsync("its pod is going", () => world.Api.Find<Pod>("shop", "web-0")!.Metadata.DeletionTimestamp is not null);
        Assert.InRange((world.Environment.Time.GetUtcNow() - start).TotalSeconds, 339, 343);
        await world.PassAsync(TimeSpan.FromMinutes(10));
        Assert.NotNull(world.Api.Find<Pod>("shop", "web-0"));
        Assert.DoesNotContain(world.Api.Calls, call => call.DeleteOptions?.GracePeriodSeconds == 0);
    });

    [Fact]
    public Task A_node_that_speaks_again_in_time_keeps_its_pods() => In(async world =>
    {
        await world.UntilAsync("n1 is unreachable", () => world.Api.Find<Node>("", "n1")!.Spec.Taints.Count == 2);
        var node = world.Api.Find<Node>("", "n1")!;
        world.Api.Put(node with { Status = Node("n1", world.Environment.Time.GetUtcNow()).Status });
        await world.UntilAsync("the taints are gone", () => world.Api.Find<Node>("", "n1")!.Spec.Taints.IsEmpty);
        for (var i = 0; i < 60; i++)
        {
            Renew(world, "n1");
            await world.PassAsync(TimeSpan.FromSeconds(10));
        }
        Assert.Null(world.Api.Find<Pod>("shop", "web-0")!.Metadata.DeletionTimestamp);
    });

    [Fact]
    public Task When_all_nodes_fall_silent_nothing_is_evicted() => In(async world =>
    {
        await world.PassAsync(TimeSpan.FromMinutes(20));
        Assert.Equal(("Unknown", "Unknown"), (Ready(world, "n1"), Ready(world, "n2")));
        Assert.DoesNotContain(world.Api.Calls, call => call.Verb == ApiVerb.Delete);
        Assert.DoesNotContain(world.Api.Find<Node>("", "n1")!.Spec.Taints, taint => taint.Effect == "NoExecute");
    }, renewSecond: false);

    private static Task In(Func<SimulatedWorld, Task> body, bool renewSecond = true) =>
        Run((host, context) => NodeReconciler.AddTo(host, context), async world =>
        {
            using var stop = new CancellationTokenSource();
            var renewing = renewSecond ? RenewAsync(world, "n2", stop.Token) : Task.CompletedTask;
            await body(world);
#pragma warning disable CA1849 // CancelAsync would leave the simulator's one thread.
            stop.Cancel();
#pragma warning restore CA1849
            await renewing;
        }, Furnish);

    [Fact]
    public Task A_jump_of_the_wall_clock_silences_nobody() => Run((host, context) => NodeReconciler.AddTo(host, context), async world =>
        {
            await world.PassAsync(TimeSpan.FromSeconds(5));
            world.Scheduler.Time.JumpWallClock(TimeSpan.FromHours(1));
            // Whatever brings a node up again before its next sign of life.
            var node = world.Api.Find<Node>("", "n1")!;
            world.Api.Put(node with { Metadata = node.Metadata with { Labels = Holdfast.Model.Values.ValueMap.Of(("seen", "yes")) } });
            await world.PassAsync(TimeSpan.FromSeconds(5));
            Assert.Equal(("True", "True"), (Ready(world, "n1"), Ready(world, "n2")));
        }, Furnish);

    private static void Furnish(SimulatedWorld world)
    {
        var now = world.Environment.Time.GetUtcNow();
        world.Api.Put(Node("n1", now));
        world.Api.Put(Node("n2", now));
        Renew(world, "n1");
        Renew(world, "n2");
        var pod = ReadyPod("web-0", "10.0.0.1");
        world.Api.Put(pod with
        {
            Spec = pod.Spec with
            {
                NodeName = "n1",
                Tolerations = [new Toleration { Key = NodeNames.Unreachable, Operator = "Exists", Effect = "NoExecute", TolerationSeconds = 300 }],
            },
        });
    }

    private static async Task RenewAsync(SimulatedWorld world, string node, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            Renew(world, node);
            await world.PassAsync(TimeSpan.FromSeconds(10));
        }
    }

    private static void Renew(SimulatedWorld world, string node) => world.Api.Put(new Lease
    {
        Metadata = Named(node, NodeNames.LeaseNamespace),
        Spec = new LeaseSpec { RenewTime = world.Environment.Time.GetUtcNow() },
    });

    private static string? Ready(SimulatedWorld world, string node) => world.Api.Find<Node>("", node)!.Status.Condition("Ready")?.Status;

    private static Node Node(string name, DateTimeOffset now) => new()
    {
        Metadata = Named(name, ""),
        Status = new NodeStatus
        {
            Conditions = [new NodeCondition { Type = "Ready", Status = "True", LastTransitionTime = now, LastHeartbeatTime = now }],
        },
    };
}

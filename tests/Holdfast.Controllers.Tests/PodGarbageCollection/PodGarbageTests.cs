using Holdfast.Client;
using Holdfast.Controllers.NodeLifecycle;
using Holdfast.Controllers.PodGarbageCollection;
using Holdfast.Controllers.Scheduling;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Controllers.Volumes;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Values;
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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task A_node_that_is_taken_out_of_service_gives_up_its_pods_and_they_run_elsewhere_with_their_claims(bool isTaintedFirst) =>
        Run((host, context) =>
        {
            PodGarbageReconciler.AddTo(host, context);
            NodeReconciler.AddTo(host, context, new NodeLifecycleOptions { MonitorGracePeriod = TimeSpan.FromDays(1) });
            StatefulSetReconciler.AddTo(host, context);
            SchedulerReconciler.AddTo(host, context);
            VolumeReconcilers.AddTo(host, context, "/volumes", new NoBackend());
        },
        async world =>
        {
            world.Api.Put(Machine("n1", isReady: true));
            world.Api.Put(SetOnClaims());
            world.Api.Put(new PersistentVolume
            {
                Metadata = Named("disk", ""),
                Spec = new PersistentVolumeSpec { AccessModes = ["ReadWriteOnce"], Capacity = ValueMap.Of(("storage", Quantity.Parse("1Gi"))), PersistentVolumeReclaimPolicy = "Retain" },
            });
            await world.UntilAsync("it runs on n1", () => world.Api.Find<Pod>("shop", "db-0")?.Spec.NodeName == "n1");
            var (pod, claim) = (world.Api.Find<Pod>("shop", "db-0")!, world.Api.Find<PersistentVolumeClaim>("shop", "data-db-0")!);
            world.Api.Put(Machine("n2", isReady: true));
            world.Api.Put(Machine("n1", isReady: isTaintedFirst, isOutOfService: isTaintedFirst));
            await world.PassAsync(TimeSpan.FromMinutes(30));
            // A node that answers ends its pods itself, and one that is only silent may still run them.
            Assert.Equal(pod.Metadata.Uid, world.Api.Find<Pod>("shop", "db-0")!.Metadata.Uid);
            world.Api.Put(Machine("n1", isReady: false, isOutOfService: true));
            await world.UntilAsync("it runs on n2", () => world.Api.Find<Pod>("shop", "db-0") is { Spec.NodeName: "n2" } again && again.Metadata.Uid != pod.Metadata.Uid);
            Assert.Equal(
                [(pod.Metadata.Name, pod.Metadata.Uid)],
                world.Api.Calls.Where(call => call is { Verb: ApiVerb.Delete, DeleteOptions.GracePeriodSeconds: 0 })
                    .Select(call => (call.Name, call.DeleteOptions!.Preconditions!.Uid)).Distinct());
            var kept = world.Api.Find<PersistentVolumeClaim>("shop", "data-db-0")!;
            Assert.Equal((claim.Metadata.Uid, "disk"), (kept.Metadata.Uid, kept.Spec.VolumeName));
            // Why it went was first said by what drove it off the node, and is not said anew.
            var last = world.Api.History.Select(change => change.New).OfType<Pod>().Last(seen => seen.Metadata.Uid == pod.Metadata.Uid);
            Assert.Equal("Failed", last.Status.Phase);
            Assert.Equal("DisruptionTarget True", string.Join(", ", last.Status.Conditions.Where(each => each.Type == "DisruptionTarget").Select(each => $"{each.Type} {each.Status}")));
        });

    private static StatefulSet SetOnClaims() => new()
    {
        Metadata = Named("db") with { Generation = 1 },
        Spec = new StatefulSetSpec
        {
            Replicas = 1,
            ServiceName = "db",
            Selector = new LabelSelector { MatchLabels = ValueMap.Of(("app", "db")) },
            UpdateStrategy = new StatefulSetUpdateStrategy { Type = "RollingUpdate" },
            RevisionHistoryLimit = 10,
            VolumeClaimTemplates =
            [
                new PersistentVolumeClaim
                {
                    Metadata = ObjectMeta.Empty with { Name = "data" },
                    Spec = new PersistentVolumeClaimSpec
                    {
                        AccessModes = ["ReadWriteOnce"],
                        StorageClassName = "",
                        Resources = new VolumeResourceRequirements { Requests = ValueMap.Of(("storage", Quantity.Parse("1Gi"))) },
                    },
                },
            ],
            Template = new PodTemplateSpec
            {
                Metadata = ObjectMeta.Empty with { Labels = ValueMap.Of(("app", "db")) },
                Spec = new PodSpec { TerminationGracePeriodSeconds = 30, Containers = [new Container { Name = "c", Image = "example/x" }] },
            },
        },
    };

    private static Node Machine(string name, bool isReady, bool isOutOfService = false) => new()
    {
        Metadata = Named(name, ""),
        Spec = new NodeSpec { Taints = isOutOfService ? [new Taint { Key = NodeNames.OutOfService, Value = "nodeshutdown", Effect = "NoExecute" }] : [] },
        Status = new NodeStatus
        {
            Allocatable = ValueMap.Of(("cpu", Quantity.Parse("10")), ("memory", Quantity.Parse("10Gi")), ("pods", Quantity.Parse("10"))),
            Conditions = [new NodeCondition { Type = "Ready", Status = isReady ? "True" : "False" }],
        },
    };

    private sealed class NoBackend : IVolumeBackend
    {
        public Task RemoveAsync(PersistentVolume volume, CancellationToken cancellationToken) => Task.CompletedTask;
    }

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

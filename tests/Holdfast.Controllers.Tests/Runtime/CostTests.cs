using System.Globalization;
using Holdfast.Client.Caching;
using Holdfast.Controllers.CronJobs;
using Holdfast.Controllers.Deployments;
using Holdfast.Controllers.Disruption;
using Holdfast.Controllers.Endpoints;
using Holdfast.Controllers.GarbageCollection;
using Holdfast.Controllers.Jobs;
using Holdfast.Controllers.Namespaces;
using Holdfast.Controllers.PodGarbageCollection;
using Holdfast.Controllers.ReplicaSets;
using Holdfast.Controllers.Runtime;
using Holdfast.Controllers.Scheduling;
using Holdfast.Controllers.ServiceAccounts;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Controllers.Volumes;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Policy;
using Holdfast.Model.Storage;
using Holdfast.Model.Values;
using Holdfast.Testing.Api;

namespace Holdfast.Controllers.Tests.Runtime;

/// <summary>
/// What one set costs all controllers together, counted in the objects that they look at and the reconciles that they run, while there are few other
/// sets, pods, Services, budgets and claims in its namespace and while there are many.
/// </summary>
public sealed class CostTests
{
    private const double Leeway = 1.4;

    [Theory]
    [InlineData("starting")]
    [InlineData("replacing a pod")]
    [InlineData("a pod that becomes ready")]
    [InlineData("an orphan")]
    [InlineData("placing beside and apart from others")]
    public async Task The_work_for_one_set_does_not_grow_with_the_others(string what)
    {
        var few = await CostAsync(what, 3);
        var many = await CostAsync(what, 120);
        Assert.True(few.Reconciles > 0 && few.ObjectsRead > 0, "nothing was done, so nothing was counted");
        // The order of things is drawn, so the counts differ by a few; forty times as many others would show as far more.
        Assert.True(
            many.Reconciles < few.Reconciles * Leeway && many.ObjectsRead < few.ObjectsRead * Leeway,
            $"with few others it took {few.Reconciles} reconciles that looked at {few.ObjectsRead} objects, with many {many.Reconciles} and {many.ObjectsRead}");
    }

    private static async Task<(long Reconciles, long ObjectsRead)> CostAsync(string what, int others)
    {
        var cost = (Reconciles: 0L, ObjectsRead: 0L);
        SharedCaches? caches = null;
        await ControllerWorld.Run(
            (host, context) =>
            {
                caches = context.Caches;
                Add(host, context);
            },
            async world =>
            {
                await SettleAsync(world);
                if (what != "starting")
                {
                    Make(world, "one", 3, what.StartsWith("placing", StringComparison.Ordinal));
                    await SettleAsync(world);
                    Assert.Equal(3, world.Api.All<Pod>().Count(pod => pod.Metadata.Labels["app"] == "one" && pod.Spec.NodeName.Length > 0));
                }
                var (reconcilesBefore, readBefore) = (Reconciles(world), caches!.All.Sum(cache => cache.ObjectsRead));
                Do(what, world);
                await SettleAsync(world);
                cost = (Reconciles(world) - reconcilesBefore, caches.All.Sum(cache => cache.ObjectsRead) - readBefore);
            },
            world =>
            {
                world.Api.Put(new Namespace { Metadata = ControllerWorld.Named("shop", "") });
                world.Api.Put(new StorageClass { Metadata = ControllerWorld.Named("quick", ""), Provisioner = VolumeNames.DirectoryProvisioner, ReclaimPolicy = "Delete", VolumeBindingMode = "WaitForFirstConsumer" });
                for (var node = 0; node < 5; node++)
                    world.Api.Put(Machine($"node-{node}"));
                for (var other = 0; other < others; other++)
                    Make(world, $"other-{other.ToString("D3", CultureInfo.InvariantCulture)}", 3, hasRules: true);
            });
        return cost;
    }

    private static void Do(string what, SimulatedWorld world)
    {
        switch (what)
        {
            case "starting":
                Make(world, "one", 3, hasRules: false);
                break;
            case "replacing a pod":
                world.Api.Remove<Pod>("shop", "one-1");
                break;
            case "a pod that becomes ready":
                var pod = world.Api.Find<Pod>("shop", "one-1")!;
                world.Api.Put(pod with { Status = pod.Status with { Conditions = [new PodCondition { Type = "Ready", Status = "False" }] } });
                break;
            case "an orphan":
                var orphan = world.Api.Find<Pod>("shop", "one-2")!;
                world.Api.Put(orphan with { Metadata = orphan.Metadata with { OwnerReferences = [] } });
                break;
            default:
                world.Api.Remove<Pod>("shop", "one-0");
                break;
        }
    }

    private static void Add(ControllerHost host, ControllerContext context)
    {
        StatefulSetReconciler.AddTo(host, context);
        DeploymentReconciler.AddTo(host, context);
        ReplicaSetReconciler.AddTo(host, context);
        JobReconciler.AddTo(host, context);
        CronJobReconciler.AddTo(host, context);
        SchedulerReconciler.AddTo(host, context);
        VolumeReconcilers.AddTo(host, context, "/volumes", new NoBackend());
        EndpointsReconciler.AddTo(host, context);
        BudgetReconciler.AddTo(host, context);
        ServiceAccountReconciler.AddTo(host, context, "authority");
        NamespaceReconciler.AddTo(host, context, ServedKinds.OfModel);
        GarbageCollector.AddTo(host, context, ServedKinds.OfModel);
        PodGarbageReconciler.AddTo(host, context);
    }

    /// <summary>A set with a claim for each pod, a Service and a budget of its own; its pods run as soon as they are bound.</summary>
    private static void Make(SimulatedWorld world, string name, int replicas, bool hasRules)
    {
        var selector = new LabelSelector { MatchLabels = ValueMap.Of(("app", name)) };
        world.Api.Put(new Service
        {
            Metadata = ControllerWorld.Named(name),
            Spec = new ServiceSpec { ClusterIP = "None", Selector = ValueMap.Of(("app", name)), Ports = [new ServicePort { Name = "http", Port = 80 }] },
        });
        world.Api.Put(new PodDisruptionBudget { Metadata = ControllerWorld.Named(name), Spec = new PodDisruptionBudgetSpec { MinAvailable = 1, Selector = selector } });
        world.Api.Put(new StatefulSet
        {
            Metadata = ControllerWorld.Named(name) with { Generation = 1 },
            Spec = new StatefulSetSpec
            {
                Replicas = replicas,
                ServiceName = name,
                PodManagementPolicy = "Parallel",
                Selector = selector,
                UpdateStrategy = new StatefulSetUpdateStrategy { Type = "RollingUpdate" },
                RevisionHistoryLimit = 10,
                VolumeClaimTemplates = [Claim()],
                Template = new PodTemplateSpec
                {
                    Metadata = ObjectMeta.Empty with { Labels = ValueMap.Of(("app", name)) },
                    Spec = new PodSpec { Containers = [new Container { Name = "c", Image = "example/x" }], Affinity = hasRules ? Rules(selector) : null },
                },
            },
        });
    }

    private static Affinity Rules(LabelSelector own) => new()
    {
        PodAntiAffinity = new PodAntiAffinity
        {
            RequiredDuringSchedulingIgnoredDuringExecution = [new PodAffinityTerm { LabelSelector = own, TopologyKey = "kubernetes.io/hostname" }],
        },
    };

    private static PersistentVolumeClaim Claim() => new()
    {
        Metadata = ObjectMeta.Empty with { Name = "data" },
        Spec = new PersistentVolumeClaimSpec
        {
            AccessModes = ["ReadWriteOnce"],
            StorageClassName = "quick",
            Resources = new VolumeResourceRequirements { Requests = ValueMap.Of(("storage", Quantity.Parse("1Gi"))) },
        },
    };

    private static Node Machine(string name) => new()
    {
        Metadata = ControllerWorld.Named(name, "") with { Labels = ValueMap.Of(("kubernetes.io/hostname", name)) },
        Status = new NodeStatus
        {
            Allocatable = ValueMap.Of(("cpu", Quantity.Parse("1000")), ("memory", Quantity.Parse("1Ti")), ("pods", Quantity.Parse("10000"))),
            Conditions = [new NodeCondition { Type = "Ready", Status = "True" }],
        },
    };

    private static async Task SettleAsync(SimulatedWorld world)
    {
        for (var (quiet, before) = (0, -1L); quiet < 20; quiet = before == Reconciles(world) ? quiet + 1 : 0)
        {
            before = Reconciles(world);
            await world.PassAsync(TimeSpan.FromMilliseconds(200));
        }
    }

    private static long Reconciles(SimulatedWorld world) => world.Environment.Metrics.ToText().Split('\n')
        .Where(line => line.StartsWith("holdfast_reconcile_total", StringComparison.Ordinal))
        .Sum(line => long.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));

    private sealed class NoBackend : IVolumeBackend
    {
        public Task RemoveAsync(PersistentVolume volume, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

using System.Globalization;
using Holdfast.Controllers.Scheduling;
using Holdfast.Controllers.Volumes;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Storage;
using Holdfast.Model.Values;
using Holdfast.Testing.Api;
using static Holdfast.Controllers.Tests.ControllerWorld;

namespace Holdfast.Controllers.Tests.Scheduling;

/// <summary>Many pods at once: none gets what another was given a moment before.</summary>
public sealed class SchedulerReconcilerTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task Pods_that_are_to_be_apart_come_apart_also_when_all_are_placed_at_once(bool areOnClaims) => In(async world =>
    {
        for (var node = 0; node < 5; node++)
            world.Api.Put(Machine($"n{node}", 100));
        for (var pod = 0; pod < 5; pod++)
            world.Api.Put(Apart($"db-{pod}", areOnClaims));
        for (var pod = 0; areOnClaims && pod < 5; pod++)
            world.Api.Put(Claim($"data-db-{pod}"));
        await world.UntilAsync("all are placed", () => world.Api.All<Pod>().All(pod => pod.Spec.NodeName.Length > 0));
        Assert.Equal(5, world.Api.All<Pod>().Select(pod => pod.Spec.NodeName).Distinct().Count());
    });

    [Fact]
    public Task A_change_of_a_pod_whose_binding_is_on_its_way_does_not_give_its_room_away() => In(async world =>
    {
        world.Api.Put(Machine("n0", 1));
        var isLost = true;
        world.Api.Faults.OnCall = call => call.Subresource == "binding" && isLost ? FakeFault.LoseRequest : FakeFault.None;
        world.Api.Faults.WatchLag = 3;
        for (var pod = 0; pod < 20; pod++)
        {
            var put = world.Api.Put(Plain($"p-{pod.ToString("D2", CultureInfo.InvariantCulture)}"));
            world.Api.Put(put with { Metadata = put.Metadata with { Labels = put.Metadata.Labels.SetItem("seen", "yes") } });
            await world.PassAsync(TimeSpan.FromMilliseconds(7));
        }
        isLost = false;
        world.Api.Faults.WatchLag = 0;
        world.Api.Tell();
        await world.PassAsync(TimeSpan.FromMinutes(5));
        Assert.Single(world.Api.All<Pod>(), pod => pod.Spec.NodeName.Length > 0);
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task Pods_are_apart_from_those_of_the_namespaces_that_their_terms_select_until_these_are_selected_no_more(bool isFirst) => In(async world =>
    {
        world.Api.Put(Machine("n0", 100));
        world.Api.Put(new Namespace { Metadata = Named("field", "") with { Labels = ValueMap.Of(("team", "one")) } });
        var plain = Plain("plain") with { Metadata = Plain("plain").Metadata with { Namespace = "field" } };
        var jealous = Apart("jealous", false);
        var term = jealous.Spec.Affinity!.PodAntiAffinity!.RequiredDuringSchedulingIgnoredDuringExecution[0] with { NamespaceSelector = new LabelSelector { MatchLabels = ValueMap.Of(("team", "one")) } };
        jealous = jealous with { Spec = jealous.Spec with { Affinity = new Affinity { PodAntiAffinity = new PodAntiAffinity { RequiredDuringSchedulingIgnoredDuringExecution = [term] } } } };
        world.Api.Put(isFirst ? jealous : plain);
        await world.UntilAsync("one is placed", () => world.Api.All<Pod>()[0].Spec.NodeName.Length > 0);
        world.Api.Put(isFirst ? plain : jealous);
        await world.PassAsync(TimeSpan.FromMinutes(2));
        Assert.Single(world.Api.All<Pod>(), pod => pod.Spec.NodeName.Length > 0);
        world.Api.Put(new Namespace { Metadata = Named("field", "") with { Labels = ValueMap.Of(("team", "two")) } });
        await world.PassAsync(TimeSpan.FromSeconds(2));
        Assert.All(world.Api.All<Pod>(), pod => Assert.Equal("n0", pod.Spec.NodeName));
    });

    [Fact]
    public Task Bindings_are_written_beside_each_other() => In(async world =>
    {
        world.Api.Put(Machine("n0", 1000));
        for (var pod = 0; pod < 200; pod++)
            world.Api.Put(Plain($"p-{pod}"));
        await world.UntilAsync("all are placed", () => world.Api.All<Pod>().All(pod => pod.Spec.NodeName.Length > 0));
        Assert.Equal(200, world.Api.Calls.Count(call => call.Subresource == "binding"));
    });

    private static Pod Plain(string name) => new()
    {
        Metadata = Named(name) with { Uid = "uid-" + name, Labels = ValueMap.Of(("app", "db")) },
        Spec = new PodSpec { Containers = [new Container { Name = "c", Image = "example/x" }] },
    };

    private static Pod Apart(string name, bool isOnClaim)
    {
        var pod = Plain(name);
        var term = new PodAffinityTerm { LabelSelector = new LabelSelector { MatchLabels = ValueMap.Of(("app", "db")) }, TopologyKey = "kubernetes.io/hostname" };
        return pod with
        {
            Spec = pod.Spec with
            {
                Affinity = new Affinity { PodAntiAffinity = new PodAntiAffinity { RequiredDuringSchedulingIgnoredDuringExecution = [term] } },
                Volumes = isOnClaim ? [new Volume { Name = "data", PersistentVolumeClaim = new PersistentVolumeClaimVolumeSource { ClaimName = "data-" + name } }] : [],
            },
        };
    }

    private static PersistentVolumeClaim Claim(string name) => new()
    {
        Metadata = Named(name),
        Spec = new PersistentVolumeClaimSpec
        {
            AccessModes = ["ReadWriteOnce"],
            StorageClassName = "late",
            Resources = new VolumeResourceRequirements { Requests = ValueMap.Of(("storage", Quantity.Parse("1Gi"))) },
        },
    };

    private static Node Machine(string name, int pods) => new()
    {
        Metadata = Named(name, "") with { Labels = ValueMap.Of(("kubernetes.io/hostname", name)) },
        Status = new NodeStatus
        {
            Allocatable = ValueMap.Of(
                ("cpu", Quantity.Parse("1000")), ("memory", Quantity.Parse("1Ti")), ("pods", Quantity.Parse(pods.ToString(CultureInfo.InvariantCulture)))),
            Conditions = [new NodeCondition { Type = "Ready", Status = "True" }],
        },
    };

    private static Task In(Func<SimulatedWorld, Task> body) => Run(
        (host, context) =>
        {
            SchedulerReconciler.AddTo(host, context);
            VolumeReconcilers.AddTo(host, context, "/volumes", new NoBackend());
        },
        body,
        world => world.Api.Put(new StorageClass
        {
            Metadata = Named("late", ""),
            Provisioner = VolumeNames.DirectoryProvisioner,
            ReclaimPolicy = "Delete",
            VolumeBindingMode = "WaitForFirstConsumer",
        }));

    private sealed class NoBackend : IVolumeBackend
    {
        public Task RemoveAsync(PersistentVolume volume, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

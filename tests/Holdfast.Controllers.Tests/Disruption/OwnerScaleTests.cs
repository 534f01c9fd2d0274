using Holdfast.Client;
using Holdfast.Controllers.Disruption;
using Holdfast.Model.ApiExtensions;
using Holdfast.Model.Apps;
using Holdfast.Model.CustomResources;
using Holdfast.Model.Json;
using Holdfast.Model.Meta;
using Holdfast.Model.Policy;
using Holdfast.Model.Resources;
using Holdfast.Model.Values;
using Holdfast.Testing.Api;
using static Holdfast.Controllers.Tests.ControllerWorld;

namespace Holdfast.Controllers.Tests.Disruption;

/// <summary>Budgets over pods whose controllers are of any kind.</summary>
public sealed class OwnerScaleTests
{
    private static readonly ResourceType Widget = new("example.com", "v1", "Widget", "widgets", true);

    [Fact]
    public Task Pods_of_a_custom_resource_count_by_its_scale() => Run(BudgetReconciler.AddTo, async world =>
    {
        world.Api.Put(Definition("""{"scale": {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"}}"""));
        PutPods(world, "example.com/v1", "Widget", PutWidget(world, 4));
        await world.UntilAsync("one of four may go", () => Status(world) is { DisruptionsAllowed: 1, ExpectedPods: 4, DesiredHealthy: 3 });
        await world.PassAsync(TimeSpan.FromMinutes(5));
        Assert.InRange(world.Api.Calls.Count(call => call is { Verb: ApiVerb.Get, Subresource: "scale" }), 1, 3);
    });

    [Fact]
    public Task A_budget_is_counted_when_the_definition_of_its_pods_controller_comes_later() => Run(BudgetReconciler.AddTo, async world =>
    {
        PutPods(world, "example.com/v1", "Widget", PutWidget(world, 4));
        await world.UntilAsync("nothing is known", () => Problem(world) == "no matches for kind \"Widget\" in version \"example.com/v1\"");
        world.Api.Put(Definition("{}"));
        await world.UntilAsync("it has no scale", () => Problem(world) == "widgets.example.com does not implement the scale subresource");
        world.Api.Put(Definition("""{"scale": {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"}}"""));
        await world.UntilAsync("one may go", () => Status(world).DisruptionsAllowed == 1);
    });

    [Fact]
    public Task A_scale_that_the_server_does_not_give_holds_the_budget_until_it_does() => Run(BudgetReconciler.AddTo, async world =>
    {
        var isRefused = true;
        world.Api.Faults.OnCall = call => call.Subresource == "scale" && isRefused ? FakeFault.ServerError : FakeFault.None;
        world.Api.Put(Definition("""{"scale": {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"}}"""));
        PutPods(world, "example.com/v1", "Widget", PutWidget(world, 4));
        await world.UntilAsync("it is told of", () => Problem(world).Length > 0);
        isRefused = false;
        await world.UntilAsync("one may go", () => Status(world).DisruptionsAllowed == 1);
    });

    [Fact]
    public Task Pods_of_a_kind_without_a_scale_are_told_of() => Run(BudgetReconciler.AddTo, async world =>
    {
        PutPods(world, "batch/v1", "Job", "job");
        await world.UntilAsync("it has no scale", () => Problem(world) == "jobs.batch does not implement the scale subresource");
    });

    [Fact]
    public Task A_replica_set_speaks_for_itself_where_its_deployment_is_gone() => Run(BudgetReconciler.AddTo, async world =>
    {
        var above = new OwnerReference { ApiVersion = "apps/v1", Kind = "Deployment", Name = "gone", Uid = "gone", Controller = true };
        var set = world.Api.Put(new ReplicaSet { Metadata = Named("w") with { OwnerReferences = [above] }, Spec = new ReplicaSetSpec { Replicas = 4 } });
        PutPods(world, "apps/v1", "ReplicaSet", set.Metadata.Uid);
        await world.UntilAsync("one of four may go", () => Status(world) is { DisruptionsAllowed: 1, ExpectedPods: 4 });
    });

    private static void PutPods(SimulatedWorld world, string apiVersion, string kind, string uid)
    {
        foreach (var i in Enumerable.Range(0, 4))
        {
            var pod = ReadyPod($"w-{i}", $"10.0.0.{i}", ("app", "w"));
            world.Api.Put(pod.WithMetadata(pod.Metadata with
            {
                OwnerReferences = [new OwnerReference { ApiVersion = apiVersion, Kind = kind, Name = "w", Uid = uid, Controller = true }],
            }));
        }
        world.Api.Put(new PodDisruptionBudget
        {
            Metadata = Named("b"),
            Spec = new PodDisruptionBudgetSpec { Selector = new LabelSelector { MatchLabels = ValueMap.Of(("app", "w")) }, MaxUnavailable = "25%" },
        });
    }

    private static string PutWidget(SimulatedWorld world, int replicas) => world.Api.Put(new CustomObject(
        Widget, Named("w"), JsonValue.FromUtf8(System.Text.Encoding.UTF8.GetBytes($$"""{"spec":{"replicas":{{replicas}} } }""")))).Metadata.Uid;

    private static CustomResourceDefinition Definition(string subresources) => ModelJson.Read<CustomResourceDefinition>($$"""
        {"metadata": {"name": "widgets.example.com"},
         "spec": {"group": "example.com", "scope": "Namespaced", "names": {"plural": "widgets", "kind": "Widget"},
          "versions": [{"name": "v1", "served": true, "storage": true, "subresources": {{subresources}} }]},
         "status": {"acceptedNames": {"plural": "widgets", "kind": "Widget"}, "conditions": [{"type": "Established", "status": "True"}]} }
        """);

    private static PodDisruptionBudgetStatus Status(SimulatedWorld world) => world.Api.Find<PodDisruptionBudget>("shop", "b")!.Status;

    private static string Problem(SimulatedWorld world) =>
        Status(world).Conditions.FirstOrDefault(condition => condition.Reason == "SyncFailed")?.Message ?? "";
}

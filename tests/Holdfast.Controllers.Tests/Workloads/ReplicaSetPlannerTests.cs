using Holdfast.Controllers.ReplicaSets;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Json;
using Holdfast.Model.Meta;
using Holdfast.Model.Values;

namespace Holdfast.Controllers.Tests.Workloads;

public sealed class ReplicaSetPlannerTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Missing_pods_are_made_of_the_template()
    {
        var create = Assert.IsType<ReplicaSetEffect.Create>(Assert.Single(Plan(Set(3), Pod("a")).Effects));
        Assert.Equal(2, create.Count);
        Assert.Equal("web-", create.Pod.Metadata.GenerateName);
        Assert.Equal("set-1", Assert.Single(create.Pod.Metadata.OwnerReferences).Uid);
    }

    [Fact]
    public void A_pod_that_matches_is_adopted_and_one_that_does_not_is_released()
    {
        var stray = Pod("stray") with { Metadata = Pod("stray").Metadata with { OwnerReferences = default } };
        var changed = Pod("changed") with { Metadata = Pod("changed").Metadata with { Labels = ValueMap.Of(("app", "other")) } };
        var effects = Plan(Set(1), stray, changed).Effects;
        Assert.Equal("changed", Assert.IsType<ReplicaSetEffect.Release>(effects[0]).Pod.Metadata.Name);
        Assert.Equal("stray", Assert.IsType<ReplicaSetEffect.Adopt>(effects[1]).Pod.Metadata.Name);
        Assert.Equal(2, effects.Length);
    }

    [Fact]
    public void A_pod_that_ended_is_replaced_and_one_that_goes_is_counted_as_terminating()
    {
        var plan = Plan(Set(2), Pod("a"), Pod("b", phase: "Failed"), Going(Pod("c")));
        Assert.Equal(1, Assert.IsType<ReplicaSetEffect.Create>(Assert.Single(plan.Effects)).Count);
        Assert.Equal((1, 1), (plan.Status.Replicas, plan.Status.TerminatingReplicas));
    }

    [Fact]
    public void Pods_go_in_the_order_of_what_they_are_worth()
    {
        Pod[] pods =
        [
            Pod("old"), Pod("unplaced", node: ""), Pod("pending", phase: "Pending", node: "n3"), Pod("unready", isReady: false, node: "n4"),
            Pod("cheap", node: "n5") with { Metadata = Pod("cheap").Metadata with { Annotations = ValueMap.Of(("controller.kubernetes.io/pod-deletion-cost", "-5")) } },
            Pod("doubled", node: "n2"), Pod("double", node: "n2", age: 1),
        ];
        var order = Enumerable.Range(1, 6).Select(count => Plan(Set(pods.Length - count), pods).Effects.Cast<ReplicaSetEffect.Delete>().Last().Pod.Metadata.Name);
        Assert.Equal(["unplaced", "pending", "unready", "cheap", "double", "doubled"], order);
    }

    [Fact]
    public void A_pod_counts_as_available_only_after_it_was_ready_for_long_enough()
    {
        var set = Set(1) with { Spec = Set(1).Spec with { MinReadySeconds = 7200 } };
        var plan = Plan(set, Pod("a", age: 3600));
        Assert.Equal((1, 0), (plan.Status.ReadyReplicas, plan.Status.AvailableReplicas));
        Assert.Equal(TimeSpan.FromHours(1), plan.RequeueAfter);
    }

    [Fact]
    public void A_set_that_goes_makes_and_deletes_nothing() =>
        Assert.Empty(Plan(Set(3) with { Metadata = Set(3).Metadata with { DeletionTimestamp = Now } }, Pod("a")).Effects);

    private static ReplicaSetPlan Plan(ReplicaSet set, params Pod[] pods) => ReplicaSetPlanner.Plan(new(set, [.. pods], [.. pods]), Now);

    private static ReplicaSet Set(int replicas) => ModelJson.Read<ReplicaSet>($$$$"""
        {"metadata": {"name": "web", "namespace": "shop", "uid": "set-1", "generation": 1},
         "spec": {"replicas": {{{{replicas}}}}, "selector": {"matchLabels": {"app": "web"}}, "template": {"metadata": {"labels": {"app": "web"} } } } }
        """);

    private static Pod Going(Pod pod) => pod with { Metadata = pod.Metadata with { DeletionTimestamp = Now } };

    private static Pod Pod(string name, string phase = "Running", bool isReady = true, string node = "n1", int age = 3600) => new()
    {
        Metadata = new ObjectMeta
        {
            Name = name,
            Namespace = "shop",
            Uid = "uid-" + name,
            Labels = ValueMap.Of(("app", "web")),
            CreationTimestamp = Now.AddSeconds(-age),
            OwnerReferences = new[] { new OwnerReference { ApiVersion = "apps/v1", Kind = "ReplicaSet", Name = "web", Uid = "set-1", Controller = true } }.ToValueList(),
        },
        Spec = new PodSpec { NodeName = node },
        Status = new PodStatus
        {
            Phase = phase,
            Conditions = new[] { new PodCondition { Type = "Ready", Status = isReady && phase == "Running" ? "True" : "False", LastTransitionTime = Now.AddSeconds(-age) } }.ToValueList(),
        },
    };
}

using Holdfast.Controllers.Disruption;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Policy;
using Holdfast.Model.Values;
using static Holdfast.Controllers.Tests.ControllerWorld;

namespace Holdfast.Controllers.Tests.Disruption;

public sealed class BudgetTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddDays(1);

    [Theory]
    [InlineData("33%", null, 5, 5, 5, 3, 2)]
    [InlineData("33%", null, 4, 4, 4, 2, 2)]
    [InlineData("1", null, 3, 3, 3, 2, 1)]
    [InlineData("1", null, 3, 2, 3, 2, 0)]
    [InlineData("10", null, 3, 3, 3, 0, 3)]
    [InlineData(null, "50%", 5, 5, 5, 3, 2)]
    [InlineData(null, "2", 3, 1, 3, 2, 0)]
    [InlineData(null, "2", 3, 3, 3, 2, 1)]
    [InlineData("1", null, 0, 0, 0, 0, 0)]
    [InlineData(null, null, 3, 3, 0, 0, 0)]
    public void The_numbers_follow_the_budget_and_what_is_wanted(
        string? maxUnavailable, string? minAvailable, int pods, int ready, int expected, int desired, int allowed)
    {
        var status = BudgetPlanner.Plan(Observation(Budget(maxUnavailable, minAvailable), pods, ready), Now).Status!;

        Assert.Equal((expected, ready, desired, allowed), (status.ExpectedPods, status.CurrentHealthy, status.DesiredHealthy, status.DisruptionsAllowed));
        Assert.Equal(allowed > 0 ? "SufficientPods" : "InsufficientPods", Assert.Single(status.Conditions).Reason);
        Assert.Equal(4, status.ObservedGeneration);
    }

    [Fact]
    public void A_granted_pod_does_not_count_until_it_should_have_gone()
    {
        var budget = Budget("1", null);
        budget = budget with { Status = new PodDisruptionBudgetStatus { DisruptedPods = ValueMap.Of(("web-0", Now), ("gone", Now)) } };
        var observation = Observation(budget, 3, 3);

        var plan = BudgetPlanner.Plan(observation, Now.AddSeconds(30));
        Assert.Equal((2, 0), (plan.Status!.CurrentHealthy, plan.Status.DisruptionsAllowed));
        Assert.Equal(["web-0"], plan.Status.DisruptedPods.Keys);
        Assert.Equal(TimeSpan.FromSeconds(90), plan.RequeueAfter);

        plan = BudgetPlanner.Plan(observation, Now.AddMinutes(2));
        Assert.Equal((3, 1), (plan.Status!.CurrentHealthy, plan.Status.DisruptionsAllowed));
        Assert.Contains(plan.Notes, note => note is { Reason: "NotDeleted", About.Metadata.Name: "web-0" });
    }

    [Fact]
    public void A_pod_that_was_made_in_place_of_a_granted_one_counts_at_once()
    {
        var budget = Budget("1", null) with { Status = new PodDisruptionBudgetStatus { DisruptedPods = ValueMap.Of(("web-0", Now)) } };
        var observation = Observation(budget, 3, 3);
        var again = observation.Pods[0].Pod;
        again = again.WithMetadata(again.Metadata with { CreationTimestamp = Now });

        var plan = BudgetPlanner.Plan(observation with { Pods = observation.Pods.SetItem(0, observation.Pods[0] with { Pod = again }) }, Now.AddSeconds(1));

        Assert.Equal((3, 1), (plan.Status!.CurrentHealthy, plan.Status.DisruptionsAllowed));
        Assert.Empty(plan.Status.DisruptedPods);
        Assert.Null(plan.RequeueAfter);
    }

    [Fact]
    public void A_terminating_pod_is_not_healthy()
    {
        var observation = Observation(Budget("1", null), 3, 3);
        var going = observation.Pods[0].Pod;
        going = going.WithMetadata(going.Metadata with { DeletionTimestamp = Now });

        Assert.Equal(2, BudgetPlanner.Plan(observation with { Pods = observation.Pods.SetItem(0, observation.Pods[0] with { Pod = going }) }, Now).Status!.CurrentHealthy);
    }

    [Fact]
    public void Pods_whose_controller_is_unknown_allow_nothing_and_say_so()
    {
        var observation = Observation(Budget("1", null), 3, 3);
        var plan = BudgetPlanner.Plan(observation with { Pods = observation.Pods.SetItem(0, observation.Pods[0] with { Scale = null }) }, Now);

        Assert.Equal(0, plan.Status!.DisruptionsAllowed);
        var condition = Assert.Single(plan.Status.Conditions);
        Assert.Equal(("False", "SyncFailed", "found no controllers for pod \"web-0\""), (condition.Status, condition.Reason, condition.Message));
        Assert.Equal((0, 0), (plan.Status.ObservedGeneration, condition.ObservedGeneration));
        Assert.Contains(plan.Notes, note => note.Reason == "CalculateExpectedPodCountFailed");
    }

    [Fact]
    public void Pods_without_a_controller_are_told_of()
    {
        var pod = ReadyPod("alone", "10.0.0.1");
        Assert.Contains(BudgetPlanner.Plan(new(Budget("1", null), [new BudgetPod(pod, null)]), Now).Notes, note => note.Reason == "UnmanagedPods");
    }

    [Fact]
    public void A_status_that_is_right_is_not_written()
    {
        var observation = Observation(Budget("1", null), 3, 3);
        var status = BudgetPlanner.Plan(observation, Now).Status!;
        Assert.Null(BudgetPlanner.Plan(observation with { Budget = observation.Budget with { Status = status } }, Now.AddHours(1)).Status);
    }

    [Fact]
    public Task The_status_follows_pods_and_their_set() => Run(BudgetReconciler.AddTo, async world =>
    {
        var set = world.Api.Put(new StatefulSet
        {
            Metadata = Named("web"),
            Spec = new StatefulSetSpec { Replicas = 2, Template = new PodTemplateSpec { Metadata = new ObjectMeta { Labels = ValueMap.Of(("app", "web")) } } },
        });
        world.Api.Put(Budget("1", null) with { Status = PodDisruptionBudgetStatus.Empty });
        foreach (var i in Enumerable.Range(0, 2))
        {
            world.Api.Put(Owned(ReadyPod($"web-{i}", $"10.0.0.{i}", ("app", "web")), set.Metadata.Uid));
        }
        await world.UntilAsync("one may go", () => Status().DisruptionsAllowed == 1);
        world.Api.Put(set with { Spec = set.Spec with { Replicas = 3 } });
        await world.UntilAsync("none may go", () => Status() is { DisruptionsAllowed: 0, ExpectedPods: 3 });

        PodDisruptionBudgetStatus Status() => world.Api.Find<PodDisruptionBudget>("shop", "b")!.Status;
    });

    private static PodDisruptionBudget Budget(string? maxUnavailable, string? minAvailable) => new()
    {
        Metadata = Named("b") with { Generation = 4 },
        Spec = new PodDisruptionBudgetSpec
        {
            Selector = new LabelSelector { MatchLabels = ValueMap.Of(("app", "web")) },
            MaxUnavailable = Amount(maxUnavailable),
            MinAvailable = Amount(minAvailable),
        },
    };

    private static IntOrString? Amount(string? text) => text is null ? null : int.TryParse(text, out var number) ? number : text;

    private static BudgetObservation Observation(PodDisruptionBudget budget, int pods, int ready) => new(budget,
    [
        .. Enumerable.Range(0, pods).Select(i =>
        {
            var pod = Owned(ReadyPod($"web-{i}", $"10.0.0.{i}", ("app", "web")), "set");
            return new BudgetPod(i < ready ? pod : pod.NotReady(), new PodScale("set", pods));
        }),
    ]);

    private static Pod Owned(Pod pod, string uid) => pod.WithMetadata(pod.Metadata with
    {
        OwnerReferences = [new OwnerReference { ApiVersion = "apps/v1", Kind = "StatefulSet", Name = "web", Uid = uid, Controller = true }],
    });
}

using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Policy;
using Holdfast.Steward.Budgets;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Reporting;
using Holdfast.Steward.Roles;
using Holdfast.Steward.Tests.Worlds;

namespace Holdfast.Steward.Tests.Planning;

/// <summary>The budget follows from the quorum's arithmetic, and neither it nor the Services fight with what others made.</summary>
public sealed class BudgetAndRoutingTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(3, 1)]
    [InlineData(4, 1)]
    [InlineData(5, 2)]
    public void As_many_may_be_away_as_leave_a_majority(int voters, int away)
    {
        var applied = Assert.IsType<ApplyBudget>(Assert.Single(BudgetPlanner.Plan(View(Scenes.Observation(voters))).Effects));
        Assert.Equal(("web-quorum", away, "AlwaysAllow"), (applied.Budget.Metadata.Name, applied.Budget.Spec.MaxUnavailable!.Value.Number, applied.Budget.Spec.UnhealthyPodEvictionPolicy));
        Assert.Equal("steward-1", applied.Budget.Metadata.OwnerReferences[0].Uid);
    }

    [Fact]
    public void A_budget_that_is_right_is_left_alone_and_one_that_is_not_is_mended()
    {
        var own = ((ApplyBudget)BudgetPlanner.Plan(View(Scenes.Observation())).Effects[0]).Budget;
        Assert.Empty(BudgetPlanner.Plan(View(Scenes.Observation() with { Budgets = [own] })).Effects);
        Assert.IsType<ApplyBudget>(Assert.Single(BudgetPlanner.Plan(View(Scenes.Observation(2) with { Budgets = [own] })).Effects));
    }

    [Fact]
    public void Beside_a_budget_of_someone_else_none_is_kept()
    {
        var own = ((ApplyBudget)BudgetPlanner.Plan(View(Scenes.Observation())).Effects[0]).Budget;
        var other = new PodDisruptionBudget { Metadata = new ObjectMeta { Name = "mine" } };
        var plan = BudgetPlanner.Plan(View(Scenes.Observation() with { Budgets = [own, other] }));
        Assert.Equal("web-quorum", Assert.IsType<DeleteBudget>(Assert.Single(plan.Effects)).Name);
        Assert.Equal("BudgetByOthers", Assert.Single(plan.Events).Reason);
        Assert.Empty(BudgetPlanner.Plan(View(Scenes.Observation() with { Budgets = [other] })).Effects);
    }

    [Fact]
    public void A_budget_that_is_no_longer_wanted_goes()
    {
        var own = ((ApplyBudget)BudgetPlanner.Plan(View(Scenes.Observation())).Effects[0]).Budget;
        var plan = BudgetPlanner.Plan(View(Scenes.Observation(steward: """, "disruption": {"managedBudget": false}""") with { Budgets = [own] }));
        Assert.IsType<DeleteBudget>(Assert.Single(plan.Effects));
    }

    [Fact]
    public void Services_lead_to_roles_and_go_when_they_are_not_asked_for()
    {
        var plan = RoutingPlanner.Plan(View(Routed()));
        var services = plan.Effects.Cast<ApplyService>().Select(effect => effect.Service).ToArray();
        Assert.Equal(["leaders", "followers"], services.Select(service => service.Metadata.Name));
        Assert.Equal(["leader", "follower"], services.Select(service => service.Spec.Selector[StewardNames.RoleLabel]));
        Assert.Equal(("client", 8080), (services[0].Spec.Ports[0].Name, services[0].Spec.Ports[0].Port));
        Assert.Empty(RoutingPlanner.Plan(View(Routed() with { Services = [.. services] })).Effects);
        Assert.Equal(["leaders", "followers"], RoutingPlanner.Plan(View(Scenes.Observation() with { Services = [.. services] })).Effects.Cast<DeleteService>().Select(effect => effect.Name));
    }

    [Fact]
    public void A_Service_that_someone_else_made_is_left_alone()
    {
        var other = new Service { Metadata = new ObjectMeta { Name = "leaders" } };
        var plan = RoutingPlanner.Plan(View(Routed() with { Services = [other] }));
        Assert.Equal("followers", Assert.IsType<ApplyService>(Assert.Single(plan.Effects)).Service.Metadata.Name);
        Assert.Equal("ServiceByOthers", Assert.Single(plan.Events).Reason);
    }

    [Fact]
    public void A_Service_of_someone_else_is_told_of_until_another_one_is_named()
    {
        var seen = Routed() with { Services = [new Service { Metadata = new ObjectMeta { Name = "leaders" } }] };
        var stalled = StatusPlanner.Plan(View(seen), StewardPlan.Idle).Conditions.First(condition => condition.Type == "Stalled");
        Assert.Equal(
            ("True", "ServiceByOthers", "Service leaders was made by someone else and is left alone: nothing leads to the leader by it. Name another one in spec.routing.leaderService, or delete that one, and it is made"),
            (stalled.Status, stalled.Reason, stalled.Message));
        Assert.Equal("False", StatusPlanner.Plan(View(Routed()), StewardPlan.Idle).Conditions.First(condition => condition.Type == "Stalled").Status);
    }

    [Theory]
    [InlineData("web", "", "spec.routing.leaderService: Service web is the one by which StatefulSet web gives its pods their names (spec.serviceName), and must lead to all of them; name another one")]
    [InlineData("leaders", "web", "spec.routing.followerService: Service web is the one by which StatefulSet web gives its pods their names (spec.serviceName), and must lead to all of them; name another one")]
    [InlineData("leaders", "followers")]
    [InlineData("", "")]
    public void The_Service_by_which_pods_have_their_names_leads_to_no_role(string leader, string follower, params string[] refusals) =>
        Assert.Equal(refusals, RoutingPlanner.Refusals(new() { LeaderService = leader, FollowerService = follower }, Scenes.Set(3, "OnDelete")));

    private static TargetObservation Routed() => Scenes.Observation(steward: """, "routing": {"leaderService": "leaders", "followerService": "followers"}""");

    private static StewardView View(TargetObservation observation) => StewardView.Of(observation);
}

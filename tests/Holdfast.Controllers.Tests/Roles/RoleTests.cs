using Holdfast.Controllers.Roles;
using Holdfast.Model.Meta;
using Holdfast.Model.Rbac;
using Holdfast.Model.Values;
using static Holdfast.Controllers.Tests.ControllerWorld;

namespace Holdfast.Controllers.Tests.Roles;

public sealed class RoleTests
{
    private static readonly ClusterRole All = new()
    {
        Metadata = Named("all", ""),
        AggregationRule = new AggregationRule { ClusterRoleSelectors = [Selector("b"), Selector("a")] },
    };

    [Fact]
    public void A_role_shows_the_rules_of_those_it_selects_each_once_by_selector_and_name()
    {
        var plan = RolePlanner.Plan(new(All, [All, Part("z", "a", "pods"), Part("y", "a", "secrets", "pods"), Part("x", "b", "nodes"), Part("w", "c", "events")]));
        Assert.Equal(["nodes", "secrets", "pods"], plan!.Rules.Select(rule => rule.Resources[0]));
        Assert.Contains("3 rules", plan.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_shows_its_rules_already_and_what_aggregates_nothing_is_left_alone()
    {
        var part = Part("x", "b", "nodes");
        Assert.Null(RolePlanner.Plan(new(All with { Rules = part.Rules }, [All, part])));
        Assert.Null(RolePlanner.Plan(new(part, [All, part])));
    }

    [Fact]
    public void Roles_that_aggregate_each_other_come_to_an_end()
    {
        var one = All with { Metadata = Labelled("one", "a"), AggregationRule = new AggregationRule { ClusterRoleSelectors = [Selector("a")] } };
        var two = one with { Metadata = Labelled("two", "a") };
        var part = Part("x", "a", "nodes");
        Assert.Equal(part.Rules, RolePlanner.Plan(new(one, [one, two, part]))!.Rules);
        Assert.Equal(part.Rules, RolePlanner.Plan(new(two, [one, two, part]))!.Rules);
    }

    [Fact]
    public Task A_change_of_one_role_is_written_into_those_that_aggregate_it() => Run(RoleReconciler.AddTo, async world =>
    {
        world.Api.Put(All);
        world.Api.Put(Part("x", "a", "nodes"));
        await world.UntilAsync("it shows nodes", () => Shown(world) == "nodes");
        world.Api.Put(Part("y", "b", "pods"));
        await world.UntilAsync("it shows pods too", () => Shown(world) == "pods nodes");
        world.Api.Remove<ClusterRole>("", "x");
        await world.UntilAsync("it shows pods alone", () => Shown(world) == "pods");
        var writes = world.Api.Calls.Count(call => call.Verb == Client.ApiVerb.Update);
        world.Api.Put(Part("w", "c", "events"));
        await world.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(writes, world.Api.Calls.Count(call => call.Verb == Client.ApiVerb.Update));
    });

    private static string Shown(Testing.Api.SimulatedWorld world) =>
        string.Join(' ', world.Api.Find<ClusterRole>("", "all")!.Rules.Select(rule => rule.Resources[0]));

    private static ObjectMeta Labelled(string name, string part) => Named(name, "") with { Labels = ValueMap.Of(("part", part)) };

    private static LabelSelector Selector(string part) => new() { MatchLabels = ValueMap.Of(("part", part)) };

    private static ClusterRole Part(string name, string part, params string[] resources) => new()
    {
        Metadata = Labelled(name, part),
        Rules = [.. resources.Select(resource => new PolicyRule { Verbs = ["get"], ApiGroups = [""], Resources = [resource] })],
    };
}

using Holdfast.Model.Stewards;
using Holdfast.Steward.Eviction;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Reporting;
using Holdfast.Steward.Rollout;
using Holdfast.Steward.Tests.Worlds;

namespace Holdfast.Steward.Tests.Planning;

/// <summary>Drains that go on at once do not pass leadership to and fro between members that all are to go.</summary>
public sealed class DrainTests
{
    [Fact]
    public void A_member_on_a_cordoned_node_takes_over_only_when_nobody_else_can()
    {
        Assert.Equal("web-1", Successor(Scenes.Observation()));
        Assert.Equal("web-2", Successor(Cordoned(1)));
        Assert.Equal("web-1", Successor(Cordoned(1, 2)));
    }

    [Fact]
    public void A_member_that_was_asked_to_go_itself_never_takes_over()
    {
        Assert.Equal("web-2", Successor(Asked(1)));
        Assert.Null(Successor(Asked(1, 2)));
        // The request was for the pod that it had then.
        Assert.Equal("web-1", Successor(Asked(1, 2) is var seen ? seen with { Members = seen.Members.PodOf(1, pod => pod with { Uid = "made anew" }) } : seen));
    }

    [Fact]
    public void A_leader_whose_successors_are_all_to_go_is_refused_with_the_reason_and_status_tells_it()
    {
        var answer = Evict(Asked(1, 2), 0);
        Assert.Equal((429, null), (answer.Status, answer.Memory));
        Assert.Equal("web-0 may not go now: web-0 leads, and whoever could take over was asked to go lately as well (web-1 and web-2): leadership does not go round in circles; "
            + "it moves once one of them is back elsewhere, or is no longer asked to go", answer.Message);
        Assert.StartsWith("web-0 may not go now: web-0 leads, and whoever could take over", Summary(Asked(0, 1, 2)), StringComparison.Ordinal);
        Assert.Equal("", Summary(Asked(0)));
    }

    [Fact]
    public void Leadership_does_not_move_on_before_the_one_that_handed_it_over_could_go()
    {
        var early = Evict(HandedOver(ago: 3), 0);
        Assert.Equal((429, null, true), (early.Status, early.Memory, early.IsPassing));
        Assert.Contains("web-2 has only just handed leadership over to it", early.Message, StringComparison.Ordinal);
        Assert.Equal("Switchover", Evict(HandedOver(ago: 11), 0).Memory?.Operation?.Kind);
        Assert.Equal("Switchover", Evict(HandedOver(ago: 3, to: "web-1"), 0).Memory?.Operation?.Kind);
    }

    [Fact]
    public void The_pod_of_a_cordoned_node_says_so() =>
        Assert.True(PodFacts.Of(new Model.Core.Pod { Spec = new() { NodeName = "node-1" } }, new Model.Core.Node { Spec = new() { Unschedulable = true } }).IsCordoned);

    private static string? Successor(TargetObservation seen) => StewardView.Of(seen) is var view ? Switchover.Successor(view, view.State.Leader!)?.Name : null;

    private static string Summary(TargetObservation seen) => StewardView.Of(seen) is var view ? StatusPlanner.Plan(view, WorkPlanner.Plan(view)).Summary : "";

    private static EvictionAnswer Evict(TargetObservation seen, int ordinal) =>
        EvictionPlanner.Answer(StewardView.Of(seen), new EvictionRequest(Members.Name(ordinal), "", "alice", false, false, false, ""));

    private static TargetObservation Cordoned(params int[] ordinals) => ordinals.Aggregate(
        Scenes.Observation(), (seen, ordinal) => seen with { Members = seen.Members.PodOf(ordinal, pod => pod with { IsCordoned = true }) });

    private static TargetObservation Asked(params int[] ordinals) => Scenes.Observation() with
    {
        Asked = [.. ordinals.Select(ordinal => new EvictionAsk(Members.Name(ordinal), "uid-" + Members.Name(ordinal)))],
    };

    private static TargetObservation HandedOver(int ago, string to = "web-0") => Scenes.Observation() is var seen ? seen with
    {
        Steward = seen.Steward with
        {
            Status = seen.Steward.Status with
            {
                LastOperation = new EndedOperation { Kind = "Switchover", Member = "web-2", Successor = to, Outcome = "Done", FinishedAt = seen.Now - TimeSpan.FromSeconds(ago) },
            },
        },
    } : seen;
}

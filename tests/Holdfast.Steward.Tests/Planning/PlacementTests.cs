using System.Collections.Immutable;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Stewards;
using Holdfast.Model.Values;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Reporting;
using Holdfast.Steward.Tests.Worlds;

namespace Holdfast.Steward.Tests.Planning;

/// <summary>Members whose volume is on a node that takes no pods: none is taken that would not come back, and no revision is blamed for one that did not.</summary>
public sealed class PlacementTests
{
    private const string Why = "its volume pv-2 is on node-2 alone, which takes no pods (kubectl uncordon node-2)";

    [Theory]
    [InlineData("OnDelete", 0, 2, "UpdateStarted", "web-1")]
    [InlineData("OnDelete", 0, 1, "UpdateStarted", "web-2")]
    [InlineData("RollingUpdate", 0, 2, "", "")]
    [InlineData("RollingUpdate", 2, 2, "", "")]
    public void A_member_that_would_not_come_back_is_not_taken_and_another_is_where_the_order_allows_it(string strategy, int leader, int cordoned, string reason, string member)
    {
        var plan = WorkPlanner.Plan(StewardView.Of(Begun(strategy, leader, cordoned)));
        Assert.Equal((reason, member), (plan.Events.FirstOrDefault()?.Reason ?? "", plan.Memory?.Operation?.Member ?? ""));
        if (reason.Length == 0)
            Assert.Equal($"web-2 does not go yet, since it would not come back: {Why}", plan.Waiting);
    }

    [Fact]
    public void The_leader_waits_for_followers_that_would_not_come_back()
    {
        var seen = Begun("OnDelete", 0, 2);
        seen = seen with { Members = seen.Members.PodOf(1, pod => pod with { Revision = "web-2" }) };
        var plan = WorkPlanner.Plan(StewardView.Of(seen));
        Assert.Equal((null, $"web-2 does not go yet, since it would not come back: {Why}"), (plan.Memory, plan.Waiting));
        Assert.Equal(Operations.Switchover, WorkPlanner.Plan(StewardView.Of(seen with { Members = Placed(seen.Members.PodOf(2, pod => pod with { Revision = "web-2" }), 2) })).Memory?.Operation?.Kind);
    }

    [Fact]
    public void A_member_whose_node_is_cordoned_before_its_pod_went_stays()
    {
        var seen = Updating(pod => pod, TimeSpan.FromSeconds(1), "Replacing", Members.Pod(2).Uid);
        var plan = WorkPlanner.Plan(StewardView.Of(seen with { Members = seen.Members.PodOf(2, pod => pod with { Revision = "web-1" }) }));
        Assert.Equal((null, $"web-2 may not go any more: {Why}"), (plan.Memory?.Operation, plan.Events[0].Message));
    }

    [Theory]
    [InlineData("Progressing")]
    [InlineData("RollingBack")]
    public void A_member_that_finds_no_node_for_its_volumes_sake_is_waited_for_and_its_time_begins_when_it_has_one(string phase)
    {
        var seen = Updating(Unscheduled, TimeSpan.FromHours(1), "Rejoining", "before");
        seen = Remembered(seen, seen.Steward.Status with { Rollout = seen.Steward.Status.Rollout! with { Phase = phase, Restored = true } });
        var plan = WorkPlanner.Plan(StewardView.Of(seen));
        Assert.Equal(("Placing", phase, "MemberNotPlaced"), (plan.Memory?.Operation?.Phase, plan.Memory?.Rollout?.Phase, plan.Events[0].Reason));
        seen = Remembered(seen, plan.Memory!.In(seen.Steward.Status));
        var waiting = WorkPlanner.Plan(StewardView.Of(seen));
        var words = $"web-2 has no node, and the update goes on once it has one: no node takes it: {Why}";
        Assert.Equal((null, words), (waiting.Memory, waiting.Waiting));
        var stalled = StatusPlanner.Plan(StewardView.Of(seen), waiting).Conditions.First(condition => condition.Type == "Stalled");
        Assert.Equal(("True", "MemberNotPlaced", words), (stalled.Status, stalled.Reason, stalled.Message));
        var placed = WorkPlanner.Plan(StewardView.Of(seen with { Members = Placed(seen.Members.PodOf(2, pod => pod with { Node = "node-2", IsHindered = false, Problem = "the pod is starting" }), 2) }));
        Assert.Equal(("Rejoining", seen.Now + TimeSpan.FromMinutes(10)), (placed.Memory?.Operation?.Phase, placed.Memory?.Operation?.Deadline));
    }

    [Theory]
    [InlineData("web:2.0.0", null, "Placing")]
    [InlineData("web:2.0.0", "fast", null)]
    public void A_revision_is_blamed_for_a_pod_without_a_node_only_when_it_asks_for_other_nodes(string image, string? disk, string? phase)
    {
        var seen = Updating(Unscheduled, TimeSpan.FromHours(1), "Rejoining", "before");
        var (old, wanted) = (Revision(seen.Set!, 1, spec => spec), Revision(seen.Set!, 2, spec => spec with
        {
            Containers = spec.Containers.SetItem(0, spec.Containers[0] with { Image = image }),
            NodeSelector = disk is null ? default : ValueMap.Of(("disk", disk)),
        }));
        var plan = WorkPlanner.Plan(StewardView.Of(seen with { Revisions = [old, wanted], Members = Placed(seen.Members, 2) }));
        Assert.Equal((phase, phase is null ? "RollingBack" : "Progressing"), (plan.Memory?.Operation?.Phase, plan.Memory?.Rollout?.Phase));
    }

    [Theory]
    [InlineData(true, "True", "node-a takes no pods (kubectl uncordon node-a)")]
    [InlineData(false, "Unknown", "node-a does not report")]
    [InlineData(false, "True", "node-a ")]
    public void Where_a_volume_is_the_Steward_knows_from_the_host_that_it_is_bound_to(bool isCordoned, string ready, string expected)
    {
        var place = VolumePlaces.Of(new OneNode(isCordoned, ready, "host-a"), "pv")!;
        Assert.Equal(expected, $"{place.Node} {place.Problem}");
        Assert.Null(VolumePlaces.Of(new OneNode(isCordoned, ready, ""), "pv"));
        Assert.Null(VolumePlaces.Of(new OneNode(isCordoned, ready, "host-a"), ""));
    }

    private static PodFacts Unscheduled(PodFacts pod) => pod with { IsReady = false, IsDown = true, IsHindered = true, Node = "", Problem = "the pod has no node: Unschedulable: 1 node(s) were unschedulable" };

    // web-2's volume is on node-2, which is cordoned; its update was begun so long ago.
    private static TargetObservation Updating(Func<PodFacts, PodFacts> change, TimeSpan ago, string phase, string podUid)
    {
        var seen = Begun("OnDelete", 0, 2);
        var operation = Members.Operation(Operations.Update, 2) with { Phase = phase, PodUid = podUid, StartedAt = seen.Now - ago, PhaseSince = seen.Now - ago, Deadline = seen.Now - ago + TimeSpan.FromMinutes(10) };
        seen = Remembered(seen, seen.Steward.Status with { Operation = operation, Rollout = seen.Steward.Status.Rollout! with { Phase = "Progressing", FromFormat = "8", NewestFormat = "8" } });
        var members = seen.Members.PodOf(2, pod => change(pod with { Revision = "web-2" }));
        return seen with { Members = members[2].Pod!.IsReady ? members : members.Unknown(2, "it does not answer") };
    }

    private static TargetObservation Begun(string strategy, int leader, int cordoned)
    {
        var seen = Scenes.Observation(strategy: strategy, leader: leader);
        seen = seen with { Set = seen.Set! with { Status = seen.Set!.Status with { UpdateRevision = "web-2" } }, Members = Placed(seen.Members, cordoned, isCordoned: true) };
        return Remembered(seen, seen.Steward.Status with { Rollout = new() { Phase = "Waiting", FromRevision = "web-1", ToRevision = "web-2", FromFormat = "8", NewestFormat = "8", ReadableFormat = "8" } });
    }

    private static TargetObservation Remembered(TargetObservation seen, StewardStatus status) => seen with { Steward = seen.Steward with { Status = status } };

    private static ImmutableArray<MemberObservation> Placed(ImmutableArray<MemberObservation> members, int ordinal, bool isCordoned = false) => members.SetItem(
        ordinal, members[ordinal] with { Claims = [Scenes.Claim(ordinal) with { Place = new ClaimPlace($"node-{ordinal}", isCordoned) }] });

    private static ControllerRevision Revision(StatefulSet set, int number, Func<PodSpec, PodSpec> change)
    {
        var template = set.Spec.Template;
        var revision = RevisionHistory.Of(set with { Spec = set.Spec with { Template = template with { Spec = change(template.Spec) } } }, number, 0);
        return revision with { Metadata = revision.Metadata with { Name = $"web-{number}" } };
    }
}

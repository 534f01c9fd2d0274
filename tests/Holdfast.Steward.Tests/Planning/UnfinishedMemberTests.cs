using Holdfast.Model.Values;
using Holdfast.Steward.Eviction;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Scaling;
using Holdfast.Steward.Tests.Worlds;

namespace Holdfast.Steward.Tests.Planning;

/// <summary>Members that are not what they were: one has ended, one has come back with an empty disk.</summary>
public sealed class UnfinishedMemberTests
{
    [Fact]
    public void A_member_that_has_ended_may_go_while_another_is_away_and_one_that_runs_may_not()
    {
        var steward = Scenes.Steward();
        var seen = Scenes.Observation() with
        {
            Steward = steward with { Status = steward.Status with { Operation = Members.Operation("Eviction", 1) } },
            Members = Members.Well().Unknown(2).PodOf(2, pod => pod with { IsReady = false, IsDown = true, HasEnded = true }),
        };
        Assert.True(Ask(seen, "web-2").IsAllowed);
        Assert.False(Ask(seen with { Members = Members.Well() }, "web-2").IsAllowed);
    }

    [Fact]
    public void A_member_that_came_back_with_an_empty_disk_is_never_removed_in_the_place_of_the_highest()
    {
        var entries = Members.Entries(4).Where(entry => entry.Id != Members.Id(0)).ToValueList();
        var members = Members.Well(4, leader: 1);
        for (var ordinal = 0; ordinal < 4; ordinal++)
            members = members.But(ordinal, values => values with { Members = entries });
        members = members.But(0, values => values with { MemberId = "fresh", Role = MemberRole.None, IsHealthy = false });
        var plan = ScalingPlanner.Plan(StewardView.Of(Scenes.Observation(4, steward: """, "replicas": 3""") with { Members = members }));
        Assert.False(plan.Memory?.Operation is { Kind: Operations.ScaleDown, Member: "web-0" }, "web-0 is to be removed, which scales the set to 0");
    }

    [Fact]
    public void A_member_that_is_away_for_its_update_stays_the_only_one_when_the_template_is_changed_again()
    {
        var steward = Scenes.Steward();
        var seen = Scenes.Observation(5) with
        {
            Steward = steward with { Status = steward.Status with { Operation = Members.Operation(Operations.Update, 4) with { Deadline = Members.Noon + TimeSpan.FromMinutes(1), PodUid = "uid-web-4" } } },
            Members = Members.Well(5).Unknown(4).PodOf(4, _ => null),
        };
        seen = seen with { Set = seen.Set! with { Status = seen.Set!.Status with { UpdateRevision = "web-3" } } };
        var operation = WorkPlanner.Plan(StewardView.Of(seen)).Memory?.Operation;
        Assert.Equal(("web-4", "web-3"), (operation?.Member, operation?.Revision));
    }

    [Theory]
    [InlineData("OnDelete")]
    [InlineData("RollingUpdate")]
    public void A_member_whose_new_pod_is_not_back_stays_the_only_one_when_the_template_is_changed_again(string strategy)
    {
        var steward = Scenes.Steward();
        var operation = Members.Operation(Operations.Update, 2) with { Deadline = Members.Noon + TimeSpan.FromMinutes(1), PodUid = "its-old-pod", Revision = "web-2" };
        var seen = Scenes.Observation(5, strategy) with
        {
            Steward = steward with { Status = steward.Status with { Operation = operation, Rollout = new() { Phase = "Progressing", FromRevision = "web-1", ToRevision = "web-2" } } },
            Members = Members.Well(5).Unknown(2).PodOf(2, pod => pod with { IsReady = false, Revision = "web-2" }),
        };
        seen = seen with { Set = seen.Set! with { Status = seen.Set!.Status with { UpdateRevision = "web-3" } } };
        var memory = WorkPlanner.Plan(StewardView.Of(seen)).Memory;
        Assert.Equal(("web-2", "web-3", "web-3"), (memory?.Operation?.Member, memory?.Operation?.Revision, memory?.Rollout?.ToRevision));
    }

    [Fact]
    public void A_pod_is_not_left_to_a_controller_that_waits_for_one_that_may_not_go()
    {
        var steward = Scenes.Steward();
        var operation = Members.Operation(Operations.Update, 3) with { Deadline = Members.Noon + TimeSpan.FromMinutes(1), PodUid = Members.Well(5)[3].Pod!.Uid, Revision = "web-2" };
        var seen = Scenes.Observation(5, "RollingUpdate") with
        {
            Steward = steward with { Status = steward.Status with { Operation = operation } },
            Members = Members.Well(5).PodOf(4, pod => pod with { Revision = "web-2" }),
        };
        var set = seen.Set! with { Status = seen.Set!.Status with { UpdateRevision = "web-2" } };
        set = set with { Spec = set.Spec with { UpdateStrategy = set.Spec.UpdateStrategy with { RollingUpdate = new() { Partition = 3 } } } };
        // web-4 votes, and the set asks for four: nothing makes it go before it has left the membership, which waits for the update.
        Assert.Null(WorkPlanner.Plan(StewardView.Of(seen with { Set = set })).Effect as EvictMember);
        Assert.Equal("web-3", (WorkPlanner.Plan(StewardView.Of(seen with { Set = set with { Spec = set.Spec with { Replicas = 4 } } })).Effect as EvictMember)?.Member);
    }

    [Fact]
    public void Of_two_members_of_whom_none_may_be_lost_an_update_waits_until_there_are_the_three_that_are_wanted()
    {
        var steward = Scenes.Steward(""", "replicas": 3""");
        var seen = Scenes.Observation(2) with { Steward = steward with { Status = steward.Status with { Rollout = new() { Phase = "Waiting", FromRevision = "web-1", ToRevision = "web-2" } } } };
        seen = seen with { Set = seen.Set! with { Status = seen.Set!.Status with { UpdateRevision = "web-2" } } };
        for (var noted = 0; noted < 3 && seen.Steward.Status.Operation is null && WorkPlanner.Plan(StewardView.Of(seen)).Memory is { } memory; noted++)
            seen = seen with { Steward = seen.Steward with { Status = memory.In(seen.Steward.Status) } };
        Assert.Equal((Operations.ScaleUp, "web-2"), (seen.Steward.Status.Operation?.Kind, seen.Steward.Status.Operation?.Member));
    }

    private static EvictionAnswer Ask(TargetObservation seen, string pod) =>
        EvictionPlanner.Answer(StewardView.Of(seen), new EvictionRequest(pod, "", "controller", IsForced: false, IsNodeGone: false, IsDryRun: false, Override: ""));
}

using System.Collections.Immutable;
using Holdfast.Steward.Eviction;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Tests.Worlds;

namespace Holdfast.Steward.Tests.Planning;

/// <summary>A set that was scaled while nobody held it back has a pod that the membership had to name before it started: it is named now, and not left to itself.</summary>
public sealed class StrangerTests
{
    [Fact]
    public void A_pod_that_started_before_the_membership_named_it_is_added()
    {
        var begun = Plan(WithStranger(3));
        Assert.Equal(("ScaleUp", "web-3", "Joining"), (begun.Memory!.Operation!.Kind, begun.Memory.Operation.Member, begun.Memory.Operation.Phase));
        var seen = WithStranger(3);
        var call = Plan(seen with { Steward = seen.Steward with { Status = begun.Memory.In(seen.Steward.Status) } });
        Assert.Equal((MembershipAction.JoinLearner, "web-3"), call.Effect is CallAction added ? (added.Action, added.Member) : default);
    }

    [Fact]
    public void A_voter_that_does_not_answer_is_not_taken_for_one()
    {
        var seen = Joined(Scenes.Observation(4));
        var plan = Plan(seen with { Members = seen.Members.Unknown(3).PodOf(3, pod => pod with { IsReady = false }) });
        Assert.Null(plan.Memory?.Operation);
    }

    [Fact]
    public void A_voter_whose_pod_is_missing_comes_back_with_its_own_data()
    {
        var seen = Joined(Scenes.Observation(3));
        seen = seen with
        {
            Steward = seen.Steward with { Spec = seen.Steward.Spec with { Replicas = 3 } },
            Set = seen.Set! with { Spec = seen.Set.Spec with { Replicas = 2 } },
            Members = seen.Members.Unknown(2, "it has no pod").PodOf(2, _ => null),
        };
        Assert.Equal(("ScaleUp", "web-2", "Starting"), Plan(seen).Memory?.Operation is { } begun ? (begun.Kind, begun.Member, begun.Phase) : default);
    }

    [Fact]
    public void A_pod_that_never_started_may_go_while_it_is_added()
    {
        var seen = WithStranger(3);
        seen = seen with { Steward = seen.Steward with { Status = seen.Steward.Status with { Operation = Members.Operation("ScaleUp", 3) } } };
        var request = new EvictionRequest("web-3", "", "anna", false, false, false, "");
        Assert.True(EvictionPlanner.Answer(StewardView.Of(seen), request).IsAllowed);
        var learning = seen with { Members = seen.Members.PodOf(3, pod => pod with { IsDown = false }) };
        Assert.False(EvictionPlanner.Answer(StewardView.Of(learning), request).IsAllowed);
    }

    [Fact]
    public void While_an_earlier_member_does_not_answer_nobody_is_named()
    {
        var seen = WithStranger(3);
        seen = seen with { Members = seen.Members.Unknown(1) };
        Assert.Null(Plan(seen).Memory?.Operation);
    }

    private static StewardPlan Plan(TargetObservation seen) => WorkPlanner.Plan(StewardView.Of(seen));

    private static TargetObservation WithStranger(int ordinal)
    {
        var seen = Joined(Scenes.Observation(ordinal + 1));
        var entries = Members.Entries(ordinal);
        var members = seen.Members.Select(member => member.Reading is MemberReading.Known known ? member with { Reading = known with { Said = known.Said with { Members = entries } } } : member);
        return seen with { Members = members.ToImmutableArray().Unknown(ordinal).PodOf(ordinal, pod => pod with { IsReady = false, IsDown = true }) };
    }

    private static TargetObservation Joined(TargetObservation seen) =>
        seen with { Steward = seen.Steward with { Spec = seen.Steward.Spec with { Member = seen.Steward.Spec.Member with { Joins = "BeforeStart" } } } };
}

using System.Collections.Immutable;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Roles;
using Holdfast.Steward.Tests.Worlds;

namespace Holdfast.Steward.Tests.Planning;

/// <summary>Labels follow roles, fenced by terms (T10).</summary>
public sealed class RoleTests
{
    [Fact]
    public void Each_pod_gets_its_role_and_the_leader_last() =>
        Assert.Equal(["web-1 follower 4", "web-2 follower 4", "web-0 leader 4"], Plan(Members.Well()));

    [Fact]
    public void Labels_that_are_right_are_left_alone() => Assert.Empty(Plan(Labelled(Members.Well(), 4)));

    [Fact]
    public void On_sight_of_a_higher_term_the_old_leaders_label_is_taken_back_before_anything_else()
    {
        var members = Labelled(Members.Well(), 4)
            .But(1, values => values with { Term = 5, Role = MemberRole.Leader, LeaderId = "m1" }).But(2, values => values with { Term = 5, LeaderId = "m1" });
        Assert.Equal(["web-0 none ", "web-2 follower 5", "web-1 leader 5"], Plan(members));
    }

    [Fact]
    public void A_candidate_of_a_higher_term_is_enough_to_take_the_leaders_label_back() =>
        Assert.Equal("web-0 none ", Plan(Labelled(Members.Well(), 4).But(1, values => values with { Term = 5, Role = MemberRole.Candidate }))[0]);

    [Fact]
    public void A_leader_that_cannot_be_asked_loses_its_label_while_others_can() =>
        Assert.Equal(["web-0 none "], Plan(Labelled(Members.Well(), 4).Unknown(0)));

    [Fact]
    public void While_nobody_can_be_asked_labels_stay() =>
        Assert.Empty(Plan(Labelled(Members.Well(), 4).Unknown(0).Unknown(1).Unknown(2)));

    [Fact]
    public void Two_leaders_of_one_term_both_lose_their_labels()
    {
        var members = Labelled(Members.Well(), 4).But(2, values => values with { Role = MemberRole.Leader }).PodOf(2, pod => pod with { RoleLabel = "leader" });
        Assert.Equal(["web-0 none ", "web-2 none "], Plan(members)[..2]);
    }

    [Fact]
    public void What_is_seen_of_a_lower_term_than_was_seen_before_labels_nobody() =>
        Assert.Equal(["web-0 none ", "web-1 none ", "web-2 none "], Plan(Labelled(Members.Well(), 4), highestTerm: 6));

    private static ImmutableArray<MemberObservation> Labelled(ImmutableArray<MemberObservation> members, long term) =>
        [.. members.Select((member, at) => member with { Pod = member.Pod! with { RoleLabel = at == 0 ? "leader" : "follower", RoleTerm = term } })];

    private static string[] Plan(ImmutableArray<MemberObservation> members, long? highestTerm = null)
    {
        var observation = Scenes.Observation() with { Members = members };
        observation = observation with { Steward = observation.Steward with { Status = observation.Steward.Status with { Term = highestTerm } } };
        return [.. RolePlanner.Plan(StewardView.Of(observation)).Select(change => $"{change.Member} {change.Role ?? "none"} {change.Term}")];
    }
}

using Holdfast.Model.Values;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Tests.Worlds;

namespace Holdfast.Steward.Tests.Observation;

/// <summary>What members say is put together; what is not known never reads as well.</summary>
public sealed class ClusterStateTests
{
    [Fact]
    public void Three_members_that_are_well_give_a_leader_and_a_margin_of_one()
    {
        var state = Members.Well().State();
        Assert.Equal(("web-0", 4L, 3, 2, 3, 1), (state.Leader!.Name, state.Term, state.VoterCount, state.Majority, state.CountedVoters, state.Margin));
        Assert.Equal(("", "", ""), (state.MembershipProblem, state.MembershipChange, state.IdentityProblem));
        Assert.Equal("c1", state.ClusterId);
    }

    [Fact]
    public void An_answer_that_is_too_old_is_no_answer()
    {
        var state = Members.Well().Aged(2, 5.5).State();
        Assert.Equal((false, false), (state.Find("web-2")!.IsKnown, state.Find("web-2")!.Counts));
        Assert.Equal("it answered 5.5s ago, longer than 5s", state.Find("web-2")!.Problem);
        Assert.Equal((3, 2), (state.VoterCount, state.CountedVoters));
    }

    [Fact]
    public void Of_two_leaders_the_higher_term_counts()
    {
        var state = Members.Well().But(2, values => values with { Role = MemberRole.Leader, Term = 5, LeaderId = "m2" }).State();
        Assert.Equal(("web-2", 5L), (state.Leader!.Name, state.Term));
        Assert.Equal("it is at term 4, others are at 5", state.Find("web-0")!.Problem);
        Assert.False(state.IsSplit);
    }

    [Fact]
    public void Two_leaders_of_one_term_are_a_split_brain_and_nothing_they_say_counts()
    {
        var state = Members.Well().But(2, values => values with { Role = MemberRole.Leader, LeaderId = "m2" }).State();
        Assert.Null(state.Leader);
        Assert.Equal(["web-0", "web-2"], state.RivalLeaders);
        Assert.Equal((false, 0), (state.IsMembershipKnown, state.VoterCount));
    }

    [Fact]
    public void A_higher_term_without_a_leader_leaves_no_leader()
    {
        var state = Members.Well().But(1, values => values with { Role = MemberRole.Candidate, Term = 5, LeaderId = null }).State();
        Assert.Null(state.Leader);
        Assert.Equal(5, state.Term);
    }

    [Fact]
    public void Voters_are_counted_by_the_membership_and_not_by_pods()
    {
        var five = Members.Entries(5);
        var state = Members.Well().But(0, values => values with { Members = five }).But(1, values => values with { Members = five }).But(2, values => values with { Members = five }).State();
        Assert.Equal((5, 3, 3, 0), (state.VoterCount, state.Majority, state.CountedVoters, state.Margin));
        Assert.Equal("no pod says that it is this member", state.Find("web-4")!.Problem);
    }

    [Fact]
    public void Pods_are_joined_to_the_membership_by_the_id_that_they_give_themselves()
    {
        // The membership's names are swapped, as etcd's may be anything.
        ValueList<MemberEntry> entries = [new("m0", "a", null, true), new("m1", "web-2", null, true), new("m2", "web-1", null, false)];
        var members = Members.Well();
        for (var ordinal = 0; ordinal < 3; ordinal++)
            members = members.But(ordinal, values => values with { Members = entries });
        var state = members.But(2, values => values with { Role = MemberRole.Learner }).State();
        Assert.Equal((true, true, false), (state.Find("web-0")!.IsVoter, state.Find("web-1")!.IsVoter, state.Find("web-2")!.IsVoter));
        Assert.Equal(3, state.Members.Length);
    }

    [Fact]
    public void The_leader_decides_who_belongs_and_a_member_that_sees_other_voters_unsettles_it()
    {
        var state = Members.Well().But(1, values => values with { Members = Members.Entries(4) }).State();
        Assert.Equal(3, state.VoterCount);
        Assert.Equal("web-1 sees other voters than the leader does", state.MembershipChange);
    }

    [Fact]
    public void Without_a_leader_members_that_tell_different_things_leave_the_membership_unknown()
    {
        var state = Members.Well().Unknown(0).But(1, values => values with { Members = Members.Entries(4) }).State();
        Assert.Equal("web-1 and web-2 tell of different memberships, and no leader is seen who could decide", state.MembershipProblem);
        Assert.Equal(0, state.VoterCount);
    }

    [Fact]
    public void When_nobody_answers_nothing_is_known()
    {
        var state = Members.Well().Unknown(0).Unknown(1).Unknown(2).State();
        Assert.Equal("no member could be asked lately who belongs to the membership", state.MembershipProblem);
        Assert.Null(state.Term);
        Assert.All(state.Members, member => Assert.False(member.IsWell));
    }

    [Fact]
    public void Two_pods_with_one_identity_are_found()
    {
        var state = Members.Well().But(2, values => values with { MemberId = "m1" }).State();
        Assert.Equal("web-1 and web-2 both say that they are member m1: one of them has a copy of the other's data", state.IdentityProblem);
        Assert.Equal(1, state.CountedVoters);
    }

    [Fact]
    public void A_member_of_another_cluster_is_found()
    {
        var state = Members.Well().But(2, values => values with { ClusterId = "c9" }).State("c1");
        Assert.Equal("web-2 belongs to cluster c9, not to c1", state.IdentityProblem);
        Assert.False(state.Find("web-2")!.Counts);
    }

    [Theory]
    [InlineData("healthy", "it does not say whether it is healthy")]
    [InlineData("unhealthy", "it says that it is not healthy")]
    [InlineData("role", "it does not say what it does")]
    [InlineData("candidate", "it asks to be elected")]
    [InlineData("term", "it does not say which term it is at")]
    [InlineData("leader", "it takes m9 for the leader")]
    [InlineData("index", "it is not known how far behind it is")]
    [InlineData("lag", "it is 1001 entries behind, more than 1000")]
    [InlineData("going", "its pod is being deleted")]
    [InlineData("gone", "its pod is gone")]
    public void A_voter_counts_only_when_nothing_is_wrong_or_missing(string what, string problem)
    {
        var members = Members.Well().But(0, values => values with { AppliedIndex = 2000, CommitIndex = 2000 }).But(1, values => values with { AppliedIndex = 1000 })
            .But(2, values => values with { AppliedIndex = 1000 });
        members = what switch
        {
            "healthy" => members.But(2, values => values with { IsHealthy = null }),
            "unhealthy" => members.But(2, values => values with { IsHealthy = false }),
            "role" => members.But(2, values => values with { Role = null }),
            "candidate" => members.But(2, values => values with { Role = MemberRole.Candidate }),
            "term" => members.But(2, values => values with { Term = null }),
            "leader" => members.But(2, values => values with { LeaderId = "m9" }),
            "index" => members.But(2, values => values with { AppliedIndex = null }),
            "lag" => members.But(2, values => values with { AppliedIndex = 999 }),
            "going" => members.PodOf(2, pod => pod with { IsTerminating = true }),
            _ => members.PodOf(2, _ => null),
        };
        var state = members.State();
        Assert.Equal(problem, state.Find("web-2")!.Problem);
        Assert.Equal((3, 2), (state.VoterCount, state.CountedVoters));
    }
}

using System.Collections.Immutable;
using Holdfast.Model.Stewards;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Safety;
using Holdfast.Steward.Tests.Worlds;

namespace Holdfast.Steward.Tests.Safety;

/// <summary>Every no says all its reasons, with names and numbers.</summary>
public sealed class RefusalTests
{
    [Fact]
    public void A_follower_of_three_that_are_well_may_go() => Assert.Equal("", MayLose(Members.Well(), 1));

    [Fact]
    public void The_leader_must_hand_over_first()
    {
        var state = Members.Well().State();
        var verdict = SafetyKernel.MayLose(state.Find("web-0")!, state, null, SafetyPolicy.Open);
        Assert.Equal("web-0 leads and must hand over first", verdict.Words);
        Assert.True(verdict.AsksForSwitchover);
    }

    [Fact]
    public void A_voter_that_is_needed_may_not_go() => Assert.Equal(
        "without web-1 1 of 3 voters would be well, and 2 are needed (web-2: no answer within 2s)",
        MayLose(Members.Well().Unknown(2), 1));

    [Fact]
    public void A_voter_that_is_not_well_may_go_while_the_others_are_a_majority() => Assert.Equal("", MayLose(Members.Well().But(2, values => values with { IsHealthy = false }), 2));

    [Fact]
    public void A_voter_that_cannot_be_asked_may_go_while_the_others_are_a_majority() => Assert.Equal("", MayLose(Members.Well().Unknown(2), 2));

    [Fact]
    public void A_voter_that_cannot_be_asked_may_not_go_when_it_could_be_what_keeps_the_majority() => Assert.Equal(
        "1 of 3 voters would be well, and 2 are needed (web-2: no answer within 2s)",
        MayLose(Members.Well().Unknown(1).Unknown(2), 1));

    [Fact]
    public void A_member_without_a_process_may_go_although_there_is_no_quorum() =>
        Assert.Equal("", MayLose(Members.Well().Unknown(0).Unknown(1).Unknown(2).PodOf(2, pod => pod with { IsDown = true, IsReady = false }), 2));

    [Fact]
    public void A_member_that_answers_counts_as_running_whatever_its_node_says() =>
        Assert.NotEqual("", MayLose(Members.Well().Unknown(1).PodOf(2, pod => pod with { IsDown = true }), 2));

    [Fact]
    public void All_reasons_are_given_at_once() => Assert.Equal(
        "the Steward's spec cannot be followed: observe.calls[0]: no such variable; Steward other looks after the same set; only one may; "
        + "something else is going on since 12:00:00 UTC: web-1 is evicted; web-0 leads and must hand over first; "
        + "without web-0 1 of 3 voters would be well, and 2 are needed (web-2: its pod is being deleted)",
        MayLose(
            Members.Well().PodOf(2, pod => pod with { IsTerminating = true }), 0, Members.Operation("Eviction", 1),
            new SafetyPolicy(["observe.calls[0]: no such variable"], ["other"], false)));

    [Fact]
    public void A_split_brain_stops_everything()
    {
        var members = Members.Well().But(2, values => values with { Role = MemberRole.Leader, LeaderId = "m2" });
        Assert.Equal(
            "split brain: web-0 and web-2 all lead in term 4; it is not known who votes: web-0 and web-2 both lead in term 4, so neither can be believed",
            MayLose(members, 1));
        Assert.Equal(
            "split brain: web-0 and web-2 all lead in term 4",
            MayLose(members.Unknown(1).PodOf(1, pod => pod with { IsDown = true }), 1));
    }

    [Fact]
    public void Nothing_goes_without_a_leader() => Assert.Equal(
        "no member is known to lead (web-0: no answer within 2s)", MayLose(Members.Well(5).Unknown(0), 1));

    [Fact]
    public void Nothing_else_goes_while_the_leader_goes() => Assert.Equal(
        "web-0 leads and cannot be relied upon: its pod is being deleted", MayLose(Members.Well(5).PodOf(0, pod => pod with { IsTerminating = true }), 1));

    [Fact]
    public void Nothing_goes_while_the_membership_changes() => Assert.Equal(
        "the membership is not settled: web-2 sees other voters than the leader does",
        MayLose(Members.Well().But(2, values => values with { Members = Members.Entries(4) }), 1));

    [Fact]
    public void Nothing_goes_while_identities_are_unclear() => Assert.StartsWith(
        "web-1 and web-2 both say that they are member m1", MayLose(Members.Well(5).But(2, values => values with { MemberId = "m1" }), 3));

    [Fact]
    public void A_learner_may_go_unless_it_is_on_its_way_to_a_vote()
    {
        var members = WithLearner(Members.Well(4));
        Assert.Equal("", MayLose(members, 3));
        Assert.Equal(
            "something else is going on since 12:00:00 UTC: web-3 is added; web-3 is on its way to a vote",
            MayLose(members, 3, Members.Operation("ScaleUp", 3)));
    }

    [Fact]
    public void A_learner_that_promotes_itself_counts_as_a_voter_where_that_is_worse()
    {
        var itself = new SafetyPolicy(default, default, true);
        Assert.Equal("", MayLose(WithLearner(Members.Well(4)), 3, null, itself));
        Assert.Equal(
            "2 of 4 voters would be well, and 3 are needed (web-2: no answer within 2s)",
            MayLose(WithLearner(Members.Well(4)).Unknown(2), 3, null, itself));
        Assert.Equal("", MayLose(WithLearner(Members.Well(4)).Unknown(2), 3));
    }

    [Fact]
    public void A_voter_is_removed_only_when_the_rest_is_a_majority_of_itself()
    {
        Assert.Equal("", MayRemove(Members.Well(), 2));
        Assert.Equal("", MayRemove(Members.Well(5).Unknown(1), 4));
        Assert.Equal(
            "of the 2 voters that remain without web-2, 1 would be well, and 2 are needed (web-1: it says that it is not healthy)",
            MayRemove(Members.Well().But(1, values => values with { IsHealthy = false }), 2));
        Assert.Equal("web-0 leads and must hand over first; web-0 is the last voter", MayRemove(Members.Well(1), 0));
    }

    [Fact]
    public void A_voter_that_is_gone_is_removed_while_the_others_agree()
    {
        var state = Members.Well().PodOf(2, _ => null).Unknown(2).State();
        var gone = state.Members.Single(member => member.Id == "m2");
        Assert.Equal("", SafetyKernel.MayRemove(gone, state, null, SafetyPolicy.Open).Words);
        Assert.Equal("it is not known what web-2 is called in the membership: no answer within 2s", SafetyKernel.MayRemove(state.Find("web-2")!, state, null, SafetyPolicy.Open).Words);
    }

    [Fact]
    public void A_learner_is_promoted_when_it_is_caught_up_and_the_larger_quorum_holds()
    {
        Assert.Equal("", MayPromote(WithLearner(Members.Well(4)), 3));
        Assert.Equal(
            "web-3 is not ready for a vote: no answer within 2s",
            MayPromote(WithLearner(Members.Well(4)).Unknown(3), 3));
        Assert.Equal(
            "with web-3 there would be 4 voters, of which 3 are needed and 2 are well (web-1: its pod is gone, web-2: its pod is gone)",
            MayPromote(WithLearner(Members.Well(4)).PodOf(1, _ => null).PodOf(2, _ => null), 3));
    }

    private static ImmutableArray<MemberObservation> WithLearner(ImmutableArray<MemberObservation> members)
    {
        var last = members.Length - 1;
        var entries = Members.Entries(members.Length);
        entries = entries.SetItem(last, entries[last] with { IsVoter = false });
        for (var ordinal = 0; ordinal < members.Length; ordinal++)
            members = members.But(ordinal, values => values with { Members = entries });
        return members.But(last, values => values with { Role = MemberRole.Learner });
    }

    private static string MayLose(ImmutableArray<MemberObservation> members, int ordinal, OperationStatus? inFlight = null, SafetyPolicy? policy = null) =>
        Ask(SafetyKernel.MayLose, members, ordinal, inFlight, policy);

    private static string MayRemove(ImmutableArray<MemberObservation> members, int ordinal) => Ask(SafetyKernel.MayRemove, members, ordinal, null, null);

    private static string MayPromote(ImmutableArray<MemberObservation> members, int ordinal) => Ask(SafetyKernel.MayPromote, members, ordinal, null, null);

    private static string Ask(
        Func<ClusterMember, ClusterState, OperationStatus?, SafetyPolicy, Verdict> question, ImmutableArray<MemberObservation> members, int ordinal, OperationStatus? inFlight, SafetyPolicy? policy)
    {
        var state = members.State();
        var verdict = question(state.Find(Members.Name(ordinal))!, state, inFlight, policy ?? SafetyPolicy.Open);
        Assert.Equal(verdict.IsYes, verdict.Words.Length == 0);
        return verdict.Words;
    }
}

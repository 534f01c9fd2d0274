using LedgerStore.Raft;

namespace LedgerStore.Tests.Raft;

public sealed class ElectionTests
{
    [Fact]
    public void A_member_that_is_cut_off_never_raises_the_others_term()
    {
        var table = new RaftTable(3);
        table.Elect(1);
        var term = table[1].Term;
        table.CutOff(3);
        table.Ticks(500);
        Assert.Equal(term, table[3].Term);
        table.Heal();
        table.Ticks(50);
        Assert.Equal((RaftRole.Leader, term), (table[1].Role, table[1].Term));
    }

    [Fact]
    public void A_member_that_was_removed_and_never_heard_of_it_disturbs_nobody()
    {
        var table = new RaftTable(4);
        table.Elect(1);
        table.CutOff(4);
        Assert.Equal(RaftVerdict.Accepted, table[1].Change(new MembershipChange.Remove(RaftTable.Id(4)), out _));
        table.Settle();
        table.Heal();
        var term = table[1].Term;
        table.Ticks(300);
        Assert.Equal((RaftRole.Leader, term, term), (table[1].Role, table[1].Term, table[2].Term));
    }

    [Fact]
    public void A_majority_that_can_talk_elects_also_when_one_of_it_still_hears_the_old_leader()
    {
        var table = new RaftTable(5);
        table.Elect(1);
        // 1 reaches only 2, which is also among 2 to 5.
        foreach (var other in new[] { 3, 4, 5 })
        {
            table.Cut(1, other);
            table.Cut(other, 1);
        }
        table.Ticks(120);
        Assert.Contains(new[] { 2, 3, 4, 5 }, number => table[number].Role == RaftRole.Leader);
        Assert.NotEqual(RaftRole.Leader, table[1].Role);
    }

    [Fact]
    public void A_split_vote_is_tried_again_before_an_election_timeout_has_passed()
    {
        var table = new RaftTable(3);
        table.Elect(1);
        table.CutOff(1);
        foreach (var rival in new[] { 2, 3 })
            table[rival].Step(new RaftMessage.TimeoutNow(RaftTable.Id(1), RaftTable.Id(rival), table[rival].Term));
        table.Settle();
        Assert.All(new[] { 2, 3 }, number => Assert.Equal(RaftRole.Candidate, table[number].Role));
        var ticks = 0;
        for (; table[2].Role != RaftRole.Leader && table[3].Role != RaftRole.Leader && ticks < 100; ticks++)
            table.Ticks(1, 2, 3);
        Assert.InRange(ticks, 1, new RaftOptions().ElectionTicks - 1);
    }

    [Fact]
    public void A_leader_that_is_heard_but_hears_nobody_steps_down()
    {
        var table = new RaftTable(3);
        table.Elect(1);
        table.Cut(2, 1);
        table.Cut(3, 1);
        table.Ticks(100);
        Assert.NotEqual(RaftRole.Leader, table[1].Role);
        Assert.Contains(new[] { 2, 3 }, number => table[number].Role == RaftRole.Leader);
    }

    [Fact]
    public void A_vote_goes_out_only_together_with_the_order_to_make_it_durable_first()
    {
        var table = new RaftTable(3);
        table[2].Step(new RaftMessage.VoteRequest(RaftTable.Id(1), RaftTable.Id(2), 7, 1, 1, false, false));
        var effects = table[2].Take();
        Assert.Equal(new HardState(7, RaftTable.Id(1)), effects.HardState);
        Assert.Empty(effects.SendNow);
        Assert.IsType<RaftMessage.VoteResponse>(Assert.Single(effects.SendWhenDurable));
    }

    [Fact]
    public void A_vote_is_given_once_in_a_term_and_only_to_a_log_that_is_complete()
    {
        var table = new RaftTable(3);
        table.Elect(1);
        table.Propose(1);
        table.Settle();
        var term = table[1].Term;
        Assert.False(Asked(2, 3, term + 1, lastIndex: 1, lastTerm: 1));
        Assert.True(Asked(2, 3, term + 2, lastIndex: 3, lastTerm: term));
        Assert.False(Asked(2, 1, term + 2, lastIndex: 9, lastTerm: term));
        Assert.True(Asked(2, 3, term + 2, lastIndex: 3, lastTerm: term));

        bool Asked(int voter, int candidate, long inTerm, long lastIndex, long lastTerm)
        {
            table[voter].Step(new RaftMessage.VoteRequest(RaftTable.Id(candidate), RaftTable.Id(voter), inTerm, lastIndex, lastTerm, false, true));
            table.Drain();
            var answer = Assert.IsType<RaftMessage.VoteResponse>(table.Middle[^1]);
            table.Middle.Clear();
            return answer.IsGranted;
        }
    }

    [Fact]
    public void Learners_and_members_that_know_nobody_never_campaign()
    {
        var table = new RaftTable(1);
        table.AddEmpty(2);
        table.Elect(1);
        table[1].Change(new MembershipChange.AddLearner(RaftTable.Id(2), "m2"), out _);
        table.AddEmpty(3);
        table.Settle();
        table.CutOff(2);
        table.Ticks(300, 2, 3);
        Assert.Equal((RaftRole.Follower, RaftRole.Follower), (table[2].Role, table[3].Role));
    }

    [Fact]
    public void A_single_voter_elects_itself_and_commits_alone()
    {
        var table = new RaftTable(1);
        table.Elect(1);
        var index = table.Propose(1);
        Assert.Equal(index, table[1].Log.CommitIndex);
    }
}

using LedgerStore.Raft;

namespace LedgerStore.Tests.Raft;

public sealed class MembershipAndReadTests
{
    private static readonly MembershipChange.AddLearner AddFour = new(RaftTable.Id(4), "m4");

    [Fact]
    public void No_change_begins_before_the_terms_first_entry_and_the_last_change_are_committed()
    {
        var table = new RaftTable(3);
        while (table[1].Role != RaftRole.Leader)
        {
            table.Tick(1);
            foreach (var vote in table.Middle.Where(static message => message is RaftMessage.VoteRequest or RaftMessage.VoteResponse).ToList())
            {
                table.Middle.Remove(vote);
                table.Deliver(vote);
            }
        }
        Assert.Equal(RaftVerdict.ChangePending, table[1].Change(AddFour, out _));
        table.Settle();
        Assert.Equal(RaftVerdict.Accepted, table[1].Change(AddFour, out _));
        Assert.Equal(RaftVerdict.ChangePending, table[1].Change(new MembershipChange.Remove(RaftTable.Id(3)), out _));
        table.Settle();
        Assert.Equal(RaftVerdict.Accepted, table[1].Change(new MembershipChange.Remove(RaftTable.Id(3)), out _));
    }

    [Fact]
    public void A_learner_gets_everything_does_not_count_and_is_promoted_only_when_it_is_caught_up()
    {
        var table = new RaftTable(3, new RaftOptions { PromotionLag = 2 });
        table.AddEmpty(4);
        table.Elect(1);
        for (var number = 0; number < 20; number++)
            table.Propose(1);
        table.Settle();
        table.CutOff(4);
        table[1].Change(AddFour, out _);
        table.Settle();
        Assert.Equal(RaftVerdict.NotCaughtUp, table[1].Change(new MembershipChange.Promote(RaftTable.Id(4)), out _));
        Assert.Equal(2, table[1].Membership.Quorum);
        table.Heal();
        table.Ticks(20);
        Assert.Equal(table[1].Log.LastIndex, table[4].Log.LastIndex);
        Assert.Equal(RaftVerdict.Accepted, table[1].Change(new MembershipChange.Promote(RaftTable.Id(4)), out _));
        table.Settle();
        Assert.Equal(3, table[4].Membership.Quorum);
    }

    [Theory]
    [InlineData(2, "m9", "already")]
    [InlineData(9, "m2", "an empty disk never comes back under an old identity")]
    public void A_membership_says_why_a_change_makes_no_sense(int id, string name, string word) =>
        Assert.Contains(word, new RaftTable(3)[1].Membership.Objection(new MembershipChange.AddLearner(RaftTable.Id(id), name)), StringComparison.Ordinal);

    [Fact]
    public void A_leader_that_is_removed_leaves_when_that_is_committed_and_another_one_leads_at_once()
    {
        var table = new RaftTable(3);
        table.Elect(1);
        Assert.Equal(RaftVerdict.Accepted, table[1].Change(new MembershipChange.Remove(RaftTable.Id(1)), out _));
        table.Settle();
        Assert.Equal(RaftRole.Follower, table[1].Role);
        Assert.Contains(new[] { 2, 3 }, number => table[number].Role == RaftRole.Leader);
        Assert.Equal(2, table[2].Membership.VoterCount);
    }

    [Fact]
    public void Leadership_goes_to_the_one_that_was_named_within_one_exchange()
    {
        var table = new RaftTable(3);
        table.Elect(1);
        Assert.Equal(RaftVerdict.Accepted, table[1].Transfer(RaftTable.Id(3)));
        Assert.Equal(RaftVerdict.Transferring, table[1].Propose(new byte[1], out _));
        table.Settle();
        Assert.Equal((RaftRole.Leader, RaftRole.Follower), (table[3].Role, table[1].Role));
    }

    [Fact]
    public void A_transfer_to_one_that_does_not_answer_is_given_up_after_an_election_timeout()
    {
        var table = new RaftTable(3);
        table.Elect(1);
        table.CutOff(3);
        table[1].Transfer(RaftTable.Id(3));
        table.Ticks(45);
        Assert.Equal(RaftRole.Leader, table[1].Role);
        table.Propose(1);
    }

    [Fact]
    public void A_read_is_served_only_after_a_majority_has_answered_since()
    {
        var table = new RaftTable(3);
        table.Elect(1);
        table[1].Read(7);
        table.Drain();
        Assert.Empty(table.Reads);
        table.Settle();
        Assert.Equal((1, new ReadGrant(7, table[1].Log.CommitIndex)), Assert.Single(table.Reads));
        table.CutOff(1);
        table[1].Read(8);
        table.Ticks(60);
        Assert.Single(table.Reads);
    }

    [Fact]
    public void The_answer_to_a_followers_earlier_process_serves_no_read_of_the_later_one()
    {
        var table = new RaftTable(3);
        table.Elect(1);
        table[2].Read(9);
        table.Drain();
        table.SettleTo(static message => message is RaftMessage.ReadResponse);
        var late = (RaftMessage.ReadResponse)table.Middle.Find(static message => message is RaftMessage.ReadResponse)!;
        table.Middle.Clear();
        table.Propose(1);
        table.Settle();
        table.Restart(2);
        table.Ticks(4);
        table[2].Read(9);
        table[2].Step(late);
        table.Drain();
        Assert.Empty(table.Reads);
        table.Settle();
        Assert.Equal((2, new ReadGrant(9, table[1].Log.CommitIndex)), Assert.Single(table.Reads));
    }

    [Fact]
    public void A_removal_that_leaves_no_live_majority_is_refused()
    {
        var table = new RaftTable(3);
        table.Elect(1);
        table.CutOff(3);
        table.Ticks(25);
        Assert.Equal(RaftVerdict.LosesQuorum, table[1].Change(new MembershipChange.Remove(RaftTable.Id(2)), out _));
        Assert.Equal(RaftVerdict.Accepted, table[1].Change(new MembershipChange.Remove(RaftTable.Id(3)), out _));
        table.Settle();
        Assert.Equal(table[1].Log.LastIndex, table[1].Log.CommitIndex);
    }

    [Fact]
    public void What_was_known_to_be_committed_is_committed_after_a_start_and_a_log_that_ends_before_it_is_refused()
    {
        var table = new RaftTable(3);
        table.Elect(1);
        table.Propose(1);
        table.Settle();
        var held = table[1].Log.Slice(1, table[1].Log.LastIndex, int.MaxValue, int.MaxValue);
        var log = new RaftLog(SnapshotMark.Zero, held, 2);
        Assert.Equal((2, 0), (log.CommitIndex, log.AppliedIndex));
        Assert.Throws<RaftBrokenException>(() => new RaftLog(SnapshotMark.Zero, held, held.Count + 1));
    }

    [Fact]
    public void A_follower_reads_what_was_committed_before_it_asked()
    {
        var table = new RaftTable(3);
        table.Elect(1);
        var index = table.Propose(1);
        table.Settle();
        table[2].Read(9);
        table.Settle();
        var (member, grant) = Assert.Single(table.Reads);
        Assert.Equal((2, 9), (member, grant.Context));
        Assert.True(grant.Index >= index);
    }
}

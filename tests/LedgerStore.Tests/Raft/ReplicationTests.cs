using LedgerStore.Raft;

namespace LedgerStore.Tests.Raft;

public sealed class ReplicationTests
{
    [Fact]
    public void An_entry_of_an_old_term_is_not_committed_by_counting()
    {
        var table = new RaftTable(3);
        table.Elect(1);
        table.CutOff(1);
        var old = table.Propose(1, "left behind");
        table.Middle.Clear();
        table.Heal();
        // It leads again, in a newer term, and its first entry of that term reaches nobody yet.
        table[1].Step(new RaftMessage.VoteResponse(RaftTable.Id(2), RaftTable.Id(1), table[1].Term + 1, false, false));
        table[1].Step(new RaftMessage.TimeoutNow(RaftTable.Id(2), RaftTable.Id(1), table[1].Term));
        table.Drain();
        table[1].Step(new RaftMessage.VoteResponse(RaftTable.Id(2), RaftTable.Id(1), table[1].Term, true, false));
        table.Drain();
        Assert.Equal(RaftRole.Leader, table[1].Role);
        table[1].Step(new RaftMessage.AppendResponse(RaftTable.Id(2), RaftTable.Id(1), table[1].Term, true, old, 0, 0, 0));
        Assert.True(table[1].Log.CommitIndex < old);
        table[1].Step(new RaftMessage.AppendResponse(RaftTable.Id(2), RaftTable.Id(1), table[1].Term, true, old + 1, 0, 0, 0));
        Assert.Equal(old + 1, table[1].Log.CommitIndex);
    }

    [Fact]
    public void What_a_deposed_leader_left_behind_is_replaced()
    {
        var table = new RaftTable(3);
        table.Elect(1);
        table.CutOff(1);
        table.Propose(1, "never committed");
        table.Ticks(100, 2, 3);
        var leader = table[2].Role == RaftRole.Leader ? 2 : 3;
        table.Propose(leader, "committed");
        table.Settle();
        table.Heal();
        table.Ticks(60);
        Assert.Equal(table[leader].Log.LastIndex, table[1].Log.LastIndex);
        Assert.DoesNotContain("never committed", Data(table, 1));
        Assert.Contains("committed", Data(table, 1));
    }

    [Fact]
    public void No_more_is_under_way_to_a_silent_follower_than_the_bound()
    {
        var table = new RaftTable(3, new RaftOptions { MaxInflightMessages = 4, MaxMessageEntries = 2 });
        table.Elect(1);
        table.CutOff(3);
        for (var number = 0; number < 50; number++)
            table.Propose(1);
        Assert.Equal(4, table[1].Followers[RaftTable.Id(3)].Inflight.Count);
        Assert.True(table.Middle.Count(message => message.To == RaftTable.Id(3)) <= 5);
        table.Settle();
        table.Heal();
        table.Ticks(100);
        Assert.Equal(table[1].Log.LastIndex, table[3].Log.LastIndex);
    }

    [Fact]
    public void A_leader_refuses_more_than_it_may_hold_uncommitted()
    {
        var table = new RaftTable(3, new RaftOptions { MaxUncommittedBytes = 1_000 });
        table.Elect(1);
        table.CutOff(1);
        Assert.Equal(RaftVerdict.Accepted, table[1].Propose(new byte[900], out _));
        Assert.Equal(RaftVerdict.Overloaded, table[1].Propose(new byte[900], out _));
    }

    [Fact]
    public void A_follower_that_is_behind_the_log_gets_a_snapshot_and_then_entries()
    {
        var table = new RaftTable(3);
        table.Elect(1);
        table.CutOff(3);
        for (var number = 0; number < 30; number++)
            table.Propose(1);
        table.Settle();
        table[1].Compact(default, table[1].Log.AppliedIndex + 1);
        var last = table.Propose(1, "after the snapshot");
        table.Settle();
        table.Heal();
        table.Ticks(60);
        Assert.Equal((last, last), (table[3].Log.LastIndex, table[3].Log.CommitIndex));
        Assert.Equal(last - 1, table[3].Log.Snapshot.Index);
        Assert.Equal(table[1].Membership, table[3].Membership, static (one, other) => one.ToString() == other.ToString());
    }

    [Fact]
    public void Lost_appends_are_sent_again_without_a_new_proposal()
    {
        var table = new RaftTable(3);
        table.Elect(1);
        var index = table.Propose(1);
        table.Middle.Clear();
        table.Ticks(20);
        Assert.Equal((index, index), (table[2].Log.CommitIndex, table[3].Log.CommitIndex));
    }

    [Fact]
    public void A_follower_knows_how_far_it_is_behind_before_the_entries_arrive()
    {
        var table = new RaftTable(3);
        table.Elect(1);
        table.CutOff(3);
        for (var number = 0; number < 30; number++)
            table.Propose(1);
        table.Settle();
        table.Heal();
        var behind = table[3].Log.LastIndex;
        while (!table.Middle.Exists(static message => message is RaftMessage.Heartbeat && message.To == RaftTable.Id(3)))
            table.Tick(1);
        table.Deliver(table.Middle.Find(static message => message is RaftMessage.Heartbeat && message.To == RaftTable.Id(3))!);
        Assert.Equal((behind, behind + 30), (table[3].Log.CommitIndex, table[3].Goal));
    }

    [Fact]
    public void A_new_leader_counts_as_committed_what_may_be_until_an_entry_of_its_term_is()
    {
        var table = new RaftTable(3);
        table.Elect(1);
        table.Propose(1);
        table.Middle.RemoveAll(static message => message is RaftMessage.Heartbeat);
        foreach (var append in table.Middle.FindAll(static message => message is RaftMessage.AppendRequest))
            table.Deliver(append);
        // Acknowledged by all, and only its old leader knows that it is committed.
        table.CutOff(1);
        table.Middle.Clear();
        while (table[2].Role != RaftRole.Leader)
        {
            table.Tick(2);
            foreach (var vote in table.Middle.FindAll(static message => message is RaftMessage.VoteRequest or RaftMessage.VoteResponse))
            {
                table.Middle.Remove(vote);
                table.Deliver(vote);
            }
        }
        Assert.True(table[2].Log.CommitIndex < table[2].Log.LastIndex - 1);
        Assert.Equal(table[2].Log.LastIndex, table[2].Goal);
    }

    private static IEnumerable<string> Data(RaftTable table, int number) =>
        table.Applied[number].Select(static entry => System.Text.Encoding.UTF8.GetString(entry.Data.Span));
}

using LedgerStore.Ledger;
using LedgerStore.Quorum;

namespace LedgerStore.Tests.Quorum;

public sealed class ViewTests
{
    [Theory]
    [InlineData("learner", null, true, false)]
    [InlineData("learner", null, false, true)]
    [InlineData("learner", "ledger-store-1", true, true)]
    [InlineData("joining", null, true, false)]
    [InlineData("joining", null, false, true)]
    [InlineData("removed", null, true, true)]
    [InlineData("follower", "ledger-store-1", false, false)]
    public void A_learner_that_is_started_before_any_voter_does_not_keep_the_voters_from_being_started(string role, string? leader, bool isAmongTheFirst, bool lacks)
    {
        var view = new QuorumView { ClusterId = "c", MemberId = "m", Role = role, Leader = leader, Place = new LedgerPlace(new LedgerHead(0, LedgerChecksum.Empty)), Members = [] };
        Assert.Equal(lacks, view.LacksVote(isAmongTheFirst));
    }
}

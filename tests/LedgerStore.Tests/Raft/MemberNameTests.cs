using LedgerStore.Quorum;
using LedgerStore.Raft;

namespace LedgerStore.Tests.Raft;

public sealed class MemberNameTests
{
    [Theory]
    [InlineData("ledger-store-0")]
    [InlineData("0")]
    [InlineData("a.b-c.d")]
    public void What_a_pod_may_be_called_a_member_may(string name) => Assert.True(MemberName.IsValid(name));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("\nevil")]
    [InlineData("m 0")]
    [InlineData("m\"0")]
    [InlineData("M-0")]
    [InlineData("m_0")]
    [InlineData("-m")]
    [InlineData("m-")]
    [InlineData("m..0")]
    [InlineData("m.")]
    [InlineData("ä-0")]
    [InlineData("a-label-of-64-letters-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void Any_other_name_is_none(string? name) => Assert.False(MemberName.IsValid(name));

    [Fact]
    public void A_membership_of_before_is_read_whatever_its_names_are()
    {
        var old = new Membership(Membership.Empty.Seats.Add(new MemberId(1), new MemberSeat("Old \"Name\"\n", true)));
        Assert.Equal("Old \"Name\"\n", MembershipFormat.Decode(MembershipFormat.Encode(old)).Seats[new MemberId(1)].Name);
    }

    [Fact]
    public void A_disk_of_before_is_read_whatever_its_members_name_is()
    {
        using var folder = new TemporaryFolder();
        new MemberIdentity("00000000000000c1", "00000000000000aa", "Old Name", false).Write(folder.Path);
        MemberIdentity.Read(folder.Path)!.RequireName("Old Name", folder.Path);
    }

    [Fact]
    public void A_name_in_the_journal_begins_no_line_of_its_own()
    {
        using var said = new StringWriter();
        new LedgerJournal(said, TimeProvider.System).Write("quorum: x\n2026-01-01 fatal: made up");
        Assert.Single(said.ToString().TrimEnd('\n').Split('\n'));
    }
}

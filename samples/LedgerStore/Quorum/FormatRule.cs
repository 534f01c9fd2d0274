using LedgerStore.Raft;

namespace LedgerStore.Quorum;

/// <summary>When the cluster may switch to a newer data format: when every member has said that it reads it, and is heard of now. What a member said before it
/// went away says nothing of the release that it comes back with.</summary>
public static class FormatRule
{
    /// <summary>The members that are in the way of a switch.</summary>
    /// <param name="format">The format.</param>
    /// <param name="core">The leader.</param>
    /// <param name="own">The newest format that the leader reads.</param>
    /// <param name="said">The newest format that a member has said it reads; 0 when it has not.</param>
    public static IReadOnlyList<MemberId> CannotRead(int format, RaftNode core, int own, Func<MemberId, int> said) =>
        [.. core.Membership.Seats.Keys.Where(id => id == core.Id ? own < format : said(id) < format || !core.IsHeard(id))];
}

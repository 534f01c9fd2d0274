using LedgerStore.Raft;

namespace LedgerStore.Quorum;

/// <summary>When the cluster may switch to a newer data format: when every member has answered, after the switch was asked for, from a process that reads it. What a
/// member said before says nothing of the release that it has come back with since, however short it was away (CockroachDB's cluster versions have the same rule: every
/// node is asked before a version is raised).</summary>
public static class FormatRule
{
    /// <summary>The members that are in the way of a switch.</summary>
    /// <param name="format">The format.</param>
    /// <param name="core">The leader.</param>
    /// <param name="own">The newest format that the leader reads.</param>
    /// <param name="said">The newest format that the newest process of a member has said it reads; 0 when it has not.</param>
    /// <param name="round">The round of heartbeats that was begun when the switch was asked for.</param>
    public static IReadOnlyList<MemberId> CannotRead(int format, RaftNode core, int own, Func<MemberId, int> said, long round) =>
        [.. core.Membership.Seats.Keys.Where(id => id == core.Id ? own < format : said(id) < format || !HasAnswered(core, id, round))];

    private static bool HasAnswered(RaftNode core, MemberId id, long round) => core.Followers.TryGetValue(id, out var follower) && follower.Round >= round;
}

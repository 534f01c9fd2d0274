using System.Text;
using System.Text.Json;
using LedgerStore;
using LedgerStore.Quorum;
using LedgerStore.Raft;
using LedgerStore.Server;

namespace Holdfast.Simulator.Ledger;

/// <content>What it shows of itself, in the very records of LedgerStore's API.</content>
internal sealed partial class LedgerMember
{
    private const long ReadyLag = 100;

    /// <summary>leader, follower, candidate, learner, joining, removed or waiting.</summary>
    public string Role => Node is not { } node ? "waiting"
        : _isSaidRemoved || (_wasMember && !node.Membership.Contains(Id) && node.Log.MembershipIndex <= node.Log.AppliedIndex) ? "removed"
        : !node.Membership.Contains(Id) ? "joining"
        : !node.Membership.IsVoter(Id) ? "learner"
        : node.Role switch { RaftRole.Leader => "leader", RaftRole.Follower => "follower", _ => "candidate" };

    private string? LeaderName => Node is { Leader.IsNone: false } node ? node.Membership.Seats.GetValueOrDefault(node.Leader)?.Name : null;

    private List<string> NotReadyBecause()
    {
        // Asked last: it looks at everybody.
        var (role, hasNoLeader) = (Role, Node is not null && LeaderName is null);
        var isFirst = (Node is null || role == "joining" || hasNoLeader) && IsAmongTheFirst();
        (bool IsFailing, string Reason)[] checks =
        [
            (Node is null && !isFirst, "it waits for a cluster"),
            (IsDraining, "the member is draining"),
            (role == "removed" || (role is "learner" or "joining" && !isFirst), $"the member is no voter of the cluster: {role}"),
            (hasNoLeader && !isFirst, "no leader is known"),
            (LeaderName is not null && !IsFounded, "the cluster is being founded: not all founders vote yet"),
            (Node is { } node && node.Goal - node.Log.AppliedIndex > ReadyLag, "the member is behind its leader"),
        ];
        return [.. checks.Where(check => check.IsFailing).Select(check => check.Reason)];
    }

    private void UpdateReadiness()
    {
        var isReady = IsLive && NotReadyBecause().Count == 0;
        if (isReady != process.IsReady)
            system.Processes.SetReady(process, isReady);
    }

    /// <summary>`GET /status`.</summary>
    public string Status()
    {
        var reasons = NotReadyBecause();
        var (node, seats) = (Node, Node?.Membership.Seats.Values.ToList() ?? []);
        var release = LedgerRelease.All[^1];
        var status = new StatusAnswer(
            Name, process.Image[(process.Image.LastIndexOf(':') + 1)..], Role, release.WritesFormat, release.ReadsFormatsTo, 1, _held.Count, _held.Count, "", reasons.Count == 0, false, IsDraining, 1L << 30, 0)
        {
            NotReadyBecause = reasons.Count == 0 ? null : reasons,
            ClusterId = node is null ? null : disk.Identity!.ClusterId,
            MemberId = node is null ? null : disk.Identity!.MemberId,
            Term = node?.Term,
            Commit = node?.Log.CommitIndex,
            AppliedLogIndex = node?.Log.AppliedIndex,
            Lag = node is null ? null : node.Goal - node.Log.AppliedIndex,
            LastLogIndex = node?.Log.LastIndex,
            Leader = LeaderName,
            Voters = [.. seats.Where(seat => seat.IsVoter).Select(seat => seat.Name)],
            Learners = [.. seats.Where(seat => !seat.IsVoter).Select(seat => seat.Name)],
            MigrationBacklog = 0,
        };
        return JsonSerializer.Serialize(status, AnswerJson.Readable.StatusAnswer);
    }

    /// <summary>`GET /v1/members`; null while it knows none.</summary>
    public string? Members()
    {
        if (Node is not { } node)
            return null;
        var seats = node.Membership.Seats.Select(seat => new SeatView(seat.Value.Name, seat.Key.ToString(), seat.Value.IsVoter, null, null)).ToList();
        return JsonSerializer.Serialize(new MembersAnswer(disk.Identity!.ClusterId, LeaderName, node.Term, seats), AnswerJson.Readable.MembersAnswer);
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder(Name).Append(' ').Append(Role);
        if (Node is { } node)
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $" in term {node.Term}, {node.Log.AppliedIndex}/{node.Log.CommitIndex}/{node.Log.LastIndex}, knows {node.Membership}");
        return text.Append(IsDraining ? ", draining" : "").Append(IsPaused ? ", stands still" : "").ToString();
    }
}

using LedgerStore.Raft;
using LedgerStore.Simulator.World;

namespace LedgerStore.Simulator.Checkers;

/// <summary>R10: while nothing else is wrong, a member that was removed or is cut off does not raise the others' term; nor its own while it is cut off, since the others
/// would have to follow when it is back. Looked at only when nothing has changed for several election timeouts and no message is lost by chance.</summary>
/// <param name="simulation">The world.</param>
public sealed class QuietChecker(RaftSimulation simulation)
{
    // With shorter timeouts a message that is merely slow may cost a leader its place.
    private const int LeastElectionTicks = 20;

    private (long Since, long Term)? quiet;

    /// <summary>When something last happened that may cost a leader its place.</summary>
    public long TroubleAt { get; private set; }

    /// <summary>How often it could look.</summary>
    public int Looks { get; private set; }

    /// <summary>Something happens that may cost a leader its place.</summary>
    public void Trouble() => TroubleAt = simulation.Now;

    /// <summary>A member did something.</summary>
    public void Acted(SimulatedMember member)
    {
        var patience = 4L * (simulation.RaftOptions.ElectionTicks + simulation.RaftOptions.ElectionSpreadTicks) * 10_000;
        if (simulation.Options.Loss > 0 || simulation.Options.ClockSkewPercent > 0 || simulation.Options.DelayMilliseconds > 30 || simulation.Now - TroubleAt < patience)
            return;
        if (member.Node is not { } node || !IsOutside(member))
            return;
        Looks++;
        RaftReferee.Require("R10", node.Role != RaftRole.Candidate || !IsCutOff(member),
            $"{member.Name} is cut off and campaigns in term {node.Term} while nothing is wrong with the others");
        CheckTerm(member);
    }

    private void CheckTerm(SimulatedMember outsider)
    {
        var membership = simulation.Referee.Membership;
        var healthy = simulation.Members.Where(member => membership.IsVoter(member.Id) && !IsCutOff(member) && member.Node is not null && member.PausedUntil <= simulation.Now && !member.Disk.IsFull).ToList();
        var isQuorum = healthy.Count >= membership.Quorum && healthy.Exists(static member => member.Node!.Role == RaftRole.Leader) &&
            healthy.TrueForAll(one => healthy.TrueForAll(other => simulation.Network.IsOpen(one.Id, other.Id)));
        if (!isQuorum || simulation.RaftOptions.ElectionTicks < LeastElectionTicks)
            return;
        var term = healthy.Max(static member => member.Node!.Term);
        if (quiet is { } before && before.Since == TroubleAt)
            RaftReferee.Require("R10", term == before.Term,
                $"the term of {string.Join(", ", healthy.Select(static member => member.Name))} rose from {before.Term} to {term} with nothing wrong but {outsider.Name} outside");
        quiet = (TroubleAt, term);
    }

    private bool IsOutside(SimulatedMember member) => !simulation.Referee.Membership.Contains(member.Id) || IsCutOff(member);

    private bool IsCutOff(SimulatedMember member) => simulation.Members.All(
        other => other == member || !simulation.Network.IsOpen(member.Id, other.Id) || !simulation.Network.IsOpen(other.Id, member.Id));
}

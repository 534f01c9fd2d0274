using LedgerStore.Raft;
using LedgerStore.Simulator.World;

namespace LedgerStore.Simulator.Checkers;

/// <summary>R10: while nothing else is wrong, a member that was removed or is cut off does not raise the others' term. Looked at only
/// when nothing has changed for several election timeouts and no message is lost by chance.</summary>
/// <param name="simulation">The world.</param>
public sealed class QuietChecker(RaftSimulation simulation)
{
    /// <summary>When something last happened that may cost a leader its place.</summary>
    public long TroubleAt { get; private set; }

    /// <summary>How often it could look.</summary>
    public int Looks { get; private set; }

    /// <summary>Something happens that may cost a leader its place.</summary>
    public void Trouble() => TroubleAt = simulation.Now;

    /// <summary>A member did something.</summary>
    public void Acted(SimulatedMember member)
    {
        var quiet = 4L * (simulation.RaftOptions.ElectionTicks + simulation.RaftOptions.ElectionSpreadTicks) * 10_000;
        if (simulation.Options.Loss > 0 || simulation.Options.ClockSkewPercent > 0 || simulation.Options.DelayMilliseconds > 30 || simulation.Now - TroubleAt < quiet)
            return;
        if (member.Node is not { } node || !IsOutside(member))
            return;
        Looks++;
        RaftReferee.Require("R10", node.Role != RaftRole.Candidate,
            $"{member.Name} is cut off or removed and campaigns in term {node.Term} while nothing is wrong with the others");
    }

    private bool IsOutside(SimulatedMember member) => !simulation.Referee.Membership.Contains(member.Id) ||
        simulation.Members.All(other => other == member || !simulation.Network.IsOpen(member.Id, other.Id) || !simulation.Network.IsOpen(other.Id, member.Id));
}

using LedgerStore.Raft;
using LedgerStore.Simulator.World;

namespace LedgerStore.Simulator.Checkers;

/// <summary>R11: a majority of voters that can all talk to each other has a leader that can commit, within a bound, whatever the links to the others are: also when
/// one of them still hears an old leader that no longer hears a majority. Looked at in each step of runs without chance losses.</summary>
/// <remarks>The bound: an old leader notices within one election timeout that it is not heard (check-quorum); whoever heard it waits one more, at the longest;
/// votes may split, and each further try takes one. Eight together leave five tries.</remarks>
/// <param name="simulation">The world.</param>
public sealed class MajorityChecker(RaftSimulation simulation)
{
    private const int Timeouts = 8;

    /// <summary>How often it could look while a link was cut.</summary>
    public int Looks { get; private set; }

    /// <summary>A step was made.</summary>
    public void Ticked()
    {
        var options = simulation.RaftOptions;
        var bound = 10_000L * Timeouts * (options.ElectionTicks + options.ElectionSpreadTicks);
        if (simulation.Options is not { Loss: 0, ClockSkewPercent: 0, ChangeEvery: 0, WipeEvery: 0, RotEvery: 0, ReleaseEvery: 0, DelayMilliseconds: <= 30 } || simulation.Now - simulation.Quiet.TroubleAt < bound)
            return;
        var membership = simulation.Referee.Membership;
        var good = simulation.Members.Where(member => membership.IsVoter(member.Id) && member.Node is not null && member.PausedUntil <= simulation.Now && !member.Disk.IsFull).ToList();
        if (Talking(good, membership.Quorum, []) is not { } majority)
            return;
        Looks += simulation.Network.IsWhole ? 0 : 1;
        RaftReferee.Require("R11", good.Exists(leader => leader.Node is { Role: RaftRole.Leader, HasCommittedInTerm: true } && good.Count(other => other == leader || CanTalk(leader, other)) >= membership.Quorum),
            $"{string.Join(", ", majority.Select(static member => member.Name))} are a majority and can talk, but nobody whom a majority hears and who hears it leads {bound / 1_000} ms after the last change");
    }

    private bool CanTalk(SimulatedMember one, SimulatedMember other) => simulation.Network.IsOpen(one.Id, other.Id) && simulation.Network.IsOpen(other.Id, one.Id);

    // At most five members: every set is tried.
    private List<SimulatedMember>? Talking(List<SimulatedMember> left, int wanted, List<SimulatedMember> held)
    {
        if (held.Count == wanted)
            return held;
        for (var number = 0; number < left.Count; number++)
        {
            var next = left[number];
            if (held.TrueForAll(other => CanTalk(next, other)) &&
                Talking(left[(number + 1)..], wanted, [.. held, next]) is { } found)
                return found;
        }
        return null;
    }
}

using LedgerStore.Raft;
using LedgerStore.Simulator.Options;

namespace LedgerStore.Simulator.World;

/// <summary>What goes wrong and when, drawn from the run's chance. What a majority needs to come back is never destroyed.</summary>
/// <param name="simulation">The world.</param>
public sealed class FaultPlan(RaftSimulation simulation)
{
    private const long DowngradeMicroseconds = 2_500_000;
    private bool isOver;

    /// <summary>True once no more faults happen.</summary>
    public bool IsOver => isOver;

    private RaftSimulationOptions Options => simulation.Options;

    /// <summary>Begins.</summary>
    public void Begin()
    {
        Every(Options.CrashEvery, Crash);
        Every(Options.PauseEvery, Pause);
        Every(Options.CutEvery, Cut);
        Every(Options.FullEvery, Fill);
        Every(Options.WipeEvery, Wipe);
        Every(Options.ChangeEvery, Change);
        Every(Options.TransferEvery, Transfer);
        Every(Options.JumpEvery, Jump);
        Every(Options.DeafEvery, Deafen);
        Every(Options.RotEvery, Rot);
        Every(Options.ReleaseEvery, ChangeRelease);
    }

    /// <summary>No more faults; what is broken is mended.</summary>
    public void End()
    {
        isOver = true;
        simulation.Quiet.Trouble();
        simulation.Network.BecomeHealthy();
        foreach (var member in simulation.Members.ToList())
        {
            (member.Disk.IsHealthy, member.Disk.IsFull, member.PausedUntil) = (true, false, 0);
            // Nobody goes back any more, and whoever cannot read what the cluster writes now is updated at last.
            if (member.NextRelease == LedgerRelease.All[0])
                member.NextRelease = null;
            if (simulation.Operator.IsSwitchAsked && member.Release != LedgerRelease.All[^1])
            {
                member.NextRelease = LedgerRelease.All[^1];
                if (member.Node is not null)
                    member.Crash("is updated");
            }
            if (simulation.Operator.IsRetired(member.Id) && member.Node is not null)
                member.Crash("was removed and ends");
            else if (!simulation.Operator.IsRetired(member.Id) && member.Node is null)
                simulation.Start(member);
        }
    }

    /// <summary>A leader that dies, or loses all but one of the others, within a few messages of its election: what it had begun to repeat
    /// for older terms is then on a few disks, and its own first entry perhaps on none (Raft, figure 8).</summary>
    public void Elected(SimulatedMember leader)
    {
        if (isOver || simulation.Chance.NextDouble() >= Options.CrashNewLeader)
            return;
        var soon = 1_000L * simulation.Chance.Next(8 * Options.DelayMilliseconds);
        simulation.After(soon, () =>
        {
            if (isOver || leader.Node is null)
                return;
            simulation.Quiet.Trouble();
            if (simulation.Chance.Next(3) > 0)
                leader.Crash("is killed soon after it was elected");
            else
                CutLeader();
        });
    }

    private void Every(int meanMilliseconds, Action fault)
    {
        if (meanMilliseconds > 0)
            simulation.After(2_000L * simulation.Chance.Next(meanMilliseconds), () =>
            {
                if (isOver)
                    return;
                simulation.Quiet.Trouble();
                fault();
                Every(meanMilliseconds, fault);
            });
    }

    private void Crash()
    {
        if (Leader() is { } leader && simulation.Chance.Next(2) == 0)
        {
            leader.Crash("is killed while it leads");
            return;
        }
        // Often several at once: that is when unsynced promises would show.
        for (var count = 1 + simulation.Chance.Next(3); count > 0; count--)
        {
            if (Any(static member => member.Node is not null) is { } member)
                member.Crash("is killed");
        }
    }

    private void Pause()
    {
        if (Any(member => member.Node is not null && member.PausedUntil <= simulation.Now) is not { } member)
            return;
        member.PausedUntil = simulation.Now + (1_000L * (50 + simulation.Chance.Next(900)));
        simulation.Tell($"{member.Name} is paused");
        simulation.After(member.PausedUntil - simulation.Now, simulation.Quiet.Trouble);
    }

    private void Cut()
    {
        var all = simulation.Members;
        var (one, other) = (all[simulation.Chance.Next(all.Count)], all[simulation.Chance.Next(all.Count)]);
        switch (simulation.Chance.Next(6))
        {
            case 0:
                simulation.Network.Heal();
                break;
            case 1:
                simulation.Network.Cut(one.Id, other.Id);
                break;
            case 2:
                CutBoth([one], [other]); // With three: a bridge.
                break;
            case 3:
                CutBoth([one], [.. all.Where(member => member != one)]);
                break;
            case 4:
                CutLeader();
                break;
            default:
                var side = all.Where(_ => simulation.Chance.Next(2) == 0).ToList();
                CutBoth(side, [.. all.Except(side)]);
                break;
        }
        simulation.Tell("the links change");
    }

    // A leader that reaches one other at most leaves entries behind that only a few have (Raft, figure 8).
    private void CutLeader()
    {
        if (Leader() is not { } leader)
            return;
        var others = simulation.Members.Where(member => member != leader).ToList();
        others.RemoveAt(simulation.Chance.Next(others.Count));
        CutBoth([leader], others);
        simulation.After(1_000L * (50 + simulation.Chance.Next(300)), () =>
        {
            simulation.Quiet.Trouble();
            simulation.Network.Heal();
        });
    }

    // It is still heard by all and hears nobody: without check-quorum it would lead for ever.
    private void Deafen()
    {
        if (Leader() is not { } leader)
            return;
        foreach (var other in simulation.Members.Where(other => other != leader))
            simulation.Network.Cut(other.Id, leader.Id);
        simulation.Tell($"{leader.Name} is heard and hears nobody");
    }

    private SimulatedMember? Leader() => Any(static member => member.Node?.Role == RaftRole.Leader);

    private void CutBoth(List<SimulatedMember> some, List<SimulatedMember> others)
    {
        foreach (var (from, to) in some.SelectMany(_ => others, static (from, to) => (from, to)))
        {
            simulation.Network.Cut(from.Id, to.Id);
            simulation.Network.Cut(to.Id, from.Id);
        }
    }

    private void Fill()
    {
        if (Any(static member => !member.Disk.IsFull) is not { } member)
            return;
        member.Disk.IsFull = true;
        simulation.Tell($"{member.Name}'s disk is full");
        simulation.After(1_000L * (50 + simulation.Chance.Next(600)), () => member.Disk.IsFull = false);
    }

    private void Wipe()
    {
        if (!MayLoseOne() || Any(member => simulation.Referee.Membership.IsVoter(member.Id)) is not { } member)
            return;
        if (member.Node is not null)
            member.Crash("loses its disk");
        simulation.Replace(member);
    }

    // Found at the next start, which follows at once: the disk is then given up like one that was lost.
    private void Rot()
    {
        if (!MayLoseOne() || Any(member => member.Node is not null && simulation.Referee.Membership.IsVoter(member.Id)) is not { } member || member.Disk.Rot() is not { } what)
            return;
        simulation.Tell($"a bit of {what} flips on {member.Name}'s disk");
        member.Crash("is killed");
    }

    private void ChangeRelease()
    {
        if (Any(static member => member.Node is not null) is not { } member)
            return;
        var isOld = member.Release == LedgerRelease.All[0];
        if (!isOld && (simulation.Operator.IsSwitchAsked || simulation.Chance.Next(3) > 0))
            return;
        member.NextRelease = LedgerRelease.All[isOld ? ^1 : 0];
        // It may be back before anyone has noticed that it was away.
        if (!isOld)
            (member.DowngradedAt, member.StartsNotBefore) = (simulation.Now, simulation.Chance.Next(2) == 0 ? 0 : simulation.Now + DowngradeMicroseconds);
        member.Crash($"ends, to come back as {member.NextRelease.Version}");
    }

    private void Change()
    {
        if (simulation.Members.Count(member => !simulation.Operator.IsRetired(member.Id)) < 5 && simulation.Chance.Next(2) == 0)
        {
            simulation.AddMember();
            return;
        }
        if (!MayLoseOne() || Any(member => simulation.Referee.Membership.IsVoter(member.Id)) is not { } member)
            return;
        simulation.Tell($"{member.Name} shall leave");
        simulation.Operator.Retire(member.Id);
    }

    private void Transfer()
    {
        foreach (var leader in simulation.Members.Where(static member => member.Node?.Role == RaftRole.Leader).ToList())
            leader.Act(node =>
            {
                var voters = node.Membership.Voters.Where(voter => voter != leader.Id).ToList();
                if (voters.Count > 0)
                    node.Transfer(voters[simulation.Chance.Next(voters.Count)]);
            });
    }

    // Safety must not depend on any clock: a member whose clock has jumped campaigns whatever it has heard.
    private void Jump()
    {
        if (Any(member => member.Node is not null && member.PausedUntil <= simulation.Now) is { } member)
            member.Act(node => node.Step(new RaftMessage.TimeoutNow(MemberId.None, member.Id, node.Term)));
    }

    // Three voters with good disks, so that a majority of them stays when one goes.
    private bool MayLoseOne() => simulation.Referee.Membership.VoterCount >= 3 &&
        !simulation.Members.Any(static member => member.Disk.IsDamaged) &&
        simulation.Referee.Membership.Voters.All(id => !simulation.Operator.IsRetired(id)) &&
        simulation.Members.All(member => !simulation.Operator.IsRetired(member.Id) || !simulation.Referee.Membership.Contains(member.Id));

    private SimulatedMember? Any(Func<SimulatedMember, bool> fits)
    {
        var fitting = simulation.Members.Where(fits).ToList();
        return fitting.Count == 0 ? null : fitting[simulation.Chance.Next(fitting.Count)];
    }
}

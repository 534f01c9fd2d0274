using LedgerStore.Raft;

namespace LedgerStore.Simulator.World;

/// <summary>Keeps the membership as it should be: lost identities out, new ones in as learners, learners promoted when they are caught up; and now
/// and then wants something else.</summary>
/// <param name="simulation">The world.</param>
public sealed class SimulatedOperator(RaftSimulation simulation)
{
    private const int PauseMilliseconds = 30;
    private readonly HashSet<MemberId> unwanted = [];

    /// <summary>Begins.</summary>
    public void Begin() => simulation.After(1_000 * PauseMilliseconds, () =>
    {
        foreach (var leader in simulation.Members.Where(member => member.Node?.Role == RaftRole.Leader && member.PausedUntil <= simulation.Now).ToList())
            leader.Act(node => Improve(node));
        Begin();
    });

    /// <summary>This identity shall never belong to the cluster again.</summary>
    public void Retire(MemberId id) => unwanted.Add(id);

    /// <summary>True when the identity is to go, or gone.</summary>
    public bool IsRetired(MemberId id) => unwanted.Contains(id);

    /// <summary>True when all that run, and only they, are voters.</summary>
    public bool IsContent(Membership membership) =>
        membership.Seats.Keys.All(id => !unwanted.Contains(id)) &&
        simulation.Members.Where(member => !unwanted.Contains(member.Id)).All(member => membership.IsVoter(member.Id));

    private void Improve(RaftNode node)
    {
        foreach (var change in Wanted(node))
        {
            if (node.Change(change, out _) == RaftVerdict.Accepted)
                simulation.Quiet.Trouble();
        }
    }

    private List<MembershipChange> Wanted(RaftNode node)
    {
        var changes = new List<MembershipChange>();
        foreach (var id in node.Membership.Seats.Keys.Where(unwanted.Contains))
            changes.Add(new MembershipChange.Remove(id));
        foreach (var member in simulation.Members.Where(member => !unwanted.Contains(member.Id)))
        {
            if (!node.Membership.Contains(member.Id))
                changes.Add(new MembershipChange.AddLearner(member.Id, member.Name));
            else if (!node.Membership.IsVoter(member.Id))
                changes.Add(new MembershipChange.Promote(member.Id));
        }
        return changes;
    }
}

using LedgerStore.Raft;
using LedgerStore.Simulator.Checkers;
using LedgerStore.Simulator.Options;
using LedgerStore.Storage;

namespace LedgerStore.Simulator.World;

/// <summary>Keeps the membership as it should be: lost identities out, new ones in as learners, learners promoted when they are caught up; and now
/// and then wants something else.</summary>
/// <param name="simulation">The world.</param>
public sealed class SimulatedOperator(RaftSimulation simulation)
{
    private const int PauseMilliseconds = 30;
    private readonly HashSet<MemberId> unwanted = [];
    private readonly Dictionary<(long Index, long Term), long> switches = [];
    private readonly Dictionary<MemberId, (long Term, long Round, long At)> asked = [];
    private bool isSwitched;

    /// <summary>Begins.</summary>
    public void Begin() => simulation.After(1_000 * PauseMilliseconds, () =>
    {
        foreach (var leader in simulation.Members.Where(member => member.Node?.Role == RaftRole.Leader && member.PausedUntil <= simulation.Now).ToList())
        {
            leader.Act(node => Improve(node));
            if (simulation.Options.ReleaseEvery > 0 && !simulation.Faults.IsOver && simulation.Chance.Next(10) == 0)
                AskToSwitch(leader);
        }
        Begin();
    });

    /// <summary>True once a leader has taken a switch of the data format: from then on nobody goes back to an older release.</summary>
    public bool IsSwitchAsked { get; private set; }

    /// <summary>The format that an entry switches to, or null when it is a client's.</summary>
    public static int? FormatIn(RaftEntry entry) => entry.Data.Length == 1 ? entry.Data.Span[0] : null;

    /// <summary>A member is about to apply a switch: whoever votes must have read the format when that was asked for. Whoever went back to an older release since then is to
    /// be brought forth again.</summary>
    public void Switching(SimulatedMember member, RaftEntry entry)
    {
        if (isSwitched)
            return;
        isSwitched = true;
        var askedAt = switches[(entry.Index, entry.Term)];
        var behind = simulation.Members.Where(other => simulation.Referee.Membership.IsVoter(other.Id) && (other.NextRelease ?? other.Release).ReadsFormatsTo < DataFormat.Newest && other.DowngradedAt <= askedAt).ToList();
        RaftReferee.Require("Format", behind.Count == 0,
            $"{member.Name} switches to data format {DataFormat.Newest}, which {string.Join(", ", behind.Select(static other => other.Name))} could not read when that was asked for");
    }

    /// <summary>This identity shall never belong to the cluster again.</summary>
    public void Retire(MemberId id) => unwanted.Add(id);

    /// <summary>True when the identity is to go, or gone.</summary>
    public bool IsRetired(MemberId id) => unwanted.Contains(id);

    /// <summary>True when all that run, and only they, are voters.</summary>
    public bool IsContent(Membership membership) =>
        membership.Seats.Keys.All(id => !unwanted.Contains(id)) &&
        simulation.Members.Where(member => !unwanted.Contains(member.Id)).All(member => membership.IsVoter(member.Id));

    // Asked at any time, also while members are being updated: the leader must refuse as long as it is too early. It asks everyone anew, and looks at the answers later.
    private void AskToSwitch(SimulatedMember leader)
    {
        if (leader.Ledger.Format == DataFormat.Newest)
            return;
        var mutant = simulation.Options.Mutant;
        if (!asked.TryGetValue(leader.Id, out var ask) || ask.Term != leader.Node!.Term)
        {
            leader.Act(node => asked[leader.Id] = (node.Term, mutant == RaftMutant.TrustsEarlierWord ? 0 : node.BeginRound(), simulation.Now));
            return;
        }
        asked.Remove(leader.Id);
        if (mutant != RaftMutant.SwitchesFormatEarly && leader.CannotRead(DataFormat.Newest, ask.Round).Count > 0)
            return;
        leader.Act(node =>
        {
            if (node.Propose(new[] { (byte)DataFormat.Newest }, out var index) != RaftVerdict.Accepted)
                return;
            switches[(index, node.Term)] = ask.At;
            IsSwitchAsked = true;
            node.Flush();
        });
    }

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

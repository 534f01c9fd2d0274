using Holdfast.Platform;
using Holdfast.Simulator.Ledger;
using Holdfast.Simulator.Options;
using Holdfast.Simulator.Story;
using Holdfast.Simulator.World;

namespace Holdfast.Simulator.Faults;

/// <summary>Does what may go wrong in the data system and with its Stewards, at moments that the seed draws. What a majority needs to come back is never destroyed.</summary>
/// <param name="cluster">What it does it to.</param>
/// <param name="options">How the run is.</param>
/// <param name="time">The simulated time.</param>
/// <param name="chance">Chooses.</param>
/// <param name="story">What is told.</param>
internal sealed class LedgerFaults(SimulatedCluster cluster, SimulationOptions options, TimeProvider time, IChance chance, StoryTeller story)
{
    private readonly List<Task> _lasting = [];
    private bool _isOver;

    private StewardedWorld World => options.Steward!;

    private LedgerSystem Ledger => cluster.Ledger!;

    /// <summary>Injects until <see cref="StopAsync"/>.</summary>
    public async Task RunAsync()
    {
        while (!_isOver && World.Faults.Count > 0)
        {
            await PassAsync(World.FaultPause);
            if (!_isOver)
                Inject(World.Faults[chance.Next(World.Faults.Count)]);
        }
    }

    /// <summary>Ends all faults and waits until what they took away is back.</summary>
    public async Task StopAsync()
    {
        _isOver = true;
        for (var index = 0; index < _lasting.Count; index++)
            await _lasting[index];
    }

    private void Inject(LedgerFault fault)
    {
        cluster.Tally.Add(fault.ToString());
        var (one, other) = (AnyNode(), AnyNode());
        switch (fault)
        {
            case LedgerFault.PeerCut when one != other:
                _lasting.Add(CutAsync(one.Name, other.Name, chance.Next(2) == 0));
                break;
            case LedgerFault.StewardCut:
                _lasting.Add(CutStewardAsync(AnySteward().Name, one.Name));
                break;
            case LedgerFault.MemberPause when AnyMember() is { } member:
                Pause(member);
                break;
            case LedgerFault.MemberKill when AnyMember() is { } member:
                Kill(member, "is killed");
                break;
            case LedgerFault.DiskLoss when AnyMember() is { } member && MayLoseItsDisk(member):
                Kill(member, "is killed and loses its disk");
                Ledger.Wipe(member);
                break;
            case LedgerFault.StewardKill:
                _lasting.Add(KillStewardAsync(AnySteward()));
                break;
            case LedgerFault.StewardKillBetweenWrites:
                cluster.KillAfterWrites(AnySteward().Name, 1 + chance.Next(6));
                break;
            case LedgerFault.StewardCutOff:
                _lasting.Add(CutOffAsync(AnySteward()));
                break;
            case LedgerFault.StewardPause:
                _lasting.Add(PauseAsync(AnySteward()));
                break;
        }
    }

    private SimulatedNode AnyNode() => cluster.Nodes[chance.Next(cluster.Nodes.Count)];

    private ControllerManager AnySteward()
    {
        var stewards = cluster.Stewards.ToList();
        return stewards[chance.Next(stewards.Count)];
    }

    private LedgerMember? AnyMember() => Ledger.Live.Count == 0 ? null : Ledger.Live[chance.Next(Ledger.Live.Count)];

    /// <summary>Only while every voter is sound and nobody is on his way, and more than two vote: then the others hold everything, and elect.</summary>
    private bool MayLoseItsDisk(LedgerMember member) => Ledger.Truth.Membership is var membership && membership.VoterCount > 2 && membership.VoterCount == membership.Seats.Count
        && membership.IsVoter(member.Id) && membership.Voters.All(id => Ledger.Live.Any(other => other.Id == id && Ledger.Truth.IsSound(other)
            && other.Node!.Log.StableIndex >= Ledger.Truth.LastCommitted));

    private void Kill(LedgerMember member, string what)
    {
        story.Tell("fault", $"{member.Name} {what}");
        cluster.Nodes.First(node => node.Name == member.Host).Machine.Fail(member.Process.PodUid, 137);
    }

    private void Pause(LedgerMember member)
    {
        var span = TimeSpan.FromSeconds(20) * chance.NextDouble();
        story.Tell("fault", $"{member.Name} stands still for {span.TotalSeconds:0} s");
        member.PausedUntil = time.GetTimestamp() + span.Ticks;
    }

    private async Task CutAsync(string from, string to, bool isBoth)
    {
        story.Tell("fault", $"the members on {from} cannot reach those on {to}{(isBoth ? ", nor those them" : "")}");
        Ledger.Cut(from, to);
        if (isBoth)
            Ledger.Cut(to, from);
        await PassAsync(TimeSpan.FromSeconds(100));
        Ledger.Heal(from, to);
        Ledger.Heal(to, from);
        story.Tell("fault", $"the members on {from} and {to} can reach each other again");
    }

    private async Task CutStewardAsync(string steward, string node)
    {
        story.Tell("fault", $"the {steward} cannot reach the members on {node}");
        cluster.Stewardship!.Cuts.Cut(steward, node);
        await PassAsync(TimeSpan.FromSeconds(60));
        cluster.Stewardship.Cuts.Heal(steward, node);
        story.Tell("fault", $"the {steward} can reach the members on {node} again");
    }

    private async Task CutOffAsync(ControllerManager steward)
    {
        var cut = chance.Next(3) == 0 ? Cut.Answers : Cut.Requests;
        story.Tell("fault", $"the {steward.Name} is cut off{(cut == Cut.Answers ? " in one direction" : "")}");
        steward.Link.Break(cut);
        await PassAsync(TimeSpan.FromSeconds(40));
        steward.Link.Heal();
        story.Tell("fault", $"the {steward.Name} can be reached again");
    }

    private async Task PauseAsync(ControllerManager steward)
    {
        story.Tell("fault", $"the {steward.Name} stands still");
        steward.Pause();
        await PassAsync(SimulationOptions.LongestStandstill);
        steward.Continue();
        story.Tell("fault", $"the {steward.Name} goes on");
    }

    private async Task KillStewardAsync(ControllerManager steward)
    {
        story.Tell("fault", $"the {steward.Name} is killed");
        steward.Process.Kill();
        await PassAsync(TimeSpan.FromSeconds(chance.Next(3) == 0 ? 40 : 4));
        if (!steward.Process.IsRunning)
            steward.Process.Restart();
        story.Tell("fault", $"the {steward.Name} is back");
    }

    private Task PassAsync(TimeSpan longest) => time.DelayAsync(longest * chance.NextDouble(), CancellationToken.None);
}

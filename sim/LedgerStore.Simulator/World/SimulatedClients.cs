using LedgerStore.Raft;
using LedgerStore.Simulator.Checkers;

namespace LedgerStore.Simulator.World;

/// <summary>Clients that append, each one thing at a time and again until it is acknowledged, and read in between (R8, R12).</summary>
/// <param name="simulation">The world.</param>
public sealed class SimulatedClients(RaftSimulation simulation)
{
    private const long Patience = 300_000;

    private readonly List<Client> clients = [.. Enumerable.Range(1, simulation.Options.Clients).Select(static number => new Client(number))];
    private long floor;

    /// <summary>Appends that were acknowledged.</summary>
    public HashSet<LedgerCommandModel> Acknowledged { get; } = [];

    /// <summary>Reads that were served.</summary>
    public int Reads { get; private set; }

    /// <summary>True when nobody waits.</summary>
    public bool AreIdle => clients.TrueForAll(static client => client.Waiting is null);

    /// <summary>True when no new appends are begun.</summary>
    public bool AreEnding { get; set; }

    /// <summary>Begins what they do.</summary>
    public void Begin()
    {
        foreach (var client in clients)
            Later(client);
    }

    /// <summary>A member applied a command.</summary>
    public void Applied(SimulatedMember member, RaftEntry entry, LedgerCommandModel command, long place)
    {
        simulation.Repeats.Applied(member, entry, command, place);
        var client = clients[(command.Client - 1) % clients.Count];
        if (client.Waiting != command || client.Asked != (member.Id, entry.Index, entry.Term) || simulation.Chance.Next(10) == 0)
            return;
        Acknowledged.Add(command);
        floor = Math.Max(floor, entry.Index);
        client.Waiting = null;
    }

    /// <summary>Asks one member to read and checks that it sees everything that was acknowledged before.</summary>
    public void Read(SimulatedMember member)
    {
        var (mustSee, term) = (floor, member.Node?.Term);
        member.Read(() =>
        {
            Reads++;
            var seen = member.Node!.Log.AppliedIndex;
            RaftReferee.Require("R8", seen >= mustSee, $"{member.Name} serves a read at {seen} (asked in term {term}), but {mustSee} was acknowledged before it was asked");
            floor = Math.Max(floor, Math.Min(seen, simulation.Referee.LastCommitted));
        });
    }

    private void Later(Client client) =>
        simulation.After(1_000 * (1 + simulation.Chance.Next(simulation.Options.ClientPause)), () =>
        {
            Act(client);
            Later(client);
        });

    private void Act(Client client)
    {
        var member = Target(client);
        if (simulation.Chance.Next(3) == 0)
            Read(member);
        else if (client.Waiting is { } waiting)
        {
            if (simulation.Now - client.AskedAt > Patience)
                Ask(client, member, waiting);
        }
        else if (!AreEnding)
            Ask(client, member, Next(client));
    }

    // A new name now and then: clients come and go, and those that were there long ago are forgotten.
    private LedgerCommandModel Next(Client client)
    {
        if (simulation.Options.RenameEvery > 0 && client.Sequence >= simulation.Options.RenameEvery)
            (client.Generation, client.Sequence) = (client.Generation + 1, 0);
        return new LedgerCommandModel(client.Number + (client.Generation * clients.Count), ++client.Sequence);
    }

    private void Ask(Client client, SimulatedMember member, LedgerCommandModel command)
    {
        client.Waiting = command;
        var isTaken = false;
        member.Act(node =>
        {
            if (node.Propose(command.Encode(), out var index) != RaftVerdict.Accepted)
                return;
            isTaken = true;
            (client.Asked, client.AskedAt) = ((member.Id, index, node.Term), simulation.Now);
            node.Flush();
        });
        // Who was refused asks another one soon.
        if (!isTaken)
            client.AskedAt = simulation.Now - Patience;
    }

    private SimulatedMember Target(Client client)
    {
        var up = simulation.Members.Where(member => member.Node is not null && member.PausedUntil <= simulation.Now).ToList();
        var leaders = up.Where(static member => member.Node!.Role == RaftRole.Leader).ToList();
        // A client may well ask one that only believes that it leads.
        if (leaders.Count > 0 && simulation.Chance.Next(4) > 0)
            return leaders[simulation.Chance.Next(leaders.Count)];
        return up.Count > 0 ? up[simulation.Chance.Next(up.Count)] : simulation.Members[client.Number % simulation.Members.Count];
    }

    private sealed class Client(int number)
    {
        public int Number => number;

        public int Generation { get; set; }

        public long Sequence { get; set; }

        public LedgerCommandModel? Waiting { get; set; }

        public (MemberId Member, long Index, long Term) Asked { get; set; }

        public long AskedAt { get; set; }
    }
}

using LedgerStore.Raft;
using LedgerStore.Simulator.World;

namespace LedgerStore.Simulator.Checkers;

/// <summary>R12: a repeated append is applied once, at the same place on every member, as long as its client is remembered: until so many other clients have
/// appended after that one's newest entry. The check knows the ledger's commands alone, not how the ledger remembers.</summary>
/// <param name="remembered">How many clients are remembered.</param>
public sealed class RepeatChecker(int remembered)
{
    private readonly Dictionary<LedgerCommandModel, (long FirstEntry, HashSet<long> Places)> applied = [];
    private readonly HashSet<int> names = [];

    /// <summary>How often a repeat was recognised, on any member.</summary>
    public int Repeats { get; private set; }

    /// <summary>How many clients there were.</summary>
    public int Names => names.Count;

    /// <summary>A member applied a command; it has it at a place.</summary>
    public void Applied(SimulatedMember member, RaftEntry entry, LedgerCommandModel command, long place)
    {
        names.Add(command.Client);
        if (!applied.TryGetValue(command, out var held))
        {
            applied.Add(command, (entry.Index, [place]));
            return;
        }
        if (held.Places.Add(place))
            RaftReferee.Require("R12", place > 0 && IsForgotten(member.Ledger.Commands, place),
                $"{member.Name} has client {command.Client}'s append {command.Sequence} at {place}, and it is at {string.Join(" and ", held.Places.Where(other => other != place))}");
        else if (entry.Index > held.FirstEntry)
            Repeats++;
    }

    /// <summary>Everything is at rest: a member's whole ledger is looked through.</summary>
    public void AtRest(SimulatedMember member)
    {
        var (commands, seen) = (member.Ledger.Commands, new HashSet<LedgerCommandModel>());
        for (var place = 1; place <= commands.Count; place++)
        {
            if (!seen.Add(commands[place - 1]))
                RaftReferee.Require("R12", IsForgotten(commands, place), $"{member.Name} holds append {commands[place - 1].Sequence} of client {commands[place - 1].Client} twice, again at {place}");
        }
    }

    // How many others have appended since the client's entry before this one.
    private bool IsForgotten(IReadOnlyList<LedgerCommandModel> commands, long place)
    {
        var (client, others) = (commands[(int)place - 1].Client, new HashSet<int>());
        for (var before = (int)place - 2; before >= 0 && commands[before].Client != client; before--)
            others.Add(commands[before].Client);
        return others.Count >= remembered;
    }
}

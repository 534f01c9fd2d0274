using System.Collections.Immutable;
using LedgerStore.Raft;

namespace LedgerStore.Tests.Raft;

internal sealed class RaftTable
{
    private readonly HashSet<(int From, int To)> cut = [];

    public RaftTable(int count, RaftOptions? options = null)
    {
        var membership = new Membership(Enumerable.Range(1, count).ToImmutableSortedDictionary(Id, static number => new MemberSeat($"m{number}", true)));
        var first = new RaftEntry(1, 1, RaftEntryKind.Membership, MembershipFormat.Encode(membership));
        for (var number = 1; number <= count; number++)
            Nodes[number] = new RaftNode(Id(number), (options ?? new RaftOptions()) with { Seed = (ulong)number }, new HardState(1, MemberId.None), new RaftLog(SnapshotMark.Zero, [first]));
    }

    public SortedDictionary<int, RaftNode> Nodes { get; } = [];

    public List<RaftMessage> Middle { get; } = [];

    public List<(int Member, ReadGrant Grant)> Reads { get; } = [];

    public Dictionary<int, List<RaftEntry>> Applied { get; } = [];

    public RaftNode this[int number] => Nodes[number];

    public static MemberId Id(int number) => new((ulong)number);

    public void AddEmpty(int number, RaftOptions? options = null) =>
        Nodes[number] = new RaftNode(Id(number), (options ?? new RaftOptions()) with { Seed = (ulong)number }, new HardState(0, MemberId.None), new RaftLog(SnapshotMark.Zero, []));

    public void Cut(int from, int to) => cut.Add((from, to));

    public void CutOff(int number)
    {
        foreach (var other in Nodes.Keys.Where(other => other != number))
            (_, _) = (cut.Add((number, other)), cut.Add((other, number)));
    }

    public void Heal() => cut.Clear();

    public void Tick(params int[] numbers)
    {
        foreach (var number in numbers.Length == 0 ? [.. Nodes.Keys] : numbers)
            Nodes[number].Tick();
        Drain();
    }

    public void Ticks(int count, params int[] numbers)
    {
        for (var tick = 0; tick < count; tick++)
        {
            Tick(numbers);
            Settle();
        }
    }

    /// <summary>Delivers everything, and what follows from it.</summary>
    public void Settle()
    {
        Drain();
        for (var rounds = 0; Middle.Count > 0 && rounds < 10_000; rounds++)
        {
            var message = Middle[0];
            Middle.RemoveAt(0);
            Deliver(message);
        }
    }

    /// <summary>Delivers in order until such a message is next; that one stays.</summary>
    public void SettleTo(Func<RaftMessage, bool> isNext)
    {
        Drain();
        while (Middle.Count > 0 && !isNext(Middle[0]))
        {
            var message = Middle[0];
            Middle.RemoveAt(0);
            Deliver(message);
        }
    }

    /// <summary>Ends a member's process and starts it anew from what is durable.</summary>
    public void Restart(int number)
    {
        var old = Nodes[number];
        var entries = old.Log.Slice(1, old.Log.LastIndex, int.MaxValue, int.MaxValue);
        Nodes[number] = new RaftNode(Id(number), new RaftOptions { Seed = (ulong)number + 1_000 }, new HardState(old.Term, old.Vote), new RaftLog(SnapshotMark.Zero, entries));
    }

    public void Deliver(RaftMessage message)
    {
        var (from, to) = ((int)message.From.Value, (int)message.To.Value);
        if (!cut.Contains((from, to)) && Nodes.TryGetValue(to, out var node))
            node.Step(message);
        Drain();
    }

    public void Elect(int number)
    {
        for (var tick = 0; tick < 200 && Nodes[number].Role != RaftRole.Leader; tick++)
        {
            Tick(number);
            if (tick > 20)
                Settle();
        }
        Assert.Equal(RaftRole.Leader, Nodes[number].Role);
        Settle();
    }

    public long Propose(int number, string data = "x")
    {
        Assert.Equal(RaftVerdict.Accepted, Nodes[number].Propose(System.Text.Encoding.UTF8.GetBytes(data), out var index));
        Nodes[number].Flush();
        Drain();
        return index;
    }

    /// <summary>Does the effects of all, in their order.</summary>
    public void Drain()
    {
        foreach (var (number, node) in Nodes)
        {
            while (node.Take() is { IsNothing: false } effects)
            {
                Middle.AddRange(effects.SendNow);
                Middle.AddRange(effects.SendWhenDurable);
                Applied.TryAdd(number, []);
                Applied[number].AddRange(effects.Committed);
                node.Done(effects);
                foreach (var grant in effects.Reads)
                    Reads.Add((number, grant));
                foreach (var chunk in effects.Chunks)
                {
                    if (chunk.Position < 0)
                        node.ChunkStored(chunk, 0);
                    else
                        node.SnapshotInstalled(chunk.Mark);
                }
            }
        }
    }
}

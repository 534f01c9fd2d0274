using Holdfast.Platform;
using LedgerStore.Raft;
using LedgerStore.Simulator.Options;

namespace LedgerStore.Simulator.World;

/// <summary>The ways between members: each direction can be cut by itself.</summary>
/// <param name="chance">What happens to a message.</param>
/// <param name="options">How often.</param>
public sealed class SimulatedNetwork(SeededChance chance, RaftSimulationOptions options)
{
    private readonly HashSet<(MemberId From, MemberId To)> cut = [];

    /// <summary>True once messages are neither lost nor late beyond measure.</summary>
    public bool IsHealthy { get; private set; }

    /// <summary>True when a message gets through this way.</summary>
    public bool IsOpen(MemberId from, MemberId to) => !cut.Contains((from, to));

    /// <summary>True when no way is cut.</summary>
    public bool IsWhole => cut.Count == 0;

    /// <summary>Cuts one direction.</summary>
    public void Cut(MemberId from, MemberId to) => cut.Add((from, to));

    /// <summary>Opens every way.</summary>
    public void Heal() => cut.Clear();

    /// <summary>No more faults.</summary>
    public void BecomeHealthy()
    {
        Heal();
        IsHealthy = true;
    }

    /// <summary>After how many milliseconds a message arrives: never, once or twice.</summary>
    public IEnumerable<int> Ways(RaftMessage message)
    {
        if (!IsOpen(message.From, message.To) || (!IsHealthy && chance.NextDouble() < options.Loss))
            yield break;
        yield return Delay();
        if (!IsHealthy && chance.NextDouble() < options.Repeat)
            yield return Delay() + chance.Next(200);
    }

    private int Delay() => 1 + chance.Next(IsHealthy ? Math.Min(options.DelayMilliseconds, 10) : options.DelayMilliseconds);
}

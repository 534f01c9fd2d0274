using Holdfast.Platform;
using Holdfast.Platform.Simulation;
using Holdfast.Simulator.Checkers;
using Holdfast.Simulator.Options;
using Holdfast.Simulator.Story;
using Holdfast.Simulator.World;
using LedgerStore.Raft;

namespace Holdfast.Simulator.Ledger;

/// <summary>The simulated data system of a stewarded set: its members, which are pods' processes, their disks, which are the claims' volumes, and the network between them.</summary>
internal sealed class LedgerSystem
{
    /// <summary>The port of a member's API.</summary>
    public const int Port = 8080;

    private readonly SingleThreadScheduler _scheduler;
    private readonly Dictionary<string, LedgerDisk> _disks = new(StringComparer.Ordinal);
    private readonly List<LedgerMember> _live = [];
    private readonly HashSet<(string From, string To)> _cuts = [];

    /// <summary>A data system without members.</summary>
    /// <param name="options">How the run is.</param>
    /// <param name="scheduler">Runs everything.</param>
    /// <param name="chance">Chooses.</param>
    /// <param name="story">What is told.</param>
    /// <param name="truth">What is really so.</param>
    public LedgerSystem(SimulationOptions options, SingleThreadScheduler scheduler, SeededChance chance, StoryTeller story, GroundTruth truth)
    {
        (Options, _scheduler, Chance, Story, World) = (options, scheduler, chance, story, truth);
        Truth = new LedgerTruth(this, truth);
        truth.Disks.OnRemoved = path => _disks.Remove(path);
    }

    /// <summary>The name of the set.</summary>
    public string SetName { get; } = "ledger";

    /// <summary>The Service that leads to the one that leads.</summary>
    public string LeaderService => $"{SetName}-leader";

    /// <summary>The Service that leads to the others.</summary>
    public string FollowerService => $"{SetName}-followers";

    /// <summary>How long a member's tick is.</summary>
    public TimeSpan Tick { get; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How members behave: with longer ticks than in production, since a run is minutes long.</summary>
    public RaftOptions Raft { get; } = new() { ElectionTicks = 4, ElectionSpreadTicks = 4, HeartbeatTicks = 1, PromotionLag = 5 };

    /// <summary>How many members found the cluster together.</summary>
    public static int Founders => 3;

    /// <summary>How the run is.</summary>
    public SimulationOptions Options { get; }

    /// <summary>Chooses.</summary>
    public SeededChance Chance { get; }

    /// <summary>What is told.</summary>
    public StoryTeller Story { get; }

    /// <summary>What is really so in the cluster.</summary>
    public GroundTruth World { get; }

    /// <summary>What is really so in the data system.</summary>
    public LedgerTruth Truth { get; }

    /// <summary>The processes.</summary>
    public ProcessTable Processes => World.Processes;

    /// <summary>The simulated time.</summary>
    public TimeProvider Time => _scheduler.Time;

    /// <summary>The members whose processes run.</summary>
    public IReadOnlyList<LedgerMember> Live => _live;

    /// <summary>How much of a node's network is cut.</summary>
    public Func<string, bool> IsNodeCut { get; set; } = static _ => false;

    /// <summary>Whether a node's agent runs: where none does, nobody refuses a connection either.</summary>
    public Func<string, bool> IsNodeUp { get; set; } = static _ => true;

    /// <summary>Told of what must not be.</summary>
    public required Action<TaskFault> Report { get; init; }

    /// <summary>Whether messages are neither late nor lost any more.</summary>
    public bool IsCalm { get; private set; }

    /// <summary>The known bug by which an empty disk takes an old identity.</summary>
    public bool MayKeepIdentities => Options.Mutant == Mutant.KeepsIdentitiesOnEmptyDisks;

    /// <summary>The known bug by which a founder founds, whatever it hears.</summary>
    public bool FoundsAnyhow => Options.Mutant == Mutant.FoundsASecondCluster && Truth.ClusterId.Length > 0;

    /// <summary>Whether a process is a member.</summary>
    /// <param name="process">The process.</param>
    public static bool IsMember(PodProcess process) => process.Image.Contains("/ledger-store:", StringComparison.Ordinal) && process.Volumes.Count > 0;

    /// <summary>A member by its pod's name; null while its process does not run.</summary>
    /// <param name="name">The name.</param>
    public LedgerMember? Find(string name) => _live.Find(member => member.Name == name);

    /// <summary>A member by where it is reached; null when nobody listens there.</summary>
    /// <param name="address">The address.</param>
    public LedgerMember? At(string address) => _live.Find(member => member.Address == address);

    /// <summary>Whether a name leads anywhere now: a pod that has ended has no place behind its Service any more.</summary>
    /// <param name="name">The pod's name.</param>
    public bool HasAddress(string name) => World.World.Pod("default", name) is { Metadata.DeletionTimestamp: null, Status.PodIP.Length: > 0, Status.Phase: not ("Failed" or "Succeeded") };

    /// <summary>The node of an address; null when that is none of a pod.</summary>
    /// <param name="address">The address, as machines give it.</param>
    public static string? HostOf(string address) => address.Split('.') is [_, var node, _, _] && int.TryParse(node, out var number) && number is >= 20 and < 46 ? $"node-{(char)('a' + number - 20)}" : null;

    /// <summary>A member's process has started.</summary>
    /// <param name="process">The process.</param>
    /// <param name="address">Where it is reached.</param>
    public LedgerMember Start(PodProcess process, string address)
    {
        var path = process.Volumes.Values.First().Path;
        if (!_disks.TryGetValue(path, out var disk))
            _disks[path] = disk = new LedgerDisk();
        var member = new LedgerMember(this, process, address, disk);
        _live.Add(member);
        return member;
    }

    /// <summary>A process has ended.</summary>
    /// <param name="process">The process.</param>
    public void End(PodProcess process)
    {
        if (_live.Find(member => member.Process == process) is not { } member)
            return;
        member.End();
        _live.Remove(member);
    }

    /// <summary>A process was asked to end.</summary>
    /// <param name="process">The process.</param>
    public void Drain(PodProcess process) => _live.Find(member => member.Process == process)?.Drain();

    /// <summary>A member's disk loses all that it held; its process has ended before.</summary>
    /// <param name="member">The member.</param>
    public void Wipe(LedgerMember member) => _disks[member.Process.Volumes.Values.First().Path] = new LedgerDisk();

    /// <summary>Whether messages get from one node to another.</summary>
    /// <param name="from">The one.</param>
    /// <param name="to">The other.</param>
    public bool IsOpen(string from, string to) => from == to || (!_cuts.Contains((from, to)) && !IsNodeCut(from) && !IsNodeCut(to));

    /// <summary>Cuts the way from one node's members to another's, in that direction.</summary>
    /// <param name="from">The one.</param>
    /// <param name="to">The other.</param>
    public void Cut(string from, string to) => _cuts.Add((from, to));

    /// <summary>Opens it again.</summary>
    /// <param name="from">The one.</param>
    /// <param name="to">The other.</param>
    public void Heal(string from, string to) => _cuts.Remove((from, to));

    /// <summary>Ends all faults.</summary>
    public void Calm()
    {
        IsCalm = true;
        _cuts.Clear();
        foreach (var member in _live)
            member.PausedUntil = 0;
    }

    /// <summary>Puts a message on its way.</summary>
    /// <param name="from">Who sends it.</param>
    /// <param name="message">The message.</param>
    public void Send(LedgerMember from, RaftMessage message)
    {
        if (!IsCalm && Chance.NextDouble() < Options.LossProbability)
            return;
        _ = DeliverGuardedAsync(from.Host, message);
    }

    /// <summary>Waits until a member that stands still should go on. Never for less than a millisecond, since no timer counts less.</summary>
    /// <param name="member">The member.</param>
    public Task GoingOnAsync(LedgerMember member) =>
        Time.DelayAsync(TimeSpan.FromMilliseconds(1 + Math.Max(0, (member.PausedUntil - Time.GetTimestamp()) / TimeSpan.TicksPerMillisecond)), CancellationToken.None);

    private async Task DeliverGuardedAsync(string from, RaftMessage message)
    {
        try
        {
            await DeliverAsync(from, message);
        }
        catch (RaftBrokenException broken)
        {
            Report(new TaskFault("ledger", new InvariantViolation("R5", broken.Message)));
        }
    }

    private async Task DeliverAsync(string from, RaftMessage message)
    {
        await Time.DelayAsync(TimeSpan.FromMilliseconds(1 + (IsCalm ? 0 : Options.CallDelay.TotalMilliseconds * Chance.NextDouble())), CancellationToken.None);
        // Who stands still finds it in its socket.
        while (_live.Find(member => member.Id == message.To) is { IsPaused: true } paused)
            await GoingOnAsync(paused);
        if (_live.Find(member => member.Id == message.To) is { } to && IsOpen(from, to.Host))
            to.Act(core => core.Step(message));
    }
}

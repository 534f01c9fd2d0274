using Holdfast.ApiServer.Security;
using Holdfast.Client;
using Holdfast.Model.Core;
using Holdfast.Platform;
using Holdfast.Platform.Simulation;
using Holdfast.Simulator.Checkers;
using Holdfast.Simulator.Faults;
using Holdfast.Simulator.Ledger;
using Holdfast.Simulator.Mutants;
using Holdfast.Simulator.Options;
using Holdfast.Simulator.Story;
using Holdfast.Simulator.Stewardship;
using Holdfast.Steward.Running;
using Holdfast.Store.Simulation;

namespace Holdfast.Simulator.World;

/// <summary>A whole cluster on one thread: the production store, API server, caches, controllers, scheduler and node agents, over simulated disks, machines and clocks.</summary>
internal sealed class SimulatedCluster : ILogSink
{
    private readonly SimulationOptions _options;
    private readonly SingleThreadScheduler _scheduler;
    private readonly SeededChance _chance;
    private readonly StoryTeller _story;
    private readonly Witness _witness;
    private readonly ComponentClock _serverClock;
    private readonly Dictionary<string, int> _writesToLive = new(StringComparer.Ordinal);

    public SimulatedCluster(SimulationOptions options, SingleThreadScheduler scheduler, SeededChance chance, StoryTeller story, SimulatedDisk disk)
    {
        (_options, _scheduler, _chance, _story) = (options, scheduler, chance, story);
        _serverClock = new ComponentClock(scheduler.Time);
        var disks = new VolumeDisks(story);
        Truth = new GroundTruth(options, new ProcessTable(scheduler.Time), disks, scheduler.Time);
        _witness = new Witness(Truth, Tally, !options.HasEvents, options.ListsThePast) { OnWritten = OnWritten };
        if (options.Steward is not null)
            Ledger = new LedgerSystem(options, scheduler, chance.Fork(), story, Truth) { Report = Report, IsNodeCut = IsCut, IsNodeUp = name => Node(name)?.HasAgent == true };
        if (Ledger is not null)
            Stewardship = new StewardWorld(Ledger, new StewardCuts(), new StewardWebhooks(scheduler.Time) { OnAllowed = Ledger.Truth.Past.NoteAllowed }, chance.Fork(), Tally);
        Server = new ServerProcess(new ServerParts(options, scheduler, _serverClock, chance.Fork(), disk, story, Tally, Report) { Webhooks = Stewardship?.Webhooks });
        Deeds = Ledger is null || options.Script is null ? null : new DeedRecorder(Truth, Ledger);
        var claims = new ClaimChecker(Truth);
        Referee = new Referee(Server, Truth, _witness,
            [new Narrator(Truth, story), new ProcessChecker(Truth), new OrderChecker(Truth), new IdentityChecker(Truth), claims, new BudgetChecker(Truth), .. StewardCheckers(story)]);
        Server.OnStarted = store =>
        {
            Referee.OnStarted(store);
            Truth.NoteUp();
        };
        Server.OnDown = Truth.NoteDown;
        Managers.Add(NewManager("controllers", disks));
        foreach (var (name, zone) in new[] { ("node-a", "a"), ("node-b", "b"), ("node-c", "c") })
        {
            var (link, clock) = (NewLink(name), new ComponentClock(scheduler.Time));
            var parts = new MachineParts(name, options, scheduler, chance.Fork(), Truth, story, claims, Ledger);
            Nodes.Add(new SimulatedNode(parts, zone, link, clock, process => Environment(process, link, UserInfo.Node(name), clock)));
        }
        if (options.HasRival)
            Managers.Add(NewManager("other controllers", disks));
        if (Stewardship is not null)
            Managers.AddRange(GroundTruth.Stewards.Take(options.Steward!.HasTwo ? 2 : 1).Select(name => NewSteward(name, Stewardship)));
    }

    private static UserInfo StewardsIdentity { get; } = UserInfo.ServiceAccount(StewardOptions.Namespace, "holdfast-steward");

    private static UserInfo ManagersIdentity { get; } = UserInfo.Component("kube-controller-manager");

    /// <summary>What is really so.</summary>
    public GroundTruth Truth { get; }

    /// <summary>Checks every step.</summary>
    public Referee Referee { get; }

    /// <summary>What was done to the quorum; null where nobody asks.</summary>
    public DeedRecorder? Deeds { get; }

    /// <summary>How many writes of the Steward have taken effect since they are counted.</summary>
    public int StewardWrites { get; private set; }

    /// <summary>Counts faults.</summary>
    public Tally Tally { get; } = new();

    /// <summary>Sees what is asked and answered.</summary>
    public Witness Witness => _witness;

    /// <summary>The server.</summary>
    public ServerProcess Server { get; }

    /// <summary>The processes with controllers: one, or two of which one leads.</summary>
    public List<ControllerManager> Managers { get; } = [];

    /// <summary>The nodes.</summary>
    public List<SimulatedNode> Nodes { get; } = [];

    /// <summary>The data system; null where no set is stewarded.</summary>
    public LedgerSystem? Ledger { get; }

    /// <summary>What Stewards work with; null where there are none.</summary>
    public StewardWorld? Stewardship { get; }

    /// <summary>Those of <see cref="Managers"/> that are Stewards.</summary>
    public IEnumerable<ControllerManager> Stewards => Managers.Where(manager => GroundTruth.Stewards.Contains(manager.Name));

    /// <summary>The clocks, with whose they are.</summary>
    public IReadOnlyList<(string Name, ComponentClock Clock)> Clocks =>
        [("the server", _serverClock), .. Managers.Select(manager => ($"the {manager.Name}", manager.Clock)), .. Nodes.Select(node => (node.Name, node.Clock))];

    /// <summary>The first loop that ended with an exception nobody expected; null while there is none.</summary>
    public TaskFault? Fault { get; private set; }

    /// <summary>Notes that a loop ended with an exception nobody expected.</summary>
    /// <param name="fault">The loop.</param>
    public void Report(TaskFault fault) => Fault ??= fault;

    /// <summary>Starts everything.</summary>
    public async Task StartAsync()
    {
        await Server.StartAsync();
        Managers.ForEach(manager => manager.Process.Restart());
        Nodes.ForEach(node => node.StartAgent());
        if (Ledger is not null)
            _ = WatchLedgerAsync(Ledger);
    }

    /// <summary>A client on which nothing is lost but by the server's own end.</summary>
    public KubernetesClient UserClient()
    {
        var link = new Link("user", _options with { CallDelay = TimeSpan.Zero, LossProbability = 0, RepeatProbability = 0, ConflictProbability = 0 }, _scheduler.Time, _chance.Fork(), Tally);
        var transport = new FaultyTransport(Server, UserInfo.Administrator, link, _witness);
        return new KubernetesClient(MutantEviction.Around(transport, _options.Mutant, _scheduler.Time), "kubectl");
    }

    /// <summary>Kills the controllers as soon as so many of their writes have taken effect, before the last one is answered.</summary>
    /// <param name="writes">How many.</param>
    public void KillControllersAfterWrites(int writes) => _writesToLive[""] = writes;

    /// <summary>The same for one of them alone.</summary>
    /// <param name="name">Which.</param>
    /// <param name="writes">How many.</param>
    public void KillAfterWrites(string name, int writes) => _writesToLive[name] = writes;

    /// <summary>Counts the Steward's writes from now on.</summary>
    /// <param name="last">After how many it is killed; null for never.</param>
    public void CountStewardWrites(int? last)
    {
        StewardWrites = 0;
        if (last is { } writes)
            KillAfterWrites(GroundTruth.Stewards[0], writes);
    }

    /// <summary>A pod has run for longer than it may: its node ends it, and it has failed.</summary>
    /// <param name="podUid">The pod's uid.</param>
    public async Task FailPodAsync(string podUid)
    {
        try
        {
            if (Truth.World.ByUid(podUid) is Pod { Metadata.DeletionTimestamp: null } pod)
                await UserClient().UpdateAsync(pod with { Spec = pod.Spec with { ActiveDeadlineSeconds = 1 } }, CancellationToken.None);
        }
        catch (ApiException error)
        {
            _story.Tell("fault", $"the pod cannot be failed: {error.Message}");
        }
    }

    /// <summary>Moves the controllers' clocks.</summary>
    /// <param name="by">How far.</param>
    public void JumpControllers(TimeSpan by) => Managers.ForEach(manager => manager.Clock.Jump(by));

    /// <summary>Ends all faults; clocks are set right.</summary>
    public void Calm()
    {
        _writesToLive.Clear();
        Ledger?.Calm();
        Stewardship?.Cuts.Calm();
        (Server.Disk.IsFull, Server.Disk.FailsNextSync, Server.Disk.Slowness) = (false, false, TimeSpan.Zero);
        foreach (var manager in Managers)
        {
            manager.Link.Calm();
            manager.Continue();
            if (!manager.Process.IsRunning)
                manager.Process.Restart();
        }
        foreach (var node in Nodes)
        {
            node.Link.Calm();
            node.KillAgentInTheMiddle(int.MaxValue);
            node.StartAgent();
        }
        foreach (var (_, clock) in Clocks)
            clock.Correct();
    }

    /// <inheritdoc/>
    public void Write(LogEntry entry)
    {
        if (entry.Severity >= LogSeverity.Warning)
            _story.Tell("log", $"{entry.Source}: {entry.Message}");
    }

    private ControllerManager NewManager(string name, VolumeDisks disks)
    {
        var (link, clock) = (NewLink(name), new ComponentClock(_scheduler.Time, _options.Mutant == Mutant.TrustsTheWallClock));
        return new(link, clock, new ControllerProcess(
            name, _options, process => Environment(process, link, ManagersIdentity, clock),
            environment => environment with { Transport = new FaultyTransport(Server, ManagersIdentity, link, _witness, isForCaches: true) },
            _scheduler, disks));
    }

    private ControllerManager NewSteward(string name, StewardWorld world)
    {
        var (link, clock) = (NewLink(name), new ComponentClock(_scheduler.Time));
        return new(link, clock, new StewardHost(
            name, _options, process => Environment(process, link, StewardsIdentity, clock),
            environment => environment with { Transport = new FaultyTransport(Server, StewardsIdentity, link, _witness, isForCaches: true) }, _scheduler, link, world));
    }

    private IEnumerable<Checker> StewardCheckers(StoryTeller story) => Ledger is null ? [] : [new StewardChecker(Truth, Ledger, story), new MembershipChecker(Truth, Ledger), new RoleChecker(Truth, Ledger), .. Deeds is null ? [] : (Checker[])[Deeds]];

    private SimulatedNode? Node(string name) => Nodes.Find(node => node.Name == name);

    private bool IsCut(string name) => Node(name)?.Link.IsCut == true;

    private async Task WatchLedgerAsync(LedgerSystem ledger)
    {
        try
        {
            await ledger.Truth.RunAsync();
        }
        catch (InvariantViolation found)
        {
            Report(new TaskFault("ledger", found));
        }
    }

    private bool IsLast(string who)
    {
        if (!_writesToLive.TryGetValue(who, out var left))
            return false;
        if (left > 1)
            _writesToLive[who] = left - 1;
        else
            _writesToLive.Remove(who);
        return left <= 1;
    }

    private Link NewLink(string name) => new(name, _options, _scheduler.Time, _chance.Fork(), Tally);

    private ClientEnvironment Environment(SimulatedProcess process, Link link, UserInfo identity, ComponentClock clock)
    {
        var runner = new SimulatedTaskRunner(process, Report);
        IApiTransport transport = new FaultyTransport(Server, identity, link, _witness);
        return new ClientEnvironment(MutantTransport.Around(transport, _options.Mutant, _scheduler.Time, runner), runner, clock, _chance.Fork(), this);
    }

    private void OnWritten(string who, ApiCall call)
    {
        StewardWrites += GroundTruth.Stewards.Contains(who) ? 1 : 0;
        if (Managers.Find(each => each.Name == who) is not { } manager || !(IsLast(who) | IsLast("")))
            return;
        _story.Tell("fault", $"the {who} are killed between two writes, after {call.Verb.ToString().ToLowerInvariant()} {call.Type.Plural} {(call.Name.Length > 0 ? call.Name : call.Body?.Metadata.Name)}");
        manager.Process.Kill();
        _scheduler.Main.Post(_ => manager.Process.Restart(), null);
    }
}

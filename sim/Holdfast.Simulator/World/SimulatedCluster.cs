using Holdfast.ApiServer;
using Holdfast.ApiServer.Security;
using Holdfast.Client;
using Holdfast.Platform;
using Holdfast.Platform.Simulation;
using Holdfast.Simulator.Checkers;
using Holdfast.Simulator.Faults;
using Holdfast.Simulator.Options;
using Holdfast.Simulator.Story;
using Holdfast.Store;
using Holdfast.Store.Simulation;

namespace Holdfast.Simulator.World;

/// <summary>A whole cluster on one thread: the production store, API server, caches, controllers and scheduler, and simulated nodes.</summary>
public sealed class SimulatedCluster : ILogSink
{
    private readonly SimulationOptions _options;
    private readonly SingleThreadScheduler _scheduler;
    private readonly SeededChance _chance;
    private readonly ApiServerCore _api;
    private readonly List<SimulatedNode> _nodes = [];

    private SimulatedCluster(SimulationOptions options, SingleThreadScheduler scheduler, SeededChance chance, StoryTeller story, ResourceStore store)
    {
        (_options, _scheduler, _chance, Story) = (options, scheduler, chance, story);
        _api = new ApiServerCore(store, scheduler.Time, chance.Fork());
        var processes = new ProcessTable(scheduler.Time);
        var disks = new VolumeDisks(story);
        Truth = new GroundTruth(store, processes, disks, scheduler.Time);
        var identity = new IdentityChecker(Truth);
        Referee = new Referee(store, Truth,
            [new Narrator(Truth, story), new ProcessChecker(Truth), new OrderChecker(Truth), identity, new ClaimChecker(Truth)]);
        Controllers = new ControllerProcess(options, process => Environment(process, UserInfo.Component("kube-controller-manager")), scheduler, disks);
        foreach (var (name, zone) in new[] { ("node-a", "a"), ("node-b", "b"), ("node-c", "c") })
        {
            var process = scheduler.CreateProcess(name);
            var parts = new NodeParts(name, options, Environment(process, UserInfo.Node(name)), chance.Fork(), processes, disks, story, identity.OnMount);
            var node = new SimulatedNode(parts, zone);
            parts.Environment.Runner.Start(name, node.RunAsync, CancellationToken.None);
            _nodes.Add(node);
        }
    }

    /// <summary>What is told.</summary>
    public StoryTeller Story { get; }

    /// <summary>What is really so.</summary>
    public GroundTruth Truth { get; }

    /// <summary>Checks every step.</summary>
    public Referee Referee { get; }

    /// <summary>The controllers' process.</summary>
    public ControllerProcess Controllers { get; }

    /// <summary>The first loop that ended with an exception nobody expected; null while there is none.</summary>
    public TaskFault? Fault { get; private set; }

    /// <summary>Opens a store on an empty disk and starts everything over it but the controllers.</summary>
    /// <param name="options">How the run is.</param>
    /// <param name="scheduler">Runs everything.</param>
    /// <param name="chance">Chooses.</param>
    /// <param name="story">What is told.</param>
    public static async Task<SimulatedCluster> StartAsync(
        SimulationOptions options, SingleThreadScheduler scheduler, SeededChance chance, StoryTeller story)
    {
        var disk = new SimulatedDisk(chance.NewUid());
        var journal = new SimulatedJournal(disk, chance.Fork(), scheduler.Time, new JournalFaults { MaxDelay = options.DiskDelay });
        TaskFault? early = null;
        var runner = new SimulatedTaskRunner(scheduler.CreateProcess("store"), fault => early ??= fault);
        var store = await ResourceStore.OpenAsync(journal, new StoreOptions(), scheduler.Time, runner, CancellationToken.None);
        var cluster = new SimulatedCluster(options, scheduler, chance, story, store) { Fault = early };
        await cluster._api.BootstrapAsync(0, CancellationToken.None);
        return cluster;
    }

    /// <summary>A client on which nothing is lost.</summary>
    public KubernetesClient UserClient() => new(_api.InProcess(UserInfo.Administrator), "kubectl");

    /// <summary>Makes the processes of a pod fail, wherever they run.</summary>
    /// <param name="podUid">The pod's uid.</param>
    public void FailPod(string podUid) => _nodes.ForEach(node => node.Fail(podUid));

    /// <inheritdoc/>
    public void Write(LogEntry entry)
    {
        if (entry.Severity >= LogSeverity.Warning)
            Story.Tell("log", $"{entry.Source}: {entry.Message}");
    }

    private ClientEnvironment Environment(SimulatedProcess process, UserInfo identity)
    {
        var transport = new FaultyTransport(_api.InProcess(identity), _options, _scheduler.Time, _chance.Fork(), Note);
        return new ClientEnvironment(transport, new SimulatedTaskRunner(process, fault => Fault ??= fault), _scheduler.Time, _chance.Fork(), this);
    }

    private void Note(ApiCall call)
    {
        if (call is { Verb: ApiVerb.Delete, Type.Plural: "pods", Component: "statefulset-controller", DeleteOptions.Preconditions.Uid: { } uid })
            Truth.NoteControllerDeletion(uid);
    }
}

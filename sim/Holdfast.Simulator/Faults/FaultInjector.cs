using Holdfast.Platform;
using Holdfast.Simulator.Options;
using Holdfast.Simulator.Story;
using Holdfast.Simulator.World;

namespace Holdfast.Simulator.Faults;

/// <summary>Does what may go wrong, at moments that the seed draws, until it is told to stop; then everything is as whole as it was.</summary>
/// <param name="cluster">What it does it to.</param>
/// <param name="options">Which faults there are and how often.</param>
/// <param name="time">The simulated time.</param>
/// <param name="chance">Chooses.</param>
/// <param name="story">What is told.</param>
internal sealed class FaultInjector(SimulatedCluster cluster, SimulationOptions options, TimeProvider time, IChance chance, StoryTeller story)
{
    private static readonly string[] Watched = ["pods", "pods", "pods", "statefulsets", "statefulsets", "statefulsets", "persistentvolumeclaims", "controllerrevisions", "poddisruptionbudgets", "nodes", "leases", "persistentvolumes"];

    private readonly List<Task> _lasting = [];
    private bool _isOver;

    /// <summary>Injects until <see cref="StopAsync"/>.</summary>
    public async Task RunAsync()
    {
        foreach (var node in cluster.Nodes)
            node.OnKilled = () => Last(ReviveAsync(node));
        foreach (var manager in cluster.Managers.Where(_ => options.ListsThePast))
            manager.Link.ListsThePast = chance.Next(2) == 0;
        if (options.Faults.Contains(FaultKind.ClockDrift))
            SkewClocks();
        while (!_isOver && options.Faults.Count > 0)
        {
            await PassAsync(options.FaultPause);
            if (!_isOver)
                Inject(options.Faults[chance.Next(options.Faults.Count)]);
        }
    }

    /// <summary>Ends all faults and waits until what they took away is back.</summary>
    public async Task StopAsync()
    {
        _isOver = true;
        // What lasts may lead to more that does.
        for (var index = 0; index < _lasting.Count; index++)
            await _lasting[index];
        cluster.Calm();
    }

    private void Inject(FaultKind kind)
    {
        cluster.Tally.Add(kind.ToString());
        switch (kind)
        {
            case FaultKind.ControllerKill:
                Last(KillControllersAsync(AnyManager()));
                break;
            case FaultKind.ControllerKillBetweenWrites:
                cluster.KillControllersAfterWrites(1 + chance.Next(6));
                break;
            case FaultKind.WatchExpired:
                Drop(AnyManager());
                break;
            case FaultKind.ServerCrash:
                Last(CrashAsync(null));
                break;
            case FaultKind.DiskFull:
                story.Tell("fault", "the disk is full");
                cluster.Server.Disk.IsFull = true;
                break;
            case FaultKind.FailedSync:
                story.Tell("fault", "the next sync fails");
                cluster.Server.Disk.FailsNextSync = true;
                break;
            case FaultKind.DamagedLog:
                Last(DamageAsync());
                break;
            case FaultKind.SlowDisk:
                Last(SlowDiskAsync());
                break;
            case FaultKind.ClockJump:
                JumpClock();
                break;
            case FaultKind.ClockDrift:
                DriftClock();
                break;
            case FaultKind.ControllerPause:
                Last(PauseAsync(AnyManager()));
                break;
            default:
                InjectIntoNodes(kind);
                break;
        }
    }

    private void InjectIntoNodes(FaultKind kind)
    {
        var node = cluster.Nodes[chance.Next(cluster.Nodes.Count)];
        switch (kind)
        {
            case FaultKind.StaleCache:
                Last(FreezeAsync(AnyManager(), Watched[chance.Next(Watched.Length)]));
                break;
            case FaultKind.PastList:
                var manager = AnyManager();
                manager.Link.ListsThePast ^= true;
                Drop(manager);
                break;
            case FaultKind.Overload:
                Last(OverloadAsync());
                break;
            case FaultKind.NodeCutOff:
                Last(CutOffAsync(node));
                break;
            case FaultKind.AgentKill:
                story.Tell("fault", $"the agent of {node.Name} is killed");
                node.KillAgent();
                Last(ReviveAsync(node));
                break;
            case FaultKind.AgentKillInTheMiddle:
                node.KillAgentInTheMiddle(chance.Next(3));
                break;
            case FaultKind.NodeKill:
                story.Tell("fault", $"{node.Name} dies with all its processes");
                node.KillAgent();
                node.Machine.Kill();
                Last(ReviveAsync(node));
                break;
            case FaultKind.ContainerFailure:
                FailOne((machine, uid) => machine.Fail(uid, 1));
                break;
            case FaultKind.PodFailure:
                FailOne((_, uid) => Last(cluster.FailPodAsync(uid)));
                break;
        }
    }

    private void Last(Task fault) => _lasting.Add(GuardAsync(fault));

    /// <summary>What must not be is told at once, and not when the fault would have ended.</summary>
    private async Task GuardAsync(Task fault)
    {
        try
        {
            await fault;
        }
        catch (Exception found)
        {
            cluster.Report(new TaskFault("fault", found));
        }
    }

    private ControllerManager AnyManager() => cluster.Managers.Count == 1 ? cluster.Managers[0] : cluster.Managers[chance.Next(cluster.Managers.Count)];

    private void Drop(ControllerManager manager)
    {
        var plural = Watched[chance.Next(Watched.Length)];
        story.Tell("fault", $"the watch of {plural} is answered 410");
        manager.Link.Drop(plural);
    }

    private void FailOne(Action<Machine, string> fail)
    {
        var live = cluster.Truth.Processes.Live;
        if (live.Count == 0)
            return;
        var process = live[chance.Next(live.Count)];
        story.Tell("fault", $"{process.PodName} fails on {process.NodeName}");
        fail(cluster.Nodes.First(node => node.Name == process.NodeName).Machine, process.PodUid);
    }

    /// <summary>Most start again at once, as under a supervisor; some take their time.</summary>
    private async Task KillControllersAsync(ControllerManager manager)
    {
        var away = chance.Next(3) == 0 ? TimeSpan.FromSeconds(20) * chance.NextDouble() : TimeSpan.Zero;
        story.Tell("fault", $"the {manager.Name} are killed and started again{(away > TimeSpan.Zero ? $" {away.TotalSeconds:0} s later" : "")}");
        manager.Process.Kill();
        await time.DelayAsync(away, CancellationToken.None);
        if (!manager.Process.IsRunning)
            manager.Process.Restart();
    }

    private async Task PauseAsync(ControllerManager manager)
    {
        story.Tell("fault", $"the {manager.Name} stand still");
        manager.Pause();
        await PassAsync(SimulationOptions.LongestStandstill);
        manager.Continue();
        story.Tell("fault", $"the {manager.Name} go on");
    }

    private async Task SlowDiskAsync()
    {
        story.Tell("fault", "the disk is slow");
        cluster.Server.Disk.Slowness = SimulationOptions.SlowestAppend;
        await PassAsync(TimeSpan.FromSeconds(10));
        cluster.Server.Disk.Slowness = TimeSpan.Zero;
    }

    private async Task FreezeAsync(ControllerManager manager, string plural)
    {
        story.Tell("fault", $"the {manager.Name} see no more {plural} for a while");
        manager.Link.Freeze(plural);
        await PassAsync(options.LongestFreeze);
        manager.Link.Thaw(plural);
        story.Tell("fault", $"the {manager.Name} see {plural} again");
    }

    private async Task OverloadAsync()
    {
        story.Tell("fault", "the server is overloaded");
        cluster.Managers.ForEach(manager => manager.Link.IsOverloaded = true);
        cluster.Nodes.ForEach(node => node.Link.IsOverloaded = true);
        await PassAsync(TimeSpan.FromSeconds(15));
        cluster.Managers.ForEach(manager => manager.Link.IsOverloaded = false);
        cluster.Nodes.ForEach(node => node.Link.IsOverloaded = false);
    }

    private async Task CutOffAsync(SimulatedNode node)
    {
        var cut = chance.Next(3) == 0 ? Cut.Answers : Cut.Requests;
        story.Tell("fault", $"{node.Name} is cut off{(cut == Cut.Answers ? " in one direction" : "")}");
        node.Link.Break(cut);
        await PassAsync(TimeSpan.FromSeconds(chance.Next(2) == 0 ? 20 : 120));
        node.Link.Heal();
        story.Tell("fault", $"{node.Name} can be reached again");
    }

    private async Task ReviveAsync(SimulatedNode node)
    {
        await PassAsync(TimeSpan.FromSeconds(chance.Next(3) == 0 ? 60 : 15));
        if (node.HasAgent)
            return;
        story.Tell("fault", $"the agent of {node.Name} is back");
        node.StartAgent();
    }

    private async Task CrashAsync(Holdfast.Store.Simulation.SimulatedDisk? backup)
    {
        if (!cluster.Server.IsUp)
            return;
        cluster.Server.Crash("crashes");
        await PassAsync(TimeSpan.FromSeconds(5));
        if (cluster.Server.IsUp)
            return;
        story.Tell("server", "starts again");
        await cluster.Server.StartAsync(backup);
    }

    private async Task DamageAsync()
    {
        if (!cluster.Server.IsUp)
            return;
        cluster.Server.Crash("crashes");
        var backup = cluster.Server.Disk.Copy();
        story.Tell("fault", cluster.Server.Disk.Damage(chance));
        await PassAsync(TimeSpan.FromSeconds(5));
        await cluster.Server.StartAsync(backup);
    }

    private void SkewClocks()
    {
        foreach (var (_, clock) in cluster.Clocks)
        {
            clock.Jump(TimeSpan.FromSeconds(chance.Next(60) - 30));
            clock.Drift(AnyRate());
        }
    }

    private void DriftClock()
    {
        var clocks = cluster.Clocks;
        var (name, clock) = clocks[chance.Next(clocks.Count)];
        var rate = AnyRate();
        story.Tell("fault", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"the clock of {name} goes {rate:0.000} times as fast"));
        clock.Drift(rate);
    }

    // Far more than a bad oscillator does, so that it shows within minutes.
    private double AnyRate() => 1 + ((chance.NextDouble() - 0.5) * 2 * SimulationOptions.WorstDrift);

    private void JumpClock()
    {
        var clocks = cluster.Clocks;
        var (name, clock) = clocks[chance.Next(clocks.Count)];
        var by = TimeSpan.FromSeconds(chance.Next(2) == 0 ? chance.Next(20) - 10 : chance.Next(1_200) - 600);
        story.Tell("fault", $"the clock of {name} jumps by {by.TotalSeconds:0} s");
        clock.Jump(by);
    }

    private Task PassAsync(TimeSpan longest) => time.DelayAsync(longest * chance.NextDouble(), CancellationToken.None);
}

using Holdfast.Client;
using Holdfast.Node;
using Holdfast.Node.Events;
using Holdfast.Platform;
using Holdfast.Platform.Simulation;
using Holdfast.Simulator.Faults;

namespace Holdfast.Simulator.World;

/// <summary>A machine with the node agent on it: the agent is the production one, and it can die without the machine.</summary>
#pragma warning disable CA1001 // A machine has nothing to let go of.
internal sealed class SimulatedNode
#pragma warning restore CA1001
{
    private readonly Func<SimulatedProcess, ClientEnvironment> _environmentOf;
    private readonly MachineRuntime _runtime;
    private readonly string _zone;
    private SimulatedProcess? _agent;
    private int _callsToLive = int.MaxValue;

    public SimulatedNode(MachineParts parts, string zone, Link link, ComponentClock clock, Func<SimulatedProcess, ClientEnvironment> environmentOf)
    {
        (_zone, Link, Clock, _environmentOf) = (zone, link, clock, environmentOf);
        Machine = new Machine(parts);
        _runtime = new MachineRuntime(Machine, OnRuntimeCall);
    }

    public string Name => Machine.Parts.NodeName;

    public Machine Machine { get; }

    public Link Link { get; }

    public ComponentClock Clock { get; }

    public bool HasAgent => _agent is { IsKilled: false };

    /// <summary>Starts the agent, which registers and takes over what runs; tried again until it succeeds.</summary>
    public void StartAgent()
    {
        if (HasAgent)
            return;
        _callsToLive = int.MaxValue;
        _runtime.AgentUpSince = Machine.Time.GetTimestamp();
        _agent = Machine.Parts.Scheduler.CreateProcess($"agent {Name}");
        var environment = _environmentOf(_agent);
        _ = environment.Runner.Start($"agent {Name}", stop => RunAsync(environment, stop), CancellationToken.None);
    }

    /// <summary>Kills the agent; what runs goes on.</summary>
    public void KillAgent() => _agent?.Kill();

    /// <summary>Told when the agent was killed in the middle of something.</summary>
    public Action? OnKilled { get; set; }

    /// <summary>Kills the agent in the middle of one of its next starts or terminations.</summary>
    /// <param name="calls">How many of them it survives.</param>
    public void KillAgentInTheMiddle(int calls) => _callsToLive = calls;

    private void OnRuntimeCall(string what)
    {
        if (_callsToLive-- > 0)
            return;
        _callsToLive = int.MaxValue;
        Machine.Parts.Story.Tell("fault", $"the agent of {Name} is killed in the middle of a {what}");
        KillAgent();
        // Not from within the agent, with which everything ends that began there.
        Machine.Parts.Scheduler.Main.Post(_ => OnKilled?.Invoke(), null);
    }

    private async Task RunAsync(ClientEnvironment environment, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                await new NodeAgent(Options(), environment).StartAsync(stop);
                return;
            }
            catch (ApiException)
            {
                await environment.Time.DelayAsync(TimeSpan.FromSeconds(1), stop);
            }
        }
    }

    private NodeAgentOptions Options() => new()
    {
        Name = Name,
        Zone = _zone,
        DataFolder = "/cluster",
        Runtime = _runtime,
        Network = Machine,
        VolumeFiles = new WitnessedFolders(Machine.Prepare),
        Events = new NoEvents(),
        LeaseInterval = TimeSpan.FromSeconds(6),
        StatusInterval = TimeSpan.FromSeconds(20),
    };
}

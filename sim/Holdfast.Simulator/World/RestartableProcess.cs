using Holdfast.Client;
using Holdfast.Client.Reflectors;
using Holdfast.Platform.Simulation;

namespace Holdfast.Simulator.World;

/// <summary>A process over the API that can be killed between any two awaits and started again, with empty caches.</summary>
/// <param name="name">Its name.</param>
/// <param name="environmentOf">The way to the API server for a process.</param>
/// <param name="scheduler">Runs everything.</param>
internal abstract class RestartableProcess(string name, Func<SimulatedProcess, ClientEnvironment> environmentOf, SingleThreadScheduler scheduler)
{
    private SimulatedProcess? _process;

    /// <summary>Reflectors come back soon, so that how old what a process acts on may be stays known.</summary>
    protected static ReflectorOptions Impatient { get; } = new() { Backoff = new Backoff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(2)) };

    /// <summary>Its name.</summary>
    protected string Name => name;

    /// <summary>Runs everything.</summary>
    protected SingleThreadScheduler Scheduler => scheduler;

    /// <summary>How often it was started.</summary>
    protected int Starts { get; private set; }

    /// <summary>Whether it runs.</summary>
    public bool IsRunning => _process is { IsKilled: false };

    /// <summary>Ends it at once.</summary>
    public void Kill() => _process?.Kill();

    /// <summary>Starts it, after killing the one that runs.</summary>
    public void Restart()
    {
        Kill();
        var process = _process = scheduler.CreateProcess($"{name} {++Starts}");
        var environment = environmentOf(process);
        environment.Runner.Start("host", stop => RunAsync(environment, process, stop), CancellationToken.None);
    }

    /// <summary>What it does.</summary>
    /// <param name="environment">Its world.</param>
    /// <param name="process">Itself.</param>
    /// <param name="stop">Asks it to stop.</param>
    protected abstract Task RunAsync(ClientEnvironment environment, SimulatedProcess process, CancellationToken stop);
}

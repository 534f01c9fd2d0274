using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Controllers.Runtime;
using Holdfast.Controllers.Scheduling;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Controllers.Volumes;
using Holdfast.Platform.Simulation;
using Holdfast.Simulator.Faults;
using Holdfast.Simulator.Options;

namespace Holdfast.Simulator.World;

/// <summary>The process with the controllers and the scheduler: it can be killed between any two awaits and started again, with empty caches.</summary>
/// <param name="options">How the run is.</param>
/// <param name="environmentOf">The way to the API server for a process.</param>
/// <param name="scheduler">Runs everything.</param>
/// <param name="disks">Removes the data of volumes.</param>
public sealed class ControllerProcess(
    SimulationOptions options, Func<SimulatedProcess, ClientEnvironment> environmentOf, SingleThreadScheduler scheduler, VolumeDisks disks)
{
    private SimulatedProcess? _process;

    /// <summary>How often it was started.</summary>
    public int Starts { get; private set; }

    /// <summary>Starts it, after killing the one that runs.</summary>
    public void Restart()
    {
        _process?.Kill();
        Starts++;
        _process = scheduler.CreateProcess($"controllers {Starts}");
        var environment = environmentOf(_process);
        environment.Runner.Start("controller host", stop => RunAsync(environment, stop), CancellationToken.None);
    }

    private Task RunAsync(ClientEnvironment environment, CancellationToken stop)
    {
        var context = new ControllerContext(environment, new SharedCaches(environment), new ControllerOptions { Workers = 2 });
        var host = new ControllerHost(context);
        StatefulSetReconciler.AddTo(host, context, MutantPlanners.Of(options.Mutant));
        VolumeReconcilers.AddTo(host, context, "/volumes", disks);
        SchedulerReconciler.AddTo(host, context);
        return host.RunAsync(stop);
    }
}

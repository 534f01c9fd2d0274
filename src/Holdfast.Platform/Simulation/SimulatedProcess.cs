namespace Holdfast.Platform.Simulation;

/// <summary>
/// A process inside the simulation: everything that runs under it posts its continuations back to it. Killing it
/// drops what it still had to run, between any two awaits, as SIGKILL would.
/// </summary>
public sealed class SimulatedProcess
{
    private readonly SingleThreadScheduler _scheduler;

    internal SimulatedProcess(SingleThreadScheduler scheduler, string name)
    {
        _scheduler = scheduler;
        Name = name;
    }

    /// <summary>The name it was created with.</summary>
    public string Name { get; }

    /// <summary>Whether it was killed; nothing of it runs again.</summary>
    public bool IsKilled { get; private set; }

    /// <summary>Ends the process at once: no continuation, timer or finally block of it runs any more.</summary>
    public void Kill() => IsKilled = true;

    /// <summary>Queues a callback to run under this process.</summary>
    /// <param name="callback">What to run.</param>
    /// <param name="state">Passed to it.</param>
    public void Post(SendOrPostCallback callback, object? state) => _scheduler.Enqueue(this, callback, state);
}

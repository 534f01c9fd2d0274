namespace Holdfast.Platform.Simulation;

/// <summary>Runs background loops on the scheduler's one thread, under a process of the simulation.</summary>
/// <param name="process">The process whose loops these are; they end with it.</param>
/// <param name="onUnhandledFault">Told of each loop that ended with an unexpected exception.</param>
public sealed class SimulatedTaskRunner(SimulatedProcess process, Action<TaskFault> onUnhandledFault) : ITaskRunner
{
    /// <inheritdoc/>
    public Task Start(string name, Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(work);
        var ended = new TaskCompletionSource();
        process.Post(state => _ = RunIntoAsync(ended, name, work, cancellationToken), null);
        return ended.Task;
    }

    private async Task RunIntoAsync(
        TaskCompletionSource ended, string name, Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await FaultReporting.RunAsync(name, work, onUnhandledFault, cancellationToken);
            ended.SetResult();
        }
        catch (Exception exception)
        {
            ended.SetException(exception);
        }
    }
}

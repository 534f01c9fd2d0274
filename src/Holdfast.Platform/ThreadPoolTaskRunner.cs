namespace Holdfast.Platform;

/// <summary>Runs background loops on the thread pool. A fault is always handed to somebody, never lost.</summary>
/// <param name="onUnhandledFault">
/// Told of each loop that ended with an unexpected exception, on the loop's own thread; a host logs it and stops.
/// </param>
public sealed class ThreadPoolTaskRunner(Action<TaskFault> onUnhandledFault) : ITaskRunner
{
    /// <inheritdoc/>
    public Task Start(string name, Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(work);
        return Task.Run(
            () => FaultReporting.RunAsync(name, work, onUnhandledFault, cancellationToken),
            CancellationToken.None);
    }
}

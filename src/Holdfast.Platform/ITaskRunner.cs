namespace Holdfast.Platform;

/// <summary>
/// Starts background loops. Production runs them on the thread pool; the simulator runs all of them on its one
/// thread, in an order drawn from the seed.
/// </summary>
public interface ITaskRunner
{
    /// <summary>Starts a piece of background work; returns at once, before the work has run.</summary>
    /// <param name="name">What the work is, for fault reports: "store writer".</param>
    /// <param name="work">The work; it is to end soon after its token is cancelled.</param>
    /// <param name="cancellationToken">Asks the work to stop.</param>
    /// <returns>
    /// Ends when the work ends. A cancellation that was asked for is an orderly end; any other exception is reported
    /// as a fault and also fails this task.
    /// </returns>
    Task Start(string name, Func<CancellationToken, Task> work, CancellationToken cancellationToken);
}

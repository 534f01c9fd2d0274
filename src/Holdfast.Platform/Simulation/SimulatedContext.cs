namespace Holdfast.Platform.Simulation;

/// <summary>
/// The context of one step of a process. Each step has a context of its own: an await that began in an earlier step
/// then finds another one in place, and posts its continuation instead of running it inside whatever completed it.
/// </summary>
internal sealed class SimulatedContext(SimulatedProcess process) : SynchronizationContext
{
    public SimulatedProcess Process => process;

    public override void Post(SendOrPostCallback d, object? state) => process.Post(d, state);

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException(
        $"process {process.Name}: a blocking call would stop the one simulated thread; await instead");

    public override SynchronizationContext CreateCopy() => this;
}

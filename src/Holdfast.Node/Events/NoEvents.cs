using Holdfast.Client.Events;

namespace Holdfast.Node.Events;

/// <summary>Tells nobody: for measurements, and runtimes that run nothing.</summary>
public sealed class NoEvents : IEventRecorder
{
    /// <inheritdoc/>
    public void Record(EventNote note)
    {
    }
}

using Holdfast.Client;

namespace Holdfast.Controllers.Runtime;

/// <summary>How a controller runs.</summary>
public sealed record ControllerOptions
{
    /// <summary>How many keys run at once; 1 in the simulator.</summary>
    public int Workers { get; init; } = 4;

    /// <summary>How long a key waits after failures.</summary>
    public Backoff Backoff { get; init; } = new(TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(2));

    /// <summary>
    /// How long one run may take, waiting for the caches included, before it is cancelled and counts as failed: a call that never ends would hold
    /// its key and its worker for ever.
    /// </summary>
    public TimeSpan RunLimit { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long running reconciles may go on after a stop was asked for, before they are cancelled.</summary>
    public TimeSpan DrainLimit { get; init; } = TimeSpan.FromSeconds(20);
}

using Holdfast.Platform;
using Holdfast.Platform.Metrics;

namespace Holdfast.Client;

/// <summary>What everything that lives over a cluster's API needs from the world, in one place.</summary>
/// <param name="Transport">How the API server is reached.</param>
/// <param name="Runner">Starts background loops.</param>
/// <param name="Time">The clock.</param>
/// <param name="Chance">Jitter and names.</param>
/// <param name="Log">Where failures that are tried again are told.</param>
public sealed record ClientEnvironment(IApiTransport Transport, ITaskRunner Runner, TimeProvider Time, IChance Chance, ILogSink Log)
{
    /// <summary>Where figures are counted.</summary>
    public MetricRegistry Metrics { get; init; } = new();
}

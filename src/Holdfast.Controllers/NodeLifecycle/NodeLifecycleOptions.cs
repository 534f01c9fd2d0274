namespace Holdfast.Controllers.NodeLifecycle;

/// <summary>How long nodes may be silent.</summary>
public sealed record NodeLifecycleOptions
{
    /// <summary>How long a node may give no sign of life before its state counts as unknown.</summary>
    public TimeSpan MonitorGracePeriod { get; init; } = TimeSpan.FromSeconds(40);

    /// <summary>How long a node that has never posted its status may take to.</summary>
    public TimeSpan StartupGracePeriod { get; init; } = TimeSpan.FromSeconds(60);
}

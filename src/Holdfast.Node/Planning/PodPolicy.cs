namespace Holdfast.Node.Planning;

/// <summary>How long the agent waits before it tries again; the defaults follow the kubelet where images are not concerned.</summary>
public sealed record PodPolicy
{
    /// <summary>The defaults.</summary>
    public static PodPolicy Default { get; } = new();

    /// <summary>How long the second restart of a container waits; the first one does not.</summary>
    public TimeSpan CrashInitial { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a restart waits at most.</summary>
    public TimeSpan CrashMax { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>A container that ran so long is restarted at once again.</summary>
    public TimeSpan CrashReset { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long the first retry of a failed start (image, configuration, volume, sandbox) waits. Looking up a local image costs nothing, so this is short.</summary>
    public TimeSpan RetryInitial { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long such a retry waits at most.</summary>
    public TimeSpan RetryMax { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How often ConfigMaps, Secrets and tokens in volumes are looked at again.</summary>
    public TimeSpan VolumeRefresh { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether probes are run; when not, every container that runs has started and is ready.</summary>
    public bool RunsProbes { get; init; } = true;

    /// <summary>What a container gets to end in when its pod does not say, or is not known any more.</summary>
    public TimeSpan DefaultGrace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The wait after a number of failures of a start: doubling, bounded.</summary>
    /// <param name="failures">Failures in a row; at least 1.</param>
    public TimeSpan RetryDelay(int failures) =>
        TimeSpan.FromTicks((long)Math.Min(RetryInitial.Ticks * Math.Pow(2, Math.Min(failures - 1, 40)), RetryMax.Ticks));
}

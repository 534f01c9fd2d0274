namespace Holdfast.Node.Probes;

/// <summary>What a container needs a probe for.</summary>
public enum ProbePurpose
{
    /// <summary>To know that it has started.</summary>
    Startup,

    /// <summary>To know that it is ready to serve.</summary>
    Readiness,

    /// <summary>To know that it still works.</summary>
    Liveness,
}

/// <summary>What the probes of one attempt of a container have found.</summary>
public sealed record ProbeVerdicts
{
    /// <summary>Nothing yet.</summary>
    public static ProbeVerdicts Empty { get; } = new();

    /// <summary>Whether the startup probe has passed.</summary>
    public bool HasStarted { get; init; }

    /// <summary>Whether the startup probe failed as often as it may.</summary>
    public bool HasFailedStartup { get; init; }

    /// <summary>Whether the readiness probe passes.</summary>
    public bool IsReady { get; init; }

    /// <summary>Whether the liveness probe failed as often as it may.</summary>
    public bool HasFailedLiveness { get; init; }

    /// <summary>The verdicts after one probe's verdict.</summary>
    /// <param name="purpose">Which probe.</param>
    /// <param name="passes">What it says.</param>
    public ProbeVerdicts With(ProbePurpose purpose, bool passes) => purpose switch
    {
        ProbePurpose.Startup => this with { HasStarted = HasStarted || passes, HasFailedStartup = !HasStarted && !passes },
        ProbePurpose.Readiness => this with { IsReady = passes },
        _ => this with { HasFailedLiveness = !passes },
    };
}

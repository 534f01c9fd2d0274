namespace Holdfast.Node.Probes;

/// <summary>How one probe ended.</summary>
/// <param name="Passed">Whether it passed.</param>
/// <param name="Message">What was found, for the event.</param>
public sealed record ProbeResult(bool Passed, string Message);

/// <summary>
/// The results of one probe so far, and what follows from them: pure. A verdict is reached by so many equal results in a row.
/// </summary>
/// <param name="Purpose">What the probe is for.</param>
/// <param name="SuccessThreshold">Results in a row that make it pass; at least 1.</param>
/// <param name="FailureThreshold">Results in a row that make it fail; at least 1.</param>
public sealed record ProbeState(ProbePurpose Purpose, int SuccessThreshold, int FailureThreshold)
{
    /// <summary>The newest verdict; null before the first.</summary>
    public bool? Verdict { get; init; }

    /// <summary>Whether the newest result was a pass.</summary>
    public bool LastPassed { get; init; }

    /// <summary>How many results in a row were like the newest.</summary>
    public int Run { get; init; }

    /// <summary>The state of a probe that has not run.</summary>
    /// <param name="purpose">What it is for.</param>
    /// <param name="probe">As the container's spec has it.</param>
    public static ProbeState Of(ProbePurpose purpose, Core.Probe probe)
    {
        ArgumentNullException.ThrowIfNull(probe);
        // Startup and liveness probes pass at their first success; the API allows them no other threshold.
        var successes = purpose == ProbePurpose.Readiness ? Math.Max(1, probe.SuccessThreshold) : 1;
        return new(purpose, successes, probe.FailureThreshold > 0 ? probe.FailureThreshold : 3);
    }

    /// <summary>The state after one more result.</summary>
    /// <param name="passed">The result.</param>
    public ProbeState After(bool passed)
    {
        var run = Run > 0 && LastPassed == passed ? Run + 1 : 1;
        var threshold = passed ? SuccessThreshold : FailureThreshold;
        return this with { LastPassed = passed, Run = Math.Min(run, threshold), Verdict = run >= threshold ? passed : Verdict };
    }
}

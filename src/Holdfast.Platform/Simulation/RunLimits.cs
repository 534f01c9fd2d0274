namespace Holdfast.Platform.Simulation;

/// <summary>How far a simulated run may go before it is called stuck.</summary>
/// <param name="MaxSteps">Work items that may run.</param>
/// <param name="MaxTime">Simulated time that may pass.</param>
public sealed record RunLimits(long MaxSteps, TimeSpan MaxTime)
{
    /// <summary>A million steps and a simulated day.</summary>
    public static RunLimits Default { get; } = new(1_000_000, TimeSpan.FromDays(1));
}

/// <summary>Why a simulated run stopped.</summary>
public enum RunOutcome
{
    /// <summary>The condition holds.</summary>
    ConditionMet,

    /// <summary>Nothing is ready and no timer is set: the condition can never come to hold.</summary>
    Idle,

    /// <summary>The limit of steps was reached.</summary>
    StepLimit,

    /// <summary>The next timer lies beyond the limit of simulated time.</summary>
    TimeLimit,
}

/// <summary>A simulated run broke its rules or did not get where it had to.</summary>
/// <param name="message">What happened, at which step and time.</param>
public sealed class SimulationException(string message) : Exception(message);

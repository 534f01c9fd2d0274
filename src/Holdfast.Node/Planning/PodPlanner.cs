namespace Holdfast.Node.Planning;

/// <summary>
/// Decides what to do for a pod: a pure function. What has to come first is planned alone and carried out before it is asked
/// again, so a plan never builds on something that has not happened.
/// </summary>
/// <remarks>
/// It guarantees that a pod that ends starts nothing (S1), that its object goes only after all of its containers have ended and
/// its sandbox and volumes are let go of (S2), and that the phase never goes back (S3).
/// </remarks>
public static class PodPlanner
{
    /// <summary>The plan for a pod.</summary>
    /// <param name="observation">What is known.</param>
    public static PodPlan Plan(PodObservation observation)
    {
        ArgumentNullException.ThrowIfNull(observation);
        var termination = PodTermination.Of(observation);
        var isEnded = termination is not null || PodVerdict.Of(observation) is not null;
        var effects = isEnded ? EndingPlan.Effects(observation, termination) : StartingPlan.Effects(observation);
        return new PodPlan(effects, PodStatusBuilder.Build(observation, isEnded), WakeAt(observation, isEnded))
        {
            IsEnding = isEnded,
            IsOver = isEnded && termination is not { DeletesObject: true } && EndingPlan.IsReleased(observation),
        };
    }

    private static DateTimeOffset? WakeAt(PodObservation observation, bool isEnded)
    {
        if (isEnded)
            return null;
        var state = observation.State;
        IEnumerable<DateTimeOffset?> moments =
        [
            PodVerdict.DeadlineOf(observation), state.SandboxFailure?.RetryAt, state.Volumes.Failure?.RetryAt, state.Volumes.RefreshAt,
            .. state.Containers.Values.SelectMany(history => new[] { history.Failure?.RetryAt, history.RestartAt }),
        ];
        return moments.Where(moment => moment > observation.Now).Min();
    }
}

namespace Holdfast.Node.Planning;

/// <summary>That and why a pod is to end.</summary>
/// <param name="Grace">How long its containers get in all.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="DeletesObject">Whether the pod's object is removed afterwards.</param>
public sealed record PodTermination(TimeSpan Grace, string Reason, bool DeletesObject)
{
    private static readonly TimeSpan LeastGrace = TimeSpan.FromSeconds(1);

    /// <summary>Why a pod is to end, or null when it is not.</summary>
    /// <param name="observation">What is known.</param>
    public static PodTermination? Of(PodObservation observation)
    {
        ArgumentNullException.ThrowIfNull(observation);
        var (pod, grace) = (observation.Pod, SpecGrace(observation));
        var asked = pod.Metadata.DeletionGracePeriodSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : grace;
        if (observation.IsGone)
            return new(asked > LeastGrace ? asked : LeastGrace, "its object is gone from the API", DeletesObject: false);
        if (pod.Metadata.DeletionTimestamp is not null)
            return new(asked, "it is being deleted", DeletesObject: true);
        if (observation.IsAgentStopping)
            return new(grace, "its node stops", DeletesObject: false);
        if (PodVerdict.Of(observation) is { Reason.Length: > 0 } verdict)
            return new(grace, verdict.Message, DeletesObject: false);
        return null;
    }

    /// <summary>The grace period of the pod's spec.</summary>
    /// <param name="observation">What is known.</param>
    public static TimeSpan SpecGrace(PodObservation observation) =>
        observation.Pod.Spec.TerminationGracePeriodSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : observation.Policy.DefaultGrace;
}

using System.Globalization;

namespace Holdfast.Node.Planning;

/// <summary>How a pod has ended, for good.</summary>
/// <param name="Phase"><c>Succeeded</c> or <c>Failed</c>.</param>
/// <param name="Reason">Word for the status when it was ended from outside; empty otherwise.</param>
/// <param name="Message">Why, in words; may be empty.</param>
public sealed record PodVerdict(string Phase, string Reason, string Message)
{
    /// <summary>How the pod has ended, or null when it has not and goes on.</summary>
    /// <param name="observation">What is known.</param>
    public static PodVerdict? Of(PodObservation observation)
    {
        ArgumentNullException.ThrowIfNull(observation);
        var status = observation.Pod.Status;
        if (status.Phase is PodPhase.Succeeded or PodPhase.Failed)
            return new(status.Phase, status.Reason, status.Message);
        if (DeadlineOf(observation) is { } deadline && observation.Now >= deadline)
            return new(PodPhase.Failed, "DeadlineExceeded", "Pod was active on the node longer than the specified deadline");
        if (observation.Pod.Spec.RestartPolicy == "Never" && FailedInit(observation) is { } init)
            return new(PodPhase.Failed, "", string.Create(CultureInfo.InvariantCulture, $"init container {init} failed and the pod's restart policy is Never"));
        return MainsHaveEnded(observation) ? new(MainsSucceeded(observation) ? PodPhase.Succeeded : PodPhase.Failed, "", "") : null;
    }

    /// <summary>When the pod has been active for as long as it may be; null for no limit.</summary>
    /// <param name="observation">What is known.</param>
    public static DateTimeOffset? DeadlineOf(PodObservation observation) =>
        observation.Pod.Spec.ActiveDeadlineSeconds is { } seconds && observation.State.StartTime is { } start ? start.AddSeconds(seconds) : null;

    /// <summary>Whether a container that has ended is to start again by its pod's restart policy.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="container">The container.</param>
    /// <param name="exitCode">How it ended.</param>
    public static bool Restarts(Core.Pod pod, PodContainer container, int exitCode) => container.Role switch
    {
        ContainerRole.Sidecar => true,
        ContainerRole.Ephemeral => false,
        ContainerRole.Init => exitCode != 0 && pod.Spec.RestartPolicy != "Never",
        _ => pod.Spec.RestartPolicy switch { "Never" => false, "OnFailure" => exitCode != 0, _ => true },
    };

    private static bool MainsHaveEnded(PodObservation observation) =>
        !observation.Pod.Spec.Containers.IsEmpty && Mains(observation).All(container =>
            observation.State[container.Name].Exit is { } exit && !Restarts(observation.Pod, container, exit.Code));

    /// <summary>Whether every main container has ended with code 0.</summary>
    /// <param name="observation">What is known.</param>
    public static bool MainsSucceeded(PodObservation observation) =>
        Mains(observation).All(container => observation.State[container.Name].Exit is { Code: 0 });

    private static string? FailedInit(PodObservation observation) => PodContainer.InitOf(observation.Pod)
        .FirstOrDefault(container => container.Role == ContainerRole.Init && observation.State[container.Name].Exit is { Code: not 0 })?.Name;

    private static IEnumerable<PodContainer> Mains(PodObservation observation) =>
        PodContainer.Of(observation.Pod).Where(container => container.Role == ContainerRole.Main);
}

/// <summary>The phases of a pod.</summary>
public static class PodPhase
{
    /// <summary>Not all of its containers have run yet.</summary>
    public const string Pending = "Pending";

    /// <summary>All of its containers have been started.</summary>
    public const string Running = "Running";

    /// <summary>All have ended well and none starts again.</summary>
    public const string Succeeded = "Succeeded";

    /// <summary>All have ended, not all well, and none starts again.</summary>
    public const string Failed = "Failed";
}

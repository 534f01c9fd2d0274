using Holdfast.Controllers.Pods;
using Holdfast.Model.Core;

namespace Holdfast.Steward.Observation;

/// <summary>Tells a pod whose containers end again and again from one that was started anew and is well, or was well until just now.</summary>
internal static class CrashLoop
{
    // A container may end once for a reason that is gone at its next start, such as another pod that was not there yet.
    private const int Accident = 1;

    /// <summary>Whether a container ended again after a start that had not made the pod ready, or its node says so itself.</summary>
    public static bool Holds(Pod pod) => !pod.IsRunningAndReady() && !pod.IsTerminating() && !pod.IsFinished()
        && pod.Status.InitContainerStatuses.Concat(pod.Status.ContainerStatuses).Any(status => status.RestartCount > Accident && IsInVain(status, UnreadySince(pod)));

    /// <summary>Since when a pod has not been ready; null when it is.</summary>
    public static DateTimeOffset? UnreadySince(Pod pod) => pod.IsRunningAndReady() ? null
        : pod.Status.Conditions.FirstOrDefault(condition => condition is { Type: "Ready", Status: not "True" })?.LastTransitionTime ?? pod.Metadata.CreationTimestamp;

    private static bool IsInVain(ContainerStatus status, DateTimeOffset? since) => status.State switch
    {
        { Waiting.Reason: "CrashLoopBackOff" } => true,
        { Terminated: { ExitCode: not 0 } ended } => ended.StartedAt >= since,
        _ => !status.Ready && status.LastState.Terminated?.StartedAt >= since,
    };
}

using Holdfast.Model.Core;
using Holdfast.Model.Meta;

namespace Holdfast.Controllers.Pods;

/// <summary>What controllers read off a pod: whether it runs, is ready, is available, is going, and who owns it.</summary>
public static class PodReadings
{
    /// <summary>Whether the pod has ended for good, well or badly.</summary>
    /// <param name="pod">The pod.</param>
    public static bool IsFinished(this Pod pod) => pod.Status.Phase is "Failed" or "Succeeded";

    /// <summary>Whether the pod has been asked to go.</summary>
    /// <param name="pod">The pod.</param>
    public static bool IsTerminating(this Pod pod) => pod.Metadata.DeletionTimestamp is not null;

    /// <summary>
    /// Whether the pod keeps its claims from going: only once it was given a node. Agents start nothing on a terminating claim,
    /// so a pod without a node would hold the claim, and wait for it, for ever.
    /// </summary>
    /// <param name="pod">The pod.</param>
    public static bool HoldsClaims(this Pod pod) => pod.Spec.NodeName.Length > 0 && !pod.IsFinished();

    /// <summary>Whether the pod has its Ready condition.</summary>
    /// <param name="pod">The pod.</param>
    public static bool IsReady(this Pod pod) => pod.ReadyCondition() is { Status: "True" };

    /// <summary>Whether the pod runs and is ready.</summary>
    /// <param name="pod">The pod.</param>
    public static bool IsRunningAndReady(this Pod pod) => pod.Status.Phase == "Running" && pod.IsReady();

    /// <summary>When the pod will have been ready for long enough; null when it is not ready.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="minReadySeconds">How long it must have been ready, in seconds.</param>
    public static DateTimeOffset? AvailableFrom(this Pod pod, int minReadySeconds) =>
        !pod.IsRunningAndReady() ? null
        : minReadySeconds == 0 ? DateTimeOffset.MinValue
        : pod.ReadyCondition()!.LastTransitionTime?.AddSeconds(minReadySeconds);

    /// <summary>Whether the pod has been ready for long enough.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="minReadySeconds">How long it must have been ready, in seconds.</param>
    /// <param name="now">The time.</param>
    public static bool IsAvailable(this Pod pod, int minReadySeconds, DateTimeOffset now) => pod.AvailableFrom(minReadySeconds) <= now;

    /// <summary>Since when the pod is ready; null when it is not.</summary>
    /// <param name="pod">The pod.</param>
    public static DateTimeOffset? ReadySince(this Pod pod) => pod.IsReady() ? pod.ReadyCondition()!.LastTransitionTime : null;

    /// <summary>The owner that controls an object, or null.</summary>
    /// <param name="metadata">The object's metadata.</param>
    public static OwnerReference? Controller(this ObjectMeta metadata)
    {
        foreach (var owner in metadata.OwnerReferences)
        {
            if (owner.Controller == true)
            {
                return owner;
            }
        }
        return null;
    }

    private static Model.Core.PodCondition? ReadyCondition(this Pod pod)
    {
        foreach (var condition in pod.Status.Conditions)
        {
            if (condition.Type == "Ready")
            {
                return condition;
            }
        }
        return null;
    }
}

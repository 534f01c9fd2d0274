using System.Collections.Immutable;
using Holdfast.Controllers.Pods;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;

namespace Holdfast.Controllers.StatefulSets;

/// <summary>What a set's status says of its pods; counted anew each time, so that a failed write never skews it (invariant S9).</summary>
public static class StatefulSetStatusReading
{
    /// <summary>Reads the status off the pods.</summary>
    /// <param name="set">The set.</param>
    /// <param name="revisions">Its revisions.</param>
    /// <param name="pods">Its pods.</param>
    /// <param name="now">The time.</param>
    public static StatefulSetStatus Of(StatefulSet set, RevisionPlan revisions, ImmutableArray<Pod> pods, DateTimeOffset now)
    {
        var (current, update) = (revisions.Current.Metadata.Name, revisions.Update.Metadata.Name);
        var created = pods.Where(pod => pod.Status.Phase.Length > 0 && StatefulSetIdentity.Ordinal(set, pod.Metadata.Name) >= 0).ToList();
        var staying = created.Where(pod => !pod.IsTerminating()).ToList();
        var status = set.Status with
        {
            ObservedGeneration = set.Metadata.Generation,
            CollisionCount = set.Status.CollisionCount ?? 0,
            Replicas = created.Count,
            ReadyReplicas = created.Count(pod => pod.IsRunningAndReady()),
            AvailableReplicas = created.Count(pod => pod.IsAvailable(set.Spec.MinReadySeconds, now)),
            CurrentReplicas = staying.Count(pod => StatefulSetIdentity.Revision(pod) == current),
            UpdatedReplicas = staying.Count(pod => StatefulSetIdentity.Revision(pod) == update),
            CurrentRevision = current,
            UpdateRevision = update,
        };
        return IsUpdateComplete(set, status) ? status with { CurrentReplicas = status.UpdatedReplicas, CurrentRevision = update } : status;
    }

    private static bool IsUpdateComplete(StatefulSet set, StatefulSetStatus status)
    {
        var wanted = StatefulSetIdentity.Replicas(set);
        return set.Spec.UpdateStrategy.Type == "RollingUpdate"
            && status.UpdatedReplicas == wanted && status.ReadyReplicas == wanted && status.Replicas == wanted;
    }
}

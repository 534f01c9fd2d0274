using Holdfast.Controllers.Pods;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;

namespace Holdfast.Simulator.Checkers;

/// <summary>S4, S6, S7 and S8: in which order the controller makes, replaces and takes away pods.</summary>
/// <param name="truth">What is really so.</param>
public sealed class OrderChecker(GroundTruth truth) : Checker(truth)
{
    /// <inheritdoc/>
    public override void OnPod(ObjectChange<Pod> change)
    {
        if (change is { Old: null, New: { } made })
            CheckCreation(made);
        else if (change.Old is { } old && !old.IsTerminating() && change.New?.IsTerminating() != false && Truth.IsDeletedByController(old.Metadata.Uid))
            CheckDeletion(old);
    }

    private void CheckCreation(Pod pod)
    {
        var sets = Truth.RecentSets.ToList();
        Holds("S4", sets.Exists(set => MayCreate(set, pod)),
            $"pod {pod.Metadata.Name} was made although a lower ordinal was not ready: {Readiness(sets[^1])}");
        Holds("S6", sets.Exists(set => IsRevisionAllowed(set, pod)),
            $"pod {pod.Metadata.Name} is below the partition and was made from the new revision {StatefulSetIdentity.Revision(pod)}");
    }

    private bool MayCreate(StatefulSet set, Pod pod)
    {
        var ordinal = StatefulSetIdentity.Ordinal(set, pod.Metadata.Name);
        return StatefulSetIdentity.Wants(set, ordinal)
            && (IsParallel(set) || Ordinals(set).Where(lower => lower < ordinal).All(lower => Truth.WasReady(set, lower)));
    }

    private static bool IsRevisionAllowed(StatefulSet set, Pod pod)
    {
        var index = StatefulSetIdentity.Ordinal(set, pod.Metadata.Name) - StatefulSetIdentity.Start(set);
        return index >= (set.Spec.UpdateStrategy.RollingUpdate?.Partition ?? 0)
            || StatefulSetIdentity.Revision(pod) != set.Status.UpdateRevision
            || set.Status.UpdateRevision == set.Status.CurrentRevision;
    }

    private void CheckDeletion(Pod pod)
    {
        var sets = Truth.RecentSets.ToList();
        var mayScale = sets.Exists(set => MayScaleDown(set, pod));
        var mayUpdate = sets.Exists(set => MayUpdate(set, pod));
        Holds(sets.Exists(set => Wants(set, pod)) ? "S7" : "S4", pod.IsFinished() || mayScale || mayUpdate,
            $"the controller deleted pod {pod.Metadata.Name}, which neither scaling nor updating allowed: {Readiness(sets[^1])}");
    }

    private bool MayScaleDown(StatefulSet set, Pod pod)
    {
        var ordinal = StatefulSetIdentity.Ordinal(set, pod.Metadata.Name);
        var isHighest = !Truth.Processes.Live.Any(process => StatefulSetIdentity.Ordinal(set, process.PodName) > ordinal);
        return !Wants(set, pod) && (IsParallel(set) || (isHighest && Ordinals(set).All(lower => Truth.WasReady(set, lower))));
    }

    private bool MayUpdate(StatefulSet set, Pod pod)
    {
        var ordinal = StatefulSetIdentity.Ordinal(set, pod.Metadata.Name);
        var isOld = pod.Spec.Containers[0].Image != set.Spec.Template.Spec.Containers[0].Image;
        var isAbovePartition = ordinal - StatefulSetIdentity.Start(set) >= (set.Spec.UpdateStrategy.RollingUpdate?.Partition ?? 0);
        // Under Parallel only what lies above must be ready, as upstream has it without maxUnavailable.
        var others = Ordinals(set).Where(other => IsParallel(set) ? other > ordinal : other != ordinal);
        return Wants(set, pod) && isOld && isAbovePartition && others.All(other => Truth.WasReady(set, other));
    }

    private string Readiness(StatefulSet set) => string.Join(", ", Ordinals(set)
        .Select(ordinal => $"{StatefulSetIdentity.PodName(set, ordinal)} {(Truth.WasReady(set, ordinal) ? "ready" : "not ready")}"));

    private static bool Wants(StatefulSet set, Pod pod) => StatefulSetIdentity.Wants(set, StatefulSetIdentity.Ordinal(set, pod.Metadata.Name));

    private static IEnumerable<int> Ordinals(StatefulSet set) => Enumerable.Range(StatefulSetIdentity.Start(set), StatefulSetIdentity.Replicas(set));

    private static bool IsParallel(StatefulSet set) => set.Spec.PodManagementPolicy == "Parallel";
}

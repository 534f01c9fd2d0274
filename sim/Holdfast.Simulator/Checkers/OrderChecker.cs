using System.Globalization;
using Holdfast.Controllers.Pods;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;

namespace Holdfast.Simulator.Checkers;

/// <summary>S4, S6, S7 and S8: in which order the controller makes, replaces and takes away pods.</summary>
/// <param name="truth">What is really so.</param>
public sealed class OrderChecker(GroundTruth truth) : Checker(truth)
{
    private const string Controller = "statefulset-controller";

    /// <inheritdoc/>
    public override void OnPod(ObjectChange<Pod> change)
    {
        if (change is { Old: null, New: { } made })
            CheckCreation(made);
        else if (change.Old is { } old && !old.IsTerminating() && change.New?.IsTerminating() != false)
            CheckDeletion(old);
        CheckReadiness(change);
    }

    /// <inheritdoc/>
    public override void OnMap(ObjectChange<ConfigMap> change)
    {
        if (change.Old is not { Metadata.DeletionTimestamp: null } old || change.New is { Metadata.DeletionTimestamp: null })
            return;
        var living = old.Metadata.OwnerReferences.FirstOrDefault(each => Truth.World.ByUid(each.Uid) is { Metadata.DeletionTimestamp: null });
        Holds("S7", living is null || !Truth.IsDeletedOnlyBy(old.Metadata.Uid, "garbage-collector"),
            $"the garbage collector took {old.Metadata.Name}, whose owner {living?.Name} lives");
    }

    private void CheckCreation(Pod pod)
    {
        if (pod.Metadata.Controller() is not { Kind: "StatefulSet" } owner)
            return;
        var sets = Truth.RecentSets(owner.Uid).ToList();
        if (sets.Count == 0)
            return;
        Holds("S4", sets.Exists(set => MayCreate(set, pod)),
            $"pod {pod.Metadata.Name} was made although a lower ordinal was not ready, or it was not wanted: {Readiness(sets[^1])}");
        Holds("S6", sets.Exists(set => IsRevisionAllowed(set, pod)),
            $"pod {pod.Metadata.Name} is below the partition and was made from the new revision {StatefulSetIdentity.Revision(pod)}");
        var before = Truth.PodsOf(pod.Metadata.Namespace, pod.Metadata.Name).Where(record => record.First.Metadata.Uid != pod.Metadata.Uid);
        Holds("S8", before.All(record => record.GoneAt is not null), $"pod {pod.Metadata.Name} was made again before the one before it was gone");
    }

    private bool MayCreate(StatefulSet set, Pod pod)
    {
        var ordinal = StatefulSetIdentity.Ordinal(set, pod.Metadata.Name);
        return StatefulSetIdentity.Wants(set, ordinal)
            && (IsParallel(set) || Ordinals(set).Where(lower => lower < ordinal).All(lower => Truth.WasAvailable(set, lower)));
    }

    private static bool IsRevisionAllowed(StatefulSet set, Pod pod)
    {
        var index = StatefulSetIdentity.Ordinal(set, pod.Metadata.Name) - StatefulSetIdentity.Start(set);
        return set.Spec.UpdateStrategy.Type != "RollingUpdate"
            || index >= Partition(set)
            || StatefulSetIdentity.Revision(pod) != set.Status.UpdateRevision
            || set.Status.UpdateRevision == set.Status.CurrentRevision;
    }

    private void CheckDeletion(Pod pod)
    {
        var uid = pod.Metadata.Uid;
        if (pod.Metadata.Controller() is not { Kind: "StatefulSet" } owner || Truth.DeletionsOf(uid).Count == 0)
            return;
        if (Truth.IsDeletedOnlyBy(uid, Controller))
            CheckControllersDeletion(pod, owner.Uid);
        else if (Truth.IsDeletedOnlyBy(uid, "garbage-collector"))
            Holds("S7", pod.Metadata.OwnerReferences.All(each => Truth.World.ByUid(each.Uid) is not { Metadata.DeletionTimestamp: null }),
                $"the garbage collector took pod {pod.Metadata.Name}, whose owner lives");
    }

    private void CheckControllersDeletion(Pod pod, string setUid)
    {
        var sets = Truth.RecentSets(setUid).ToList();
        var mayScale = sets.Exists(set => MayScaleDown(set, pod));
        var mayUpdate = sets.Exists(set => MayUpdate(set, pod));
        var isBelow = sets.TrueForAll(set => Wants(set, pod) && IsOld(set, pod) && Index(set, pod) < Partition(set));
        var invariant = isBelow ? "S6" : sets.Exists(set => Wants(set, pod)) ? "S7" : "S4";
        Holds(invariant, pod.IsFinished() || mayScale || mayUpdate,
            $"the controller deleted pod {pod.Metadata.Name}, which neither scaling nor updating allowed: {Readiness(sets[^1])}");
    }

    private bool MayScaleDown(StatefulSet set, Pod pod)
    {
        if (Wants(set, pod))
            return false;
        if (IsParallel(set))
            return true;
        var ordinal = StatefulSetIdentity.Ordinal(set, pod.Metadata.Name);
        var space = pod.Metadata.Namespace;
        var isHighest = !Truth.World.All<Pod>(space).Any(other => other.Metadata.Controller()?.Uid == set.Metadata.Uid
            && StatefulSetIdentity.Ordinal(set, other.Metadata.Name) > ordinal && !Wants(set, other)
            && Truth.Moment - (Truth.RecordOf(other.Metadata.Uid)?.MadeAt ?? 0) > Truth.Staleness.Ticks);
        return isHighest && Ordinals(set).All(lower => Truth.WasAvailable(set, lower));
    }

    /// <summary>Of all pods that are wanted, this one included, no more may be unavailable than the set allows.</summary>
    private bool MayUpdate(StatefulSet set, Pod pod)
    {
        if (!Wants(set, pod) || !IsOld(set, pod) || Index(set, pod) < Partition(set) || set.Spec.UpdateStrategy.Type != "RollingUpdate")
            return false;
        var ordinal = StatefulSetIdentity.Ordinal(set, pod.Metadata.Name);
        // Without maxUnavailable under Parallel only what lies above must be ready, as upstream has it.
        var others = Ordinals(set).Where(other => Maximum(set) is null && IsParallel(set) ? other > ordinal : other != ordinal);
        return others.Count(other => !Truth.WasAvailable(set, other)) + 1 <= (Maximum(set) ?? 1);
    }

    /// <summary>What the API shows ready was really ready a moment before.</summary>
    private void CheckReadiness(ObjectChange<Pod> change)
    {
        if (change.New is { } pod && pod.IsReady() && change.Old?.IsReady() != true)
        {
            Holds("S4", Truth.Processes.WasReadyWithin(pod.Metadata.Uid, TimeSpan.FromSeconds(30)),
                $"pod {pod.Metadata.Name} is shown ready, and none of its processes was");
        }
    }

    private string Readiness(StatefulSet set) => string.Join(", ", Ordinals(set)
        .Select(ordinal => $"{StatefulSetIdentity.PodName(set, ordinal)} {(Truth.WasAvailable(set, ordinal) ? "available" : "not available")}"));

    private static int? Maximum(StatefulSet set)
    {
        if (set.Spec.UpdateStrategy.RollingUpdate?.MaxUnavailable is not { } maximum)
            return null;
        var share = maximum.IsNumber ? maximum.Number
            : StatefulSetIdentity.Replicas(set) * int.Parse(maximum.Text!.TrimEnd('%'), CultureInfo.InvariantCulture) / 100;
        return Math.Max(1, share);
    }

    private static bool IsOld(StatefulSet set, Pod pod) => pod.Spec.Containers[0].Image != set.Spec.Template.Spec.Containers[0].Image;

    private static int Index(StatefulSet set, Pod pod) => StatefulSetIdentity.Ordinal(set, pod.Metadata.Name) - StatefulSetIdentity.Start(set);

    private static int Partition(StatefulSet set) => set.Spec.UpdateStrategy.RollingUpdate?.Partition ?? 0;

    private static bool Wants(StatefulSet set, Pod pod) => StatefulSetIdentity.Wants(set, StatefulSetIdentity.Ordinal(set, pod.Metadata.Name));

    private static IEnumerable<int> Ordinals(StatefulSet set) => Enumerable.Range(StatefulSetIdentity.Start(set), StatefulSetIdentity.Replicas(set));

    private static bool IsParallel(StatefulSet set) => set.Spec.PodManagementPolicy == "Parallel";
}

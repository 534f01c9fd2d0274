using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Values;

namespace Holdfast.Controllers.StatefulSets;

/// <summary>
/// Who owns a claim under a set's <c>persistentVolumeClaimRetentionPolicy</c> (invariants V1 and V2; KEP-1847): the set when
/// its claims go with it, the pod when it is scaled away and its claims go with it, nobody otherwise. Owners that others
/// put there stay, and where somebody else controls the claim nothing is added.
/// </summary>
public static class ClaimRetention
{
    private const string Delete = "Delete";

    /// <summary>The claim with the owners that the policy asks for, or null when it has them.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="set">The set.</param>
    /// <param name="pod">The pod that uses the claim.</param>
    /// <param name="isWanted">Whether the pod's ordinal is one that the set wants.</param>
    public static PersistentVolumeClaim? Corrected(PersistentVolumeClaim claim, StatefulSet set, Pod pod, bool isWanted)
    {
        var owners = Owners(claim.Metadata.OwnerReferences, set, pod, isWanted);
        return owners == claim.Metadata.OwnerReferences ? null : claim with { Metadata = claim.Metadata with { OwnerReferences = owners } };
    }

    /// <summary>The owners of a claim that is being made for a wanted pod.</summary>
    /// <param name="set">The set.</param>
    public static ValueList<OwnerReference> OwnersOfNewClaim(StatefulSet set) =>
        GoesWithSet(set) ? [StatefulSetIdentity.OwnerReference(set)] : [];

    /// <summary>Whether a claim still belongs to an earlier pod or set of the same name; such a claim is on its way out.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="set">The set.</param>
    /// <param name="podName">The pod's name.</param>
    /// <param name="podUid">The pod's uid; empty when it has not been made yet.</param>
    public static bool IsStale(PersistentVolumeClaim claim, StatefulSet set, string podName, string podUid)
    {
        foreach (var owner in claim.Metadata.OwnerReferences)
        {
            var isFormerPod = IsPod(owner) && owner.Name == podName && owner.Uid != podUid;
            var isFormerSet = IsSet(owner) && owner.Name == set.Metadata.Name && owner.Uid != set.Metadata.Uid;
            if (isFormerPod || isFormerSet)
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Whether a claim goes with a pod.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="pod">The pod.</param>
    public static bool GoesWith(PersistentVolumeClaim claim, Pod pod) => claim.Metadata.OwnerReferences.Any(owner => IsThis(owner, pod));

    private static bool GoesWithSet(StatefulSet set) => set.Spec.PersistentVolumeClaimRetentionPolicy?.WhenDeleted == Delete;

    private static bool GoesWithScaling(StatefulSet set) => set.Spec.PersistentVolumeClaimRetentionPolicy?.WhenScaled == Delete;

    private static ValueList<OwnerReference> Owners(ValueList<OwnerReference> current, StatefulSet set, Pod pod, bool isWanted)
    {
        var wanted = !isWanted && GoesWithScaling(set) ? PodReference(pod)
            : GoesWithSet(set) ? StatefulSetIdentity.OwnerReference(set)
            : null;
        var strangers = current.Where(owner => !IsThis(owner, set) && !IsThis(owner, pod)).ToValueList();
        var isControlledByStranger = strangers.Any(owner => owner.Controller == true);
        if (wanted is null || isControlledByStranger)
        {
            return strangers;
        }
        return current.Contains(wanted) && current.Count == strangers.Count + 1 ? current : strangers.Add(wanted);
    }

    private static OwnerReference PodReference(Pod pod) => new()
    {
        ApiVersion = Pod.ResourceType.ApiVersion,
        Kind = Pod.ResourceType.Kind,
        Name = pod.Metadata.Name,
        Uid = pod.Metadata.Uid,
        Controller = true,
        BlockOwnerDeletion = true,
    };

    private static bool IsSet(OwnerReference owner) => owner.Kind == StatefulSet.ResourceType.Kind && owner.ApiVersion == StatefulSet.ResourceType.ApiVersion;

    private static bool IsPod(OwnerReference owner) => owner.Kind == Pod.ResourceType.Kind && owner.ApiVersion == Pod.ResourceType.ApiVersion;

    private static bool IsThis(OwnerReference owner, StatefulSet set) => IsSet(owner) && owner.Uid == set.Metadata.Uid;

    private static bool IsThis(OwnerReference owner, Pod pod) => IsPod(owner) && owner.Uid == pod.Metadata.Uid;
}

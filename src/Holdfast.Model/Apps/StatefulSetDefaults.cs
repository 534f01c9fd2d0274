using Holdfast.Model.Core;
using Holdfast.Model.Rules;

namespace Holdfast.Model.Apps;

/// <summary>What a StatefulSet has when its author does not say.</summary>
internal static class StatefulSetDefaults
{
    public static StatefulSet Apply(StatefulSet set)
    {
        var spec = set.Spec;
        var retention = spec.PersistentVolumeClaimRetentionPolicy ?? StatefulSetPersistentVolumeClaimRetentionPolicy.Empty;
        return set with
        {
            Spec = spec with
            {
                PodManagementPolicy = spec.PodManagementPolicy.Or("OrderedReady"),
                UpdateStrategy = Strategy(spec.UpdateStrategy),
                PersistentVolumeClaimRetentionPolicy = retention with
                {
                    WhenDeleted = retention.WhenDeleted.Or("Retain"),
                    WhenScaled = retention.WhenScaled.Or("Retain"),
                },
                Replicas = spec.Replicas ?? 1,
                RevisionHistoryLimit = spec.RevisionHistoryLimit ?? 10,
                Template = PodDefaults.Template(spec.Template),
                VolumeClaimTemplates = spec.VolumeClaimTemplates.Rewrite(ClaimTemplate),
            },
        };
    }

    /// <summary>A strategy that is not named is a rolling update from ordinal 0; one that is named keeps its details as they are.</summary>
    private static StatefulSetUpdateStrategy Strategy(StatefulSetUpdateStrategy strategy)
    {
        if (strategy.Type.Length == 0)
        {
            strategy = strategy with { Type = "RollingUpdate", RollingUpdate = strategy.RollingUpdate ?? RollingUpdateStatefulSetStrategy.Empty };
        }
        return strategy is { Type: "RollingUpdate", RollingUpdate: { Partition: null } rolling }
            ? strategy with { RollingUpdate = rolling with { Partition = 0 } }
            : strategy;
    }

    private static PersistentVolumeClaim ClaimTemplate(PersistentVolumeClaim claim) => claim with
    {
        Spec = VolumeDefaults.Claim(claim.Spec),
        Status = claim.Status with { Phase = claim.Status.Phase.Or("Pending") },
    };
}

using Holdfast.Model.Core;

namespace Holdfast.Simulator.Checkers;

/// <summary>V1: under Retain/Retain, which is all that the workload uses so far, claims get no owner and are not deleted.</summary>
/// <param name="truth">What is really so.</param>
public sealed class ClaimChecker(GroundTruth truth) : Checker(truth)
{
    /// <inheritdoc/>
    public override void OnClaim(ObjectChange<PersistentVolumeClaim> change)
    {
        var claim = change.Latest;
        Holds("V1", change.New is not null && claim.Metadata.DeletionTimestamp is null, $"claim {claim.Metadata.Name} is deleted although its set retains it");
        Holds("V1", claim.Metadata.OwnerReferences.IsEmpty,
            $"claim {claim.Metadata.Name} is owned by {(claim.Metadata.OwnerReferences.IsEmpty ? "" : claim.Metadata.OwnerReferences[0].Name)} although its set retains it");
    }

    /// <inheritdoc/>
    public override void OnStep() => Holds("V1", Truth.Disks.Removed.Count == 0, $"the data of {string.Join(", ", Truth.Disks.Removed)} was removed");
}

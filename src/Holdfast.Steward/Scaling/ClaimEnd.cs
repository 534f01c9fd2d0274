using Holdfast.Model.Stewards;
using Holdfast.Steward.Backups;
using Holdfast.Steward.Planning;

namespace Holdfast.Steward.Scaling;

/// <summary>What becomes of the claims of a member that was removed. None is deleted without what was asked for before: a snapshot of it that is ready, a backup that is young enough.</summary>
internal static class ClaimEnd
{
    /// <summary>Why claims could not be ended as <c>scaling.claims</c> says, in words; empty when they can. Asked before anything is taken away.</summary>
    public static string Objection(StewardView view)
    {
        var set = view.Set;
        if (set.Spec.VolumeClaimTemplates.IsEmpty || view.Spec.Scaling.Claims == "Delete")
        {
            return "";
        }
        if (set.Spec.PersistentVolumeClaimRetentionPolicy?.WhenScaled == "Delete")
        {
            return $"scaling.claims is {view.Spec.Scaling.Claims}, and StatefulSet {set.Metadata.Name} itself deletes the claims of pods that it gives up "
                + "(spec.persistentVolumeClaimRetentionPolicy.whenScaled is Delete): set that to Retain, or scaling.claims to Delete";
        }
        return view.Spec.Scaling.Claims != "Snapshot" ? ""
            : view.Observation.Snapshots is { } support ? support.Problem
            : "it is not known yet whether the cluster takes snapshots (snapshot.storage.k8s.io/v1)";
    }

    /// <summary>The next thing to do about the claims of a member that is gone; null when nothing is.</summary>
    public static StewardPlan? Next(StewardView view, OperationStatus operation)
    {
        var claims = view.Observation.Find(operation.Member)?.Claims ?? default;
        if (view.Spec.Scaling.Claims == "Retain" || claims.FirstOrDefault(claim => !claim.IsTerminating) is not { } claim)
        {
            return null;
        }
        if (Objection(view) is { Length: > 0 } objection)
        {
            return ScalingPlanner.Wait($"claim {claim.Name} is kept: {objection}");
        }
        if (view.Spec.Scaling.Claims == "Snapshot" && claim.Snapshot is not { IsReady: true })
        {
            return claim.Snapshot is { } snapshot
                ? ScalingPlanner.Wait($"snapshot {snapshot.Name} of claim {claim.Name} is not ready{(snapshot.Problem.Length > 0 ? $": {snapshot.Problem}" : "")}")
                : ScalingPlanner.Call(new SnapshotClaim(claim.Name, claim.Uid, $"{claim.Name}-{operation.StartedAt?.ToUnixTimeSeconds()}", "its member was removed, and a copy is wanted before it goes"));
        }
        return BackupProof.Objection(view, view.Spec.Scaling.BackupWithin, "scaling.backupWithin") is { Length: > 0 } old
            ? ScalingPlanner.Wait($"claim {claim.Name} is kept: {old}")
            : ScalingPlanner.Call(new DeleteClaim(claim.Name, claim.Uid, $"its member was removed, and scaling.claims is {view.Spec.Scaling.Claims}"));
    }
}

using System.Collections.Immutable;
using Holdfast.Model.Core;
using Holdfast.Model.Values;

namespace Holdfast.Controllers.Volumes;

/// <summary>
/// Decides what a volume needs: its phase, and after its claim is gone what its reclaim policy says: <c>Retain</c> keeps it and
/// its data for a person to decide, <c>Delete</c> removes both, and only of volumes that this provisioner made. A pure function.
/// </summary>
public static class VolumePlanner
{
    /// <summary>Plans the next step for a volume.</summary>
    /// <param name="volume">The volume.</param>
    /// <param name="claim">The claim that its claimRef names, or null when there is none.</param>
    public static ImmutableArray<VolumeEffect> Plan(PersistentVolume volume, PersistentVolumeClaim? claim)
    {
        var reference = volume.Spec.ClaimRef;
        var isBound = reference is not null && claim is not null && (reference.Uid.Length == 0 || claim.Metadata.Uid == reference.Uid);
        if (volume.Metadata.DeletionTimestamp is not null)
        {
            return isBound ? [] : Unprotect(volume);
        }
        var phase = reference is null || (isBound && reference.Uid.Length == 0) || (claim is null && reference.Uid.Length == 0) ? "Available"
            : isBound ? (claim!.Spec.VolumeName == volume.Metadata.Name || volume.Status.Phase == "Bound" ? "Bound" : Pending(volume))
            : "Released";
        var effects = ImmutableArray.CreateBuilder<VolumeEffect>();
        if (phase != volume.Status.Phase)
        {
            effects.Add(new UpdateVolumeStatus(volume with { Status = volume.Status with { Phase = phase } }, $"the volume is {phase}"));
        }
        else if (phase == "Released" && volume.Spec.PersistentVolumeReclaimPolicy == "Delete")
        {
            effects.AddRange(Reclaim(volume));
        }
        return effects.ToImmutable();
    }

    /// <summary>A volume that is reserved for a claim which does not name it yet keeps the phase it has.</summary>
    private static string Pending(PersistentVolume volume) => volume.Status.Phase is "Pending" or "" ? "Bound" : volume.Status.Phase;

    private static ImmutableArray<VolumeEffect> Reclaim(PersistentVolume volume) =>
        volume.Metadata.Annotations.GetValueOrDefault(VolumeNames.ProvisionedBy) == VolumeNames.DirectoryProvisioner
            ? [new ReclaimVolume(volume, "its claim is gone and its reclaim policy is Delete")]
            : volume.Status.Phase == "Failed" ? []
            : [new SayOfVolume("Warning", "VolumeFailedDelete", "the volume was not made by " + VolumeNames.DirectoryProvisioner + " and is not deleted")];

    private static ImmutableArray<VolumeEffect> Unprotect(PersistentVolume volume) =>
        volume.Metadata.Finalizers.Contains(VolumeNames.VolumeProtection)
            ? [new UpdateVolume(volume.WithMetadata(volume.Metadata with
                {
                    Finalizers = volume.Metadata.Finalizers.Where(finalizer => finalizer != VolumeNames.VolumeProtection).ToValueList(),
                }), "no claim is bound to the volume")]
            : [];
}

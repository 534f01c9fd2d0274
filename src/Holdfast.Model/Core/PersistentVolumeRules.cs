using Holdfast.Model.Rules;

namespace Holdfast.Model.Core;

/// <summary>The rules of PersistentVolumes. When the phase last changed is written by the server, which knows the time.</summary>
internal sealed class PersistentVolumeRules : ResourceRules<PersistentVolume>
{
    public override bool HasStatus => true;

    public override bool HasGeneration => false;

    public override PersistentVolume Default(PersistentVolume volume)
    {
        var spec = volume.Spec with
        {
            PersistentVolumeReclaimPolicy = volume.Spec.PersistentVolumeReclaimPolicy.Or("Retain"),
            VolumeMode = volume.Spec.VolumeMode ?? "Filesystem",
        };
        if (spec.HostPath is { Type: null } hostPath)
        {
            spec = spec with { HostPath = hostPath with { Type = "" } };
        }
        return volume with { Spec = spec, Status = volume.Status with { Phase = volume.Status.Phase.Or("Pending") } };
    }

    public override PersistentVolume PrepareForCreate(PersistentVolume volume) => volume with
    {
        Status = PersistentVolumeStatus.Empty with { Phase = "Pending" },
    };

    public override PersistentVolume PrepareForUpdate(PersistentVolume updated, PersistentVolume old) => updated with { Status = old.Status };

    public override PersistentVolume PrepareForStatusUpdate(PersistentVolume updated, PersistentVolume old) => updated with { Spec = old.Spec };

    protected override void Check(PersistentVolume volume, FieldErrors errors) => PersistentVolumeValidation.Check(volume.Spec, SpecPath, errors);

    protected override void CheckUpdate(PersistentVolume updated, PersistentVolume old, FieldErrors errors)
    {
        Check(updated, errors);
        PersistentVolumeValidation.CheckChange(updated.Spec, old.Spec, SpecPath, errors);
    }
}

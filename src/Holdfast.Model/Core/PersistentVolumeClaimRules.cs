using Holdfast.Model.Rules;

namespace Holdfast.Model.Core;

/// <summary>The rules of PersistentVolumeClaims. The finalizer that guards a claim in use is set by admission.</summary>
internal sealed class PersistentVolumeClaimRules : ResourceRules<PersistentVolumeClaim>
{
    public override bool HasStatus => true;

    public override bool HasGeneration => false;

    public override PersistentVolumeClaim Default(PersistentVolumeClaim claim) => claim with
    {
        Spec = VolumeDefaults.Claim(claim.Spec),
        Status = claim.Status with { Phase = claim.Status.Phase.Or("Pending") },
    };

    public override PersistentVolumeClaim PrepareForCreate(PersistentVolumeClaim claim) => claim with
    {
        Spec = PersistentVolumeClaimValidation.AlignSources(claim.Spec),
        Status = PersistentVolumeClaimStatus.Empty with { Phase = "Pending" },
    };

    public override PersistentVolumeClaim PrepareForUpdate(PersistentVolumeClaim updated, PersistentVolumeClaim old) => updated with
    {
        Spec = PersistentVolumeClaimValidation.AlignSources(updated.Spec),
        Status = old.Status,
    };

    public override PersistentVolumeClaim PrepareForStatusUpdate(PersistentVolumeClaim updated, PersistentVolumeClaim old) => updated with { Spec = old.Spec };

    protected override void Check(PersistentVolumeClaim claim, FieldErrors errors) =>
        PersistentVolumeClaimValidation.CheckSpec(claim.Spec, SpecPath, errors);

    protected override void CheckUpdate(PersistentVolumeClaim updated, PersistentVolumeClaim old, FieldErrors errors)
    {
        Check(updated, errors);
        PersistentVolumeClaimValidation.CheckChange(updated, old, errors);
    }

    protected override void CheckStatusUpdate(PersistentVolumeClaim updated, PersistentVolumeClaim old, FieldErrors errors) =>
        PersistentVolumeClaimValidation.CheckStatus(updated, errors);
}

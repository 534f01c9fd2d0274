using Holdfast.Controllers.Volumes;
using Holdfast.Model.Core;
using Holdfast.Model.Json;

namespace Holdfast.Controllers.Tests.Volumes;

public sealed class VolumePlannerTests
{
    private static readonly PersistentVolumeClaim Claim =
        ModelJson.Read<PersistentVolumeClaim>("""{"metadata": {"name": "data", "namespace": "default", "uid": "uid-1"}, "spec": {"volumeName": "v"}}""");

    [Fact]
    public void A_volume_without_a_claim_is_available() => Assert.Equal("Available", Phase(Volume("Delete", "Pending") with { Spec = new() }, null));

    [Fact]
    public void A_volume_with_its_claim_is_bound() => Assert.Equal("Bound", Phase(Volume("Delete", "Pending"), Claim));

    [Theory]
    [InlineData("Retain")]
    [InlineData("Delete")]
    public void A_volume_whose_claim_is_gone_is_released(string policy) => Assert.Equal("Released", Phase(Volume(policy, "Bound"), null));

    [Fact]
    public void A_new_claim_of_the_same_name_does_not_get_the_old_ones_volume() =>
        Assert.Equal("Released", Phase(Volume("Retain", "Bound"), Claim with { Metadata = Claim.Metadata with { Uid = "uid-2" } }));

    [Fact]
    public void A_retained_volume_keeps_its_data_for_a_person_to_decide() => Assert.Empty(VolumePlanner.Plan(Volume("Retain", "Released"), null));

    [Fact]
    public void A_released_volume_of_ours_with_the_policy_Delete_goes_with_its_data() =>
        Assert.IsType<ReclaimVolume>(Assert.Single(VolumePlanner.Plan(Volume("Delete", "Released"), null)));

    [Fact]
    public void A_volume_that_somebody_else_made_is_never_removed()
    {
        var theirs = Volume("Delete", "Released");
        theirs = theirs with { Metadata = theirs.Metadata with { Annotations = default } };
        Assert.DoesNotContain(VolumePlanner.Plan(theirs, null), effect => effect is ReclaimVolume);
    }

    [Fact]
    public void A_deleted_volume_stays_while_its_claim_is_bound_to_it_and_goes_after()
    {
        var volume = Volume("Delete", "Bound");
        volume = volume with { Metadata = volume.Metadata with { DeletionTimestamp = DateTimeOffset.UnixEpoch, Finalizers = [VolumeNames.VolumeProtection] } };
        Assert.Empty(VolumePlanner.Plan(volume, Claim));
        Assert.Empty(Assert.IsType<UpdateVolume>(Assert.Single(VolumePlanner.Plan(volume, null))).Volume.Metadata.Finalizers);
    }

    private static string Phase(PersistentVolume volume, PersistentVolumeClaim? claim) =>
        Assert.IsType<UpdateVolumeStatus>(Assert.Single(VolumePlanner.Plan(volume, claim))).Volume.Status.Phase;

    private static PersistentVolume Volume(string policy, string phase) => ModelJson.Read<PersistentVolume>($$"""
        {"metadata": {"name": "v", "annotations": {"pv.kubernetes.io/provisioned-by": "holdfast.dev/directory"} },
         "spec": {"claimRef": {"name": "data", "namespace": "default", "uid": "uid-1"}, "persistentVolumeReclaimPolicy": "{{policy}}"},
         "status": {"phase": "{{phase}}"} }
        """);
}

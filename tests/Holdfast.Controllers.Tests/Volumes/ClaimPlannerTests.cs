using System.Collections.Immutable;
using Holdfast.Controllers.Volumes;
using Holdfast.Model.Core;
using Holdfast.Model.Json;
using Holdfast.Model.Storage;
using Holdfast.Model.Values;

namespace Holdfast.Controllers.Tests.Volumes;

public sealed class ClaimPlannerTests
{
    private static readonly ClaimPlanner Planner = new("/volumes");

    [Fact]
    public void A_claim_whose_class_waits_gets_no_volume_before_its_pod_has_a_node()
    {
        Assert.Equal("WaitForFirstConsumer", Assert.IsType<SayOfVolume>(Assert.Single(Plan(Claim(), Class()))).EventReason);
        Assert.Empty(Planner.Plan(Observation(Claim(), Class()) with { IsAwaited = true }));
    }

    [Fact]
    public void A_claim_that_was_told_its_node_gets_a_volume_there_of_its_size_and_policy()
    {
        var volume = Plan(Told("b"), Class("Retain")).OfType<CreateVolume>().Single().Volume;
        Assert.Equal("pvc-uid-1", volume.Metadata.Name);
        Assert.Equal("/volumes/pvc-uid-1", volume.Spec.Local?.Path);
        Assert.Equal(Quantity.Parse("1Gi"), volume.Spec.Capacity["storage"]);
        Assert.Equal("Retain", volume.Spec.PersistentVolumeReclaimPolicy);
        Assert.Equal("uid-1", volume.Spec.ClaimRef?.Uid);
        Assert.Equal(["b"], volume.Spec.NodeAffinity!.Required!.NodeSelectorTerms[0].MatchExpressions[0].Values);
    }

    [Theory]
    [InlineData("WaitForFirstConsumer")]
    [InlineData("Immediate")]
    public void A_claim_that_is_made_again_for_a_pod_which_has_a_node_gets_its_volume_there(string mode)
    {
        var volume = Planner.Plan(Observation(Claim(), Class() with { VolumeBindingMode = mode }) with { IsAwaited = true, PlacedOn = "b" }).OfType<CreateVolume>().Single().Volume;
        Assert.Equal(["b"], volume.Spec.NodeAffinity!.Required!.NodeSelectorTerms[0].MatchExpressions[0].Values);
    }

    [Fact]
    public void A_class_that_does_not_wait_gets_its_volume_at_once_and_always_on_the_same_node()
    {
        var immediate = Class() with { VolumeBindingMode = "Immediate" };
        Assert.Equal(Plan(Claim(), immediate).OfType<CreateVolume>().Single(), Plan(Claim(), immediate).OfType<CreateVolume>().Single());
    }

    [Fact]
    public void The_smallest_free_volume_that_fits_is_taken_before_any_is_made()
    {
        var claim = Claim();
        var taken = Planner.Plan(Observation(claim, null) with { Candidates = [Volume("big", "5Gi"), Volume("small", "2Gi"), Volume("tiny", "1Mi")] });
        var update = Assert.IsType<UpdateVolume>(Assert.Single(taken));
        Assert.Equal(("small", "uid-1"), (update.Volume.Metadata.Name, update.Volume.Spec.ClaimRef?.Uid));
    }

    [Theory]
    [InlineData("""{"accessModes": ["ReadOnlyMany"], "capacity": {"storage": "2Gi"}, "storageClassName": "standard"}""")]
    [InlineData("""{"accessModes": ["ReadWriteOnce"], "capacity": {"storage": "2Gi"}, "storageClassName": "other"}""")]
    [InlineData("""{"accessModes": ["ReadWriteOnce"], "capacity": {"storage": "2Gi"}, "storageClassName": "standard", "volumeMode": "Block"}""")]
    [InlineData("""{"accessModes": ["ReadWriteOnce"], "capacity": {"storage": "2Gi"}, "storageClassName": "standard", "claimRef": {"name": "x"}}""")]
    public void A_volume_that_differs_is_not_taken(string spec)
    {
        var volume = ModelJson.Read<PersistentVolume>($$"""{"metadata": {"name": "v"}, "spec": {{spec}} }""");
        Assert.DoesNotContain(Planner.Plan(Observation(Claim(), null) with { Candidates = [volume] }), effect => effect is UpdateVolume);
    }

    [Fact]
    public void Binding_goes_step_by_step_until_both_sides_name_each_other()
    {
        var claim = Told("a");
        var volume = Plan(claim, Class()).OfType<CreateVolume>().Single().Volume;
        var bound = Assert.IsType<UpdateVolumeClaim>(Assert.Single(Planner.Plan(Observation(claim, Class()) with { Volume = volume }))).Claim;
        Assert.Equal(volume.Metadata.Name, bound.Spec.VolumeName);
        var shown = Assert.IsType<UpdateVolumeClaimStatus>(Assert.Single(Planner.Plan(Observation(bound, Class()) with { Volume = volume }))).Claim;
        Assert.Equal(("Bound", Quantity.Parse("1Gi")), (shown.Status.Phase, shown.Status.Capacity["storage"]));
        Assert.Empty(Planner.Plan(Observation(shown, Class()) with { Volume = volume }));
    }

    [Fact]
    public void A_claim_that_was_bound_and_whose_volume_is_gone_is_lost_and_says_so()
    {
        var effects = Planner.Plan(Observation(BoundClaim(), Class()));
        Assert.Equal("Lost", effects.OfType<UpdateVolumeClaimStatus>().Single().Claim.Status.Phase);
        Assert.Equal("ClaimLost", effects.OfType<SayOfVolume>().Single().EventReason);
    }

    [Fact]
    public void A_volume_that_belongs_to_another_claim_is_not_taken_from_it()
    {
        var volume = Volume("pvc-uid-1", "1Gi") with { Spec = Volume("pvc-uid-1", "1Gi").Spec with { ClaimRef = new() { Name = "x", Uid = "another" } } };
        Assert.DoesNotContain(Planner.Plan(Observation(BoundClaim(), Class()) with { Volume = volume }), effect => effect is UpdateVolume);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void A_volume_grows_with_its_claim_only_where_the_class_allows_it(bool isAllowed, bool grows)
    {
        var bound = BoundClaim();
        var claim = bound with { Spec = bound.Spec with { Resources = new() { Requests = ValueMap.Of(("storage", Quantity.Parse("3Gi"))) } } };
        var volume = Plan(Told("a"), Class()).OfType<CreateVolume>().Single().Volume;
        var effects = Planner.Plan(Observation(claim, Class() with { AllowVolumeExpansion = isAllowed }) with { Volume = volume });
        Assert.Equal(grows, effects.OfType<UpdateVolume>().Any(update => update.Volume.Spec.Capacity["storage"] == Quantity.Parse("3Gi")));
    }

    [Fact]
    public void A_deleted_claim_keeps_its_protection_while_a_pod_uses_it_and_loses_it_after()
    {
        var claim = BoundClaim();
        claim = claim with { Metadata = claim.Metadata with { DeletionTimestamp = DateTimeOffset.UnixEpoch, Finalizers = [VolumeNames.ClaimProtection, "example.dev/mine"] } };
        Assert.Empty(Planner.Plan(Observation(claim, Class()) with { IsUsed = true }));
        var release = Assert.IsType<ReleaseVolumeClaim>(Assert.Single(Planner.Plan(Observation(claim, Class()))));
        Assert.Equal(["example.dev/mine"], release.Claim.Metadata.Finalizers);
    }

    [Theory]
    [InlineData("", "FailedBinding")]
    [InlineData("absent", "ProvisioningFailed")]
    public void A_claim_that_cannot_be_served_says_why(string className, string reason)
    {
        var claim = Claim();
        claim = claim with { Spec = claim.Spec with { StorageClassName = className } };
        Assert.Equal(reason, Assert.IsType<SayOfVolume>(Assert.Single(Plan(claim, null))).EventReason);
    }

    [Fact]
    public void A_class_of_another_provisioner_is_left_to_it() => Assert.Equal("ExternalProvisioning",
        Assert.IsType<SayOfVolume>(Assert.Single(Plan(Told("a"), Class() with { Provisioner = "example.dev/other" }))).EventReason);

    private static ImmutableArray<VolumeEffect> Plan(PersistentVolumeClaim claim, StorageClass? storageClass) => Planner.Plan(Observation(claim, storageClass));

    private static ClaimObservation Observation(PersistentVolumeClaim claim, StorageClass? storageClass) => new(claim, storageClass, null, [], [Node("a"), Node("b")], false, false);

    private static Node Node(string name) => ModelJson.Read<Node>($$"""{"metadata": {"name": "{{name}}", "labels": {"kubernetes.io/hostname": "{{name}}"} } }""");

    private static StorageClass Class(string reclaimPolicy = "Delete") =>
        new() { Provisioner = VolumeNames.DirectoryProvisioner, VolumeBindingMode = "WaitForFirstConsumer", ReclaimPolicy = reclaimPolicy };

    private static PersistentVolumeClaim Claim() => ModelJson.Read<PersistentVolumeClaim>("""
        {"metadata": {"name": "data-web-0", "namespace": "default", "uid": "uid-1"},
         "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "standard", "resources": {"requests": {"storage": "1Gi"}}}}
        """);

    private static PersistentVolumeClaim Told(string node) =>
        Claim() with { Metadata = Claim().Metadata with { Annotations = ValueMap.Of(("volume.kubernetes.io/selected-node", node)) } };

    private static PersistentVolumeClaim BoundClaim() =>
        Claim() with { Spec = Claim().Spec with { VolumeName = "pvc-uid-1" }, Status = new() { Phase = "Bound" } };

    private static PersistentVolume Volume(string name, string size) => ModelJson.Read<PersistentVolume>($$"""
        {"metadata": {"name": "{{name}}"}, "spec": {"accessModes": ["ReadWriteOnce"], "capacity": {"storage": "{{size}}"}, "storageClassName": "standard"} }
        """);
}

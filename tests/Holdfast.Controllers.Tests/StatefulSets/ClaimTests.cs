using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Values;

namespace Holdfast.Controllers.Tests.StatefulSets;

public sealed class ClaimTests
{
    [Theory]
    [InlineData("Retain", "Retain", "", "")]
    [InlineData("Retain", "Delete", "", "Pod web-2")]
    [InlineData("Delete", "Retain", "StatefulSet web", "StatefulSet web")]
    [InlineData("Delete", "Delete", "StatefulSet web", "Pod web-2")]
    public void Each_retention_policy_gives_claims_the_owners_with_which_they_go(string whenDeleted, string whenScaled, string wanted, string surplus)
    {
        var world = new ModelWorld().Settle().Retention(whenDeleted, whenScaled).Settle();
        Assert.Equal(wanted, Owners(world, 2));
        world.Scale(2).Round();
        Assert.Equal(surplus, Owners(world, 2));
        Assert.Equal(wanted, Owners(world, 1));
        world.Scale(3).Round();
        Assert.Equal(surplus, Owners(world, 2));
    }

    [Fact]
    public void A_pod_that_is_wanted_again_before_it_was_gone_gets_its_claim_back()
    {
        var world = new ModelWorld().Retention("Delete", "Delete").Settle().Unready(0).Scale(2).Ready(0);
        world.Put(world.Claim(2)! with { Metadata = world.Claim(2)!.Metadata with { OwnerReferences = [PodOwner(world.Find(2)!.Metadata.Uid)] } });
        world.Scale(3);
        Assert.Equal(["update claim data-web-2 owned by StatefulSet web"], world.Round());
    }

    [Fact]
    public void A_claim_of_the_pod_that_went_before_is_waited_for_until_it_is_gone()
    {
        var world = new ModelWorld().Settle().Gone(1);
        var claim = world.Claim(1)!;
        world.Put(claim with { Metadata = claim.Metadata with { OwnerReferences = [PodOwner("another", "web-1")] } });
        Assert.Empty(world.Round());
        Assert.Equal("claim data-web-1 is going; pod web-1 is made when it is gone", world.Plan().Waiting);
        Assert.Equal(["create claim data-web-1 owned by nobody", "create pod web-1 of web:1"], world.Forget(claim).Round());
    }

    [Fact]
    public void A_terminating_claim_is_waited_for_until_it_is_gone()
    {
        var world = new ModelWorld().Settle().Gone(1);
        var claim = world.Claim(1)!;
        world.Put(claim with { Metadata = claim.Metadata with { DeletionTimestamp = world.Now } });
        Assert.Equal(
            [new StatefulSetNote("FailedCreate", "Create Pod web-1 in StatefulSet web failed error: pvc data-web-1 is being deleted")], world.Plan().Notes);
        Assert.Empty(world.Round());
        Assert.Equal("create pod web-1 of web:1", world.Forget(claim).Round()[^1]);
        Assert.Empty(world.Plan().Notes);
    }

    [Fact]
    public void What_else_a_pod_needs_is_made_while_one_of_its_claims_is_going()
    {
        var world = new ModelWorld().Settle().Change(spec => spec with
        {
            VolumeClaimTemplates = spec.VolumeClaimTemplates.Add(spec.VolumeClaimTemplates[0] with { Metadata = new ObjectMeta { Name = "log" } }),
        }).Gone(1);
        world.Put(world.Claim(1)! with { Metadata = world.Claim(1)!.Metadata with { DeletionTimestamp = world.Now } });
        var effects = world.Round();
        Assert.Contains("create claim log-web-1 owned by nobody", effects);
        Assert.DoesNotContain(effects, effect => effect.StartsWith("create pod web-1", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("OnDelete", "create claim data-web-0 owned by nobody", "update pod web-0")]
    [InlineData("RollingUpdate", "delete pod web-0")]
    public void An_adopted_pod_without_its_claim_is_replaced_by_the_update_or_is_to_get_the_claim(string strategy, params string[] effects)
    {
        var world = new ModelWorld(1).Settle().Change(spec => spec with { UpdateStrategy = new() { Type = strategy } }).Settle();
        var pod = world.Find(0)!;
        world.Forget(world.Claim(0)!).Put(pod with
        {
            Metadata = pod.Metadata with { Labels = pod.Metadata.Labels.Remove(StatefulSetIdentity.RevisionLabel) },
            Spec = pod.Spec with { Volumes = [] },
        });
        Assert.Equal(effects, world.Round());
    }

    [Fact]
    public void A_missing_claim_of_a_pending_pod_is_made_again()
    {
        var world = new ModelWorld();
        world.Round();
        Assert.Equal(["create claim data-web-0 owned by nobody"], world.Forget(world.Claim(0)!).Round());
    }

    [Fact]
    public void Owners_that_others_gave_a_claim_stay_and_where_one_of_them_controls_it_nothing_is_added()
    {
        var world = new ModelWorld(1).Settle();
        var claim = world.Claim(0)!;
        var stranger = new OwnerReference { ApiVersion = "example.dev/v1", Kind = "Backup", Name = "nightly", Uid = "b-1" };
        world.Put(claim with { Metadata = claim.Metadata with { OwnerReferences = [stranger] } }).Retention("Delete", "Retain").Round();
        Assert.Equal("Backup nightly, StatefulSet web", Owners(world, 0));
        world.Put(claim with { Metadata = claim.Metadata with { OwnerReferences = [stranger with { Controller = true }] } });
        Assert.Empty(world.Round());
    }

    [Fact]
    public void A_claim_has_the_labels_of_the_template_and_of_the_selector()
    {
        var world = new ModelWorld().Change(spec => spec with
        {
            VolumeClaimTemplates = [spec.VolumeClaimTemplates[0] with
            {
                Metadata = spec.VolumeClaimTemplates[0].Metadata with { Labels = ValueMap.Of(("tier", "gold")) },
            }],
        });
        var claim = Assert.Single(StatefulSetIdentity.Claims(world.Set, 0));
        Assert.Equal([("app", "web"), ("tier", "gold")], claim.Metadata.Labels.Select(label => (label.Key, label.Value)));
    }

    [Fact]
    public void A_claims_volume_takes_the_place_of_a_volume_of_its_name()
    {
        var world = new ModelWorld().Change(spec => spec with
        {
            Template = spec.Template with { Spec = spec.Template.Spec with { Volumes = [new Volume { Name = "data" }, new Volume { Name = "tmp" }] } },
        });
        var pod = StatefulSetIdentity.NewPod(world.Set, world.Set.Spec.Template, "r", 2);
        Assert.Equal(["data", "tmp"], pod.Spec.Volumes.Select(volume => volume.Name));
        Assert.Equal("data-web-2", pod.Spec.Volumes[0].PersistentVolumeClaim?.ClaimName);
    }

    private static OwnerReference PodOwner(string uid, string name = "web-2") =>
        new() { ApiVersion = "v1", Kind = "Pod", Name = name, Uid = uid, Controller = true, BlockOwnerDeletion = true };

    private static string Owners(ModelWorld world, int ordinal) =>
        string.Join(", ", world.Claim(ordinal)!.Metadata.OwnerReferences.Select(owner => $"{owner.Kind} {owner.Name}"));
}

using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Core;
using Holdfast.Model.Values;

namespace Holdfast.Controllers.Tests.StatefulSets;

public sealed class OwnershipTests
{
    [Fact]
    public void A_pod_that_matches_and_that_nobody_controls_is_adopted_and_counted()
    {
        var world = new ModelWorld().Settle();
        world.Put(world.Find(1)! with { Metadata = world.Find(1)!.Metadata with { OwnerReferences = default } });
        Assert.Equal(["adopt pod web-1"], world.Round());
        Assert.Equal(3, world.Status.ReadyReplicas);
    }

    [Fact]
    public void A_pod_that_no_longer_matches_is_released_and_its_name_stays_taken()
    {
        var world = new ModelWorld().Settle();
        world.Put(world.Find(1)! with { Metadata = world.Find(1)!.Metadata with { Labels = ValueMap.Of(("app", "other")) } });
        var plan = world.Plan();
        Assert.Equal(["release pod web-1", "create pod web-1 of web:1"], PlanWords.Effects(world, plan));
    }

    [Fact]
    public void A_pod_of_the_set_whose_name_is_none_of_its_own_is_released()
    {
        var world = new ModelWorld().Settle();
        world.Put(world.Find(1)! with { Metadata = world.Find(1)!.Metadata with { Name = "web-01" } });
        Assert.Equal(["release pod web-01"], world.Round());
    }

    [Fact]
    public void Neither_a_terminating_orphan_nor_a_stranger_is_adopted()
    {
        var world = new ModelWorld(1).Settle().Terminate(0);
        world.Put(world.Find(0)! with { Metadata = world.Find(0)!.Metadata with { OwnerReferences = default } });
        Assert.DoesNotContain("adopt pod web-0", PlanWords.Effects(world, world.Plan()));
    }

    [Fact]
    public void A_set_that_is_being_deleted_adopts_and_releases_nothing()
    {
        var world = new ModelWorld().Settle();
        world.Put(world.Find(0)! with { Metadata = world.Find(0)!.Metadata with { OwnerReferences = default } });
        world.Put(world.Find(1)! with { Metadata = world.Find(1)!.Metadata with { Labels = ValueMap.Of(("app", "other")) } });
        world.SetOnly(set => set with { Metadata = set.Metadata with { DeletionTimestamp = world.Now } });
        Assert.Empty(world.Round());
    }

    [Fact]
    public void A_pod_that_lost_the_labels_of_its_ordinal_gets_them_back()
    {
        var world = new ModelWorld().Settle();
        var pod = world.Find(1)!;
        world.Put(pod with { Metadata = pod.Metadata with { Labels = pod.Metadata.Labels.Remove(StatefulSetIdentity.PodIndexLabel) } });
        Assert.Equal(["update pod web-1"], world.Round());
        Assert.Equal("1", world.Find(1)!.Metadata.Labels[StatefulSetIdentity.PodIndexLabel]);
    }

    [Fact]
    public void An_orphan_without_the_labels_of_its_ordinal_is_adopted_first_and_corrected_in_the_next_round()
    {
        var world = new ModelWorld().Settle();
        var pod = world.Find(1)!;
        world.Put(pod with { Metadata = pod.Metadata with { OwnerReferences = default, Labels = pod.Metadata.Labels.Remove(StatefulSetIdentity.PodIndexLabel) } });
        Assert.Equal(["adopt pod web-1"], world.Round());
        Assert.Equal(["update pod web-1"], world.Round());
        Assert.Empty(world.Round());
    }

    [Fact]
    public void An_orphaned_revision_is_adopted_and_used_again()
    {
        var world = new ModelWorld().Settle();
        var revision = Assert.Single(world.Revisions);
        world.Put(revision with { Metadata = revision.Metadata with { OwnerReferences = default } });
        Assert.Equal(["adopt revision of web:1"], world.Round());
        Assert.Single(world.Revisions);
    }

    [Fact]
    public void Status_counts_pods_that_are_going_but_not_as_current_or_updated()
    {
        var world = new ModelWorld().Settle().Terminate(2).Unready(1);
        world.Round();
        var status = world.Status;
        Assert.Equal((3, 2, 2, 2), (status.Replicas, status.ReadyReplicas, status.CurrentReplicas, status.UpdatedReplicas));
        Assert.Equal(world.Set.Metadata.Generation, status.ObservedGeneration);
    }

    [Fact]
    public void A_pod_without_a_phase_is_not_counted()
    {
        var world = new ModelWorld(1).Settle();
        world.Put(world.Find(0)! with { Status = PodStatus.Empty });
        world.Round();
        Assert.Equal(0, world.Status.Replicas);
    }
}

using Holdfast.Controllers.StatefulSets;

namespace Holdfast.Controllers.Tests.StatefulSets;

public sealed class UpdateTests
{
    [Fact]
    public void An_update_goes_from_the_highest_ordinal_down_and_waits_for_each_to_be_ready()
    {
        var world = new ModelWorld().Settle().Image("web:2");
        Assert.Equal(["create revision 2 of web:2", "delete pod web-2"], world.Round());
        Assert.Empty(world.Round());
        Assert.Equal(["create pod web-2 of web:2"], world.Gone(2).Round());
        Assert.Empty(world.Round());
        Assert.Equal(["delete pod web-1"], world.Ready(2).Round());
    }

    [Fact]
    public void Pods_below_the_partition_stay_at_the_old_revision_even_when_they_are_made_again()
    {
        var world = new ModelWorld().Settle().Rolling(rolling => rolling with { Partition = 2 }).Image("web:2").Settle();
        Assert.Equal((2, 1), (world.Status.CurrentReplicas, world.Status.UpdatedReplicas));
        Assert.NotEqual(world.Status.CurrentRevision, world.Status.UpdateRevision);
        Assert.Equal(["create pod web-0 of web:1"], world.Gone(0).Round());
        world.Settle().Rolling(rolling => rolling with { Partition = 0 }).Settle();
        Assert.Equal((3, 3), (world.Status.CurrentReplicas, world.Status.UpdatedReplicas));
        Assert.Equal(world.Status.UpdateRevision, world.Status.CurrentRevision);
    }

    [Theory]
    [InlineData("2", 2)]
    [InlineData("50%", 2)]
    [InlineData("1%", 1)]
    [InlineData("100%", 5)]
    public void With_maxUnavailable_so_many_pods_are_replaced_at_once(string maximum, int expected)
    {
        var world = new ModelWorld(5).Settle().Image("web:2").Rolling(rolling => rolling with
        {
            MaxUnavailable = int.TryParse(maximum, out var number) ? number : maximum,
        });
        Assert.Equal(expected, world.Round().Count(words => words.StartsWith("delete pod", StringComparison.Ordinal)));
    }

    [Fact]
    public void With_maxUnavailable_pods_that_are_not_ready_already_count()
    {
        var world = new ModelWorld(5).Change(spec => spec with { PodManagementPolicy = "Parallel" }).Settle()
            .Image("web:2").Rolling(rolling => rolling with { MaxUnavailable = 2 }).Unready(0);
        Assert.Equal(["create revision 2 of web:2", "delete pod web-4"], world.Round());
    }

    [Fact]
    public void A_pod_of_the_old_revision_that_has_ended_is_deleted_once()
    {
        var world = new ModelWorld().Change(spec => spec with { PodManagementPolicy = "Parallel" }).Settle().Image("web:2").Phase(2, "Failed");
        Assert.Equal(["create revision 2 of web:2", "delete pod web-2"], world.Round());
    }

    [Fact]
    public void Under_OnDelete_pods_are_left_alone_and_made_again_from_the_new_template()
    {
        var world = new ModelWorld().Settle().Change(spec => spec with { UpdateStrategy = new() { Type = "OnDelete" } }).Image("web:2");
        Assert.Equal(["create revision 2 of web:2"], world.Round());
        Assert.Equal(["create pod web-1 of web:2"], world.Gone(1).Round());
        world.Settle();
        Assert.Equal((2, 1), (world.Status.CurrentReplicas, world.Status.UpdatedReplicas));
    }

    [Theory]
    [InlineData("OrderedReady")]
    [InlineData("Parallel")]
    public void A_pod_that_goes_as_soon_as_it_is_replaced_is_made_from_the_new_revision(string policy)
    {
        var world = new ModelWorld().Change(spec => spec with { PodManagementPolicy = policy, UpdateStrategy = new() { Type = "RollingUpdate" } }).Settle().Image("web:2");
        Assert.Equal(["create revision 2 of web:2", "delete pod web-2"], world.Round());
        Assert.Equal(["create pod web-2 of web:2"], world.Gone(2).Round());
        Assert.Equal(["delete pod web-1"], world.Ready(2).Round());
        Assert.Equal(["create pod web-1 of web:2"], world.Gone(1).Round());
    }

    [Fact]
    public void A_broken_revision_blocks_its_own_correction_until_a_person_deletes_the_pod()
    {
        var world = new ModelWorld().Settle().Image("web:broken");
        world.Round();
        world.Gone(2).Round();
        world.Image("web:3");
        Assert.Equal(["create revision 3 of web:3"], world.Round());
        Assert.Equal("pod web-2 is not ready", world.Plan().Waiting);
        Assert.Equal(["create pod web-2 of web:3"], world.Gone(2).Round());
    }

    [Fact]
    public void Going_back_to_an_earlier_template_uses_its_revision_again()
    {
        var world = new ModelWorld().Settle().Image("web:2").Settle().Image("web:1");
        Assert.Equal(["renumber revision of web:1 to 3", "delete pod web-2"], world.Round());
        Assert.Equal(2, world.Settle().Revisions.Count);
    }

    [Fact]
    public void Past_revisions_beyond_the_limit_are_forgotten_oldest_first_but_never_one_in_use()
    {
        var world = new ModelWorld().Change(spec => spec with { RevisionHistoryLimit = 1 }).Settle();
        world.Image("web:2").Settle().Image("web:3").Settle();
        Assert.Equal([2, 3], world.Revisions.Select(revision => revision.Revision).Order());
        world.Rolling(rolling => rolling with { Partition = 3 }).Image("web:4").Settle();
        Assert.Equal([2, 3, 4], world.Revisions.Select(revision => revision.Revision).Order());
    }

    [Fact]
    public void An_unchanged_template_makes_no_revision_whatever_else_changes()
    {
        var world = new ModelWorld().Settle().Scale(4).Settle().Retention("Delete", "Delete").Settle();
        Assert.Single(world.Revisions);
    }

    [Fact]
    public void A_revision_holds_its_template_and_two_of_one_template_have_one_name()
    {
        var world = new ModelWorld();
        var revision = RevisionHistory.Of(world.Set, 1, 0);
        Assert.Equal(world.Set.Spec.Template, RevisionHistory.Template(revision));
        Assert.Equal(revision.Metadata.Name, RevisionHistory.Of(world.Set, 7, 0).Metadata.Name);
        Assert.NotEqual(revision.Metadata.Name, RevisionHistory.Of(world.Set, 1, 1).Metadata.Name);
    }

    [Fact]
    public void An_update_is_complete_only_when_no_surplus_pod_is_left_and_all_are_ready()
    {
        var world = new ModelWorld().Settle().Image("web:2");
        for (var ordinal = 2; ordinal >= 0; ordinal--)
        {
            world.Round();
            world.Gone(ordinal).Round();
            Assert.NotEqual(world.Status.UpdateRevision, world.Status.CurrentRevision);
            world.Ready(ordinal);
        }
        world.Round();
        Assert.Equal(world.Status.UpdateRevision, world.Status.CurrentRevision);
        Assert.Equal(3, world.Status.CurrentReplicas);
    }
}

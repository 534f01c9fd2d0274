using Holdfast.Controllers.StatefulSets;

namespace Holdfast.Controllers.Tests.StatefulSets;

public sealed class OrderTests
{
    [Fact]
    public void Pods_are_made_from_the_lowest_ordinal_up_each_after_the_one_before_is_ready()
    {
        var world = new ModelWorld();
        Assert.Equal(["create revision 1 of web:1", "create claim data-web-0 owned by nobody", "create pod web-0 of web:1"], world.Round());
        Assert.Empty(world.Round());
        Assert.Equal("pod web-0 is not ready", world.Plan().Waiting);
        Assert.Equal(["create claim data-web-1 owned by nobody", "create pod web-1 of web:1"], world.Ready(0).Round());
        Assert.Equal(["create claim data-web-2 owned by nobody", "create pod web-2 of web:1"], world.Ready(1).Round());
        Assert.Empty(world.Ready(2).Round());
    }

    [Fact]
    public void Under_Parallel_all_pods_are_made_at_once()
    {
        var world = new ModelWorld().Change(spec => spec with { PodManagementPolicy = "Parallel" });
        Assert.Equal(["create pod web-0 of web:1", "create pod web-1 of web:1", "create pod web-2 of web:1"],
            world.Round().Where(words => words.Contains("pod", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_terminating_pod_is_waited_for_and_made_again_when_it_is_gone()
    {
        var world = new ModelWorld().Settle().Terminate(1);
        Assert.Empty(world.Round());
        Assert.Equal("pod web-1 is terminating", world.Plan().Waiting);
        Assert.Equal(["create pod web-1 of web:1"], world.Gone(1).Round());
    }

    [Theory]
    [InlineData("Failed")]
    [InlineData("Succeeded")]
    public void A_pod_that_has_ended_is_deleted_and_made_again_only_after_it_is_gone(string phase)
    {
        var world = new ModelWorld().Settle().Phase(1, phase);
        Assert.Equal(["delete pod web-1"], world.Round());
        Assert.Equal(["create pod web-1 of web:1"], world.Round());
    }

    [Fact]
    public void Scaling_down_takes_the_highest_ordinal_first_and_one_at_a_time()
    {
        var world = new ModelWorld(5).Settle().Scale(3);
        Assert.Equal(["delete pod web-4"], world.Round());
        Assert.Empty(world.Round());
        Assert.Equal(["delete pod web-3"], world.Gone(4).Round());
        Assert.Empty(world.Gone(3).Round());
    }

    [Fact]
    public void Scaling_down_waits_while_a_lower_pod_is_not_ready()
    {
        var world = new ModelWorld(5).Settle().Scale(3).Unready(1);
        Assert.Empty(world.Round());
        Assert.Equal(["delete pod web-4"], world.Ready(1).Round());
    }

    [Fact]
    public void An_unready_surplus_pod_goes_only_when_it_is_the_lowest_unready_one()
    {
        Assert.Equal(["delete pod web-4"], new ModelWorld(5).Settle().Scale(3).Unready(4).Round());
        var world = new ModelWorld(5).Settle().Scale(3).Unready(3).Unready(4);
        Assert.Empty(world.Round());
        Assert.Equal("pod web-3 is not ready; nothing is scaled down meanwhile", world.Plan().Waiting);
    }

    [Fact]
    public void Surplus_pods_that_have_ended_go_in_their_turn_and_nothing_waits_for_them()
    {
        var ended = new ModelWorld(5).Settle().Scale(3).Phase(3, "Failed").Phase(4, "Failed");
        Assert.Equal(["delete pod web-4"], ended.Round());
        Assert.Equal(["delete pod web-3"], ended.Round());
        var above = new ModelWorld(5).Settle().Scale(3).Phase(3, "Failed").Unready(4);
        Assert.Equal(["delete pod web-4"], above.Round());
        Assert.Equal(["delete pod web-3"], above.Gone(4).Round());
    }

    [Fact]
    public void Under_Parallel_all_surplus_pods_go_at_once()
    {
        var world = new ModelWorld(5).Settle().Change(spec => spec with { PodManagementPolicy = "Parallel" }).Scale(2).Unready(0);
        Assert.Equal(["delete pod web-4", "delete pod web-3", "delete pod web-2"], world.Round());
    }

    [Fact]
    public void Ordinals_may_start_above_zero_and_moving_the_start_takes_away_what_lies_outside()
    {
        var world = new ModelWorld(2).Change(spec => spec with { Ordinals = new() { Start = 3 } }).Settle();
        Assert.Equal(["web-3", "web-4"], world.Pods.Select(pod => pod.Metadata.Name));
        world.Change(spec => spec with { Ordinals = new() { Start = 4 } });
        Assert.Equal("create pod web-5 of web:1", world.Round()[^1]);
        Assert.Equal(["delete pod web-3"], world.Ready(5).Round());
    }

    [Fact]
    public void A_pod_that_is_ready_but_not_long_enough_holds_the_next_one_and_asks_for_a_round_in_time()
    {
        var world = new ModelWorld().Change(spec => spec with { MinReadySeconds = 10 });
        world.Round();
        world.Ready(0);
        world.Now += TimeSpan.FromSeconds(4);
        Assert.Empty(world.Round());
        Assert.Equal(TimeSpan.FromSeconds(6), world.Plan().RequeueAfter);
        Assert.Equal((1, 0), (world.Status.ReadyReplicas, world.Status.AvailableReplicas));
        world.Now += TimeSpan.FromSeconds(6);
        Assert.Equal("create pod web-1 of web:1", world.Round()[^1]);
        Assert.Null(world.Plan().RequeueAfter);
    }

    [Fact]
    public void A_set_that_is_being_deleted_only_shows_its_status()
    {
        var world = new ModelWorld().Settle().Gone(0);
        world.SetOnly(set => set with { Metadata = set.Metadata with { DeletionTimestamp = world.Now } });
        Assert.Empty(world.Round());
        Assert.Equal(2, world.Status.Replicas);
    }

    [Fact]
    public void A_settled_set_needs_nothing_written() => Assert.Null(new ModelWorld().Settle().Plan().Status);

    [Theory]
    [InlineData("web-0", 0)]
    [InlineData("web-12", 12)]
    [InlineData("web-01", -1)]
    [InlineData("web-", -1)]
    [InlineData("web-a", -1)]
    [InlineData("webs-1", -1)]
    [InlineData("web-1-2", -1)]
    [InlineData("web--1", -1)]
    [InlineData("web-99999999999", -1)]
    public void An_ordinal_is_read_only_off_the_name_that_it_would_be_given(string podName, int ordinal) =>
        Assert.Equal(ordinal, StatefulSetIdentity.Ordinal(new ModelWorld().Set, podName));

    [Fact]
    public void A_set_that_goes_makes_no_revision_again()
    {
        var world = new ModelWorld().Settle();
        world.SetOnly(set => set with { Metadata = set.Metadata with { DeletionTimestamp = world.Now } });
        world.Image("web:2");
        Assert.Empty(PlanWords.Effects(world, world.Plan()));
    }
}

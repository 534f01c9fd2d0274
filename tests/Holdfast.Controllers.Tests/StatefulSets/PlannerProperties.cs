using Holdfast.Controllers.Pods;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Platform;

namespace Holdfast.Controllers.Tests.StatefulSets;

/// <summary>From any start the planner reaches what is wanted, and no plan on the way breaks an invariant.</summary>
public sealed class PlannerProperties
{
    private const int Seeds = 1000;

    [Fact]
    public void From_any_start_every_plan_keeps_the_invariants_and_the_wanted_state_is_reached()
    {
        for (var seed = 0ul; seed < Seeds; seed++)
        {
            var chance = new SeededChance(seed);
            var world = RandomWorlds.Draw(chance);
            try
            {
                Fold(world, chance);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                Assert.Fail($"seed {seed}: {failure.Message}");
            }
        }
    }

    [Fact]
    public void Planning_twice_gives_the_same_plan()
    {
        for (var seed = 0ul; seed < Seeds; seed++)
        {
            var world = RandomWorlds.Draw(new SeededChance(seed));
            var (first, second) = (world.Plan(), world.Plan());
            Assert.Equal(first.Effects, second.Effects);
            Assert.Equal(first.Status, second.Status);
            Assert.Equal(first.Waiting, second.Waiting);
        }
    }

    private static void Fold(ModelWorld world, SeededChance chance)
    {
        for (var round = 0; round < 400; round++)
        {
            if (round is 20 or 40)
                RandomWorlds.ChangeSpec(world, chance);
            var plan = world.Plan();
            PlanInvariants.Check(world, plan);
            world.Apply(plan);
            var isStill = plan.Effects.IsEmpty && plan.Status is null;
            // Most rounds only some pods move; now and then all do, so that the end is reached.
            foreach (var pod in world.Pods.ToList())
            {
                if (chance.Next(3) == 0)
                    isStill &= !world.Progress(pod);
                else
                    isStill &= pod.IsRunningAndReady() && !pod.IsTerminating();
            }
            isStill &= !world.HasGarbage;
            if (chance.Next(3) == 0)
                world.CollectGarbage();
            world.Now += TimeSpan.FromSeconds(1);
            if (isStill && round > 40 && plan.RequeueAfter is null)
            {
                AssertWanted(world);
                return;
            }
        }
        Assert.Fail($"it did not come to rest; at last it {world.Plan().Waiting}");
    }

    private static void AssertWanted(ModelWorld world)
    {
        var set = world.Set;
        var wanted = StatefulSetIdentity.Replicas(set);
        var own = world.Pods.Where(pod => pod.Metadata.Controller()?.Uid == set.Metadata.Uid).ToList();
        Assert.Equal(wanted, own.Count);
        var partition = set.Spec.UpdateStrategy.RollingUpdate?.Partition ?? 0;
        for (var index = 0; index < wanted; index++)
        {
            var pod = world.Find(StatefulSetIdentity.Start(set) + index);
            Assert.True(pod?.IsRunningAndReady(), $"index {index} is not ready");
            if (index >= partition && set.Spec.UpdateStrategy.Type == "RollingUpdate")
                Assert.Equal(set.Status.UpdateRevision, StatefulSetIdentity.Revision(pod!));
        }
        var status = set.Status;
        Assert.Equal((wanted, wanted, wanted), (status.Replicas, status.ReadyReplicas, status.AvailableReplicas));
        Assert.Equal(set.Metadata.Generation, status.ObservedGeneration);
        if (partition == 0 && set.Spec.UpdateStrategy.Type == "RollingUpdate")
            Assert.Equal(status.UpdateRevision, status.CurrentRevision);
    }
}

using Holdfast.Platform;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Plans;
using Holdfast.Steward.Tests.Worlds;

namespace Holdfast.Steward.Tests.Planning;

/// <summary>
/// T5, T1 and T2 over random worlds: the Steward ends between any two things that it does, effects happen twice or not at all, members
/// cannot be asked for a while, templates and numbers change midway; and yet it comes to what is wanted, and takes a member away only while a
/// majority of the others is there.
/// </summary>
public sealed class RestartProperties
{
    private const ulong Seeds = 400;

    [Fact]
    public void Whatever_is_forgotten_repeated_or_lost_on_the_way_the_end_is_the_same_and_the_quorum_is_always_there()
    {
        for (var seed = 0ul; seed < Seeds; seed++)
        {
            try
            {
                Fold(new SeededChance(seed));
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                Assert.Fail($"seed {seed}: {failure.Message}");
            }
        }
    }

    [Fact]
    public void The_same_observation_gives_the_same_plan()
    {
        for (var seed = 0ul; seed < Seeds; seed++)
        {
            var (chance, world) = (new SeededChance(seed), Draw(new SeededChance(seed)));
            for (var round = 0; round < 60; round++)
            {
                var (first, second) = (WorkPlanner.Plan(StewardView.Of(world.Observation)), WorkPlanner.Plan(StewardView.Of(world.Observation)));
                Assert.Equal((first.Memory, first.Effect, first.Waiting), (second.Memory, second.Effect, second.Waiting));
                world.Apply(first);
                if (chance.Next(2) == 0)
                    world.Pass(TimeSpan.FromSeconds(2));
            }
        }
    }

    private static ModelWorld Draw(SeededChance chance)
    {
        var replicas = 3 + (2 * chance.Next(2));
        var world = Scenes.World(
            replicas, chance.Next(2) == 0 ? "OnDelete" : "RollingUpdate", """, "rollout": {"soak": "1s", "stepDeadline": "1h", "progressDeadline": "2h"}""", chance.Next(replicas));
        world.Template("web-2");
        return world;
    }

    private static void Fold(SeededChance chance)
    {
        var world = Draw(chance);
        var (wantedTemplate, wantedMembers, rests) = ("web-2", world.Observation.Members.Length, 0);
        for (var round = 0; round < 3000; round++)
        {
            if (round is 40 or 90 && chance.Next(2) == 0)
                world.Template(wantedTemplate = "web-3");
            if (round == 60 && chance.Next(2) == 0)
                Scale(world, wantedMembers = wantedMembers == 3 ? 5 : 3);
            var seen = chance.Next(12) == 0 && round < 200 ? Blinded(world.Observation, chance) : world.Observation;
            var plan = WorkPlanner.Plan(StewardView.Of(seen));
            Check(world.Observation, plan);
            Take(world, plan, round < 200 ? chance.Next(8) : 7);
            rests = plan.Memory is null && plan.Effect is null ? rests + 1 : 0;
            if (chance.Next(3) != 0)
                world.Pass(TimeSpan.FromSeconds(1));
            if (rests > 20 && round > 250)
                break;
        }
        var state = ClusterState.Of(world.Observation);
        Assert.True(world.Observation.Steward.Status.Operation is null, $"an operation is left: {world.Observation.Steward.Status.Operation}");
        Assert.All(world.Observation.Members.Where(member => member.Pod is not null), member => Assert.Equal((wantedTemplate, true), (member.Pod!.Revision, member.Pod.IsReady)));
        Assert.Equal((wantedMembers, wantedMembers, true), (state.VoterCount, state.CountedVoters, state.Leader is not null));
    }

    /// <summary>It may be done, done twice, or lost with the Steward; and what it knew besides its status is forgotten.</summary>
    private static void Take(ModelWorld world, StewardPlan plan, int how)
    {
        if (how == 0)
        {
            world.Change(seen => seen with { Calls = [], Gates = [], Evidence = [] });
            return;
        }
        world.Apply(plan);
        if (how == 1)
            world.Apply(plan);
    }

    private static TargetObservation Blinded(TargetObservation observation, SeededChance chance)
    {
        var members = observation.Members;
        for (var at = 0; at < members.Length; at++)
        {
            if (chance.Next(3) == 0)
                members = members.SetItem(at, members[at] with { Reading = new MemberReading.Unknown("no answer", null) });
        }
        return observation with { Members = members };
    }

    private static void Scale(ModelWorld world, int members) => world.Spec(spec => spec with { Replicas = members });

    /// <summary>What the truth is when something is taken away, whatever the Steward saw.</summary>
    private static void Check(TargetObservation truth, StewardPlan plan)
    {
        if (plan.Effect is not null)
            Assert.True(truth.Steward.Status.Operation is not null || plan.Effect is SetPartition or RestoreTemplate, $"{plan.Effect} is done without being remembered");
        var state = ClusterState.Of(truth);
        if (plan.Effect is EvictMember evict)
        {
            Assert.NotEqual(evict.Member, state.Leader?.Name);
            Assert.True(state.Voters.Count(voter => voter.Counts && voter.Name != evict.Member) >= state.Majority, $"T1: the quorum goes with {evict.Member}");
        }
        if (plan.Effect is ScaleSet scale && scale.Replicas < truth.Set!.Spec.Replicas)
            Assert.True(truth.Members.Where(member => member.Ordinal >= scale.Replicas).All(member => state.Find(member.Name)?.IsListed != true), "T3: a pod goes whose member has not left");
    }
}

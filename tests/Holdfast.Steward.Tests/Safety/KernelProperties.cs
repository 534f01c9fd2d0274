using System.Collections.Immutable;
using Holdfast.Platform;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Safety;
using Holdfast.Steward.Tests.Worlds;

namespace Holdfast.Steward.Tests.Safety;

/// <summary>
/// The kernel against brute force: every assignment of what is not known is tried. A yes must hold in all of them, and a no for the quorum's
/// sake must have one in which the quorum is lost. Clusters have 3, 5 or 7 voters and up to two learners, with lags, zones, ages, pods that
/// go, members that cannot be asked, leaders of old terms and of the same one, and copies of a member's data.
/// </summary>
public sealed class KernelProperties
{
    private const ulong Seeds = 20_000;

    [Fact]
    public void A_yes_leaves_a_caught_up_majority_with_its_leader_in_every_world()
    {
        var yes = 0;
        ForEach((members, state, policy) =>
        {
            foreach (var member in state.Members.Where(member => member.Observation is not null && SafetyKernel.MayLose(member, state, null, policy).IsYes))
            {
                yes++;
                var world = new BruteForce(members, Members.Limits);
                var mayGainVote = policy.LearnersPromoteThemselves;
                Assert.True(
                    world.HasNoProcess(member.Name) || world.HasNoVote(member.Name, mayGainVote) || world.AlwaysHasQuorumWithout(member.Observation?.Name, mayGainVote),
                    $"{member.Name} may not be lost");
            }
        });
        Assert.InRange(yes, 1000, int.MaxValue);
    }

    [Fact]
    public void A_no_for_the_quorums_sake_has_a_world_in_which_the_quorum_is_lost()
    {
        var no = 0;
        ForEach((members, state, policy) =>
        {
            foreach (var member in state.Members)
            {
                var verdict = SafetyKernel.MayLose(member, state, null, policy);
                if (!verdict.IsYes && verdict.Refusals.All(refusal => refusal.Reason == RefusalReason.QuorumAtRisk))
                {
                    no++;
                    Assert.False(new BruteForce(members, Members.Limits).AlwaysHasQuorumWithout(member.Observation?.Name, policy.LearnersPromoteThemselves), $"{member.Name} could be lost: {verdict.Words}");
                }
            }
        });
        Assert.InRange(no, 1000, int.MaxValue);
    }

    [Fact]
    public void A_removal_leaves_a_majority_of_the_smaller_membership_in_every_world()
    {
        var yes = 0;
        ForEach((members, state, policy) =>
        {
            foreach (var member in state.Members.Where(member => member.IsVoter == true && SafetyKernel.MayRemove(member, state, null, policy).IsYes))
            {
                yes++;
                Assert.True(new BruteForce(members, Members.Limits).AlwaysHasQuorumAfterRemoving(member.Id!), $"{member.Name} may not be removed");
            }
        });
        Assert.InRange(yes, 1000, int.MaxValue);
    }

    [Fact]
    public void Knowing_less_never_turns_a_no_into_a_yes()
    {
        ForEach((members, state, policy) =>
        {
            for (var at = 0; at < members.Length; at++)
            {
                var less = members.Unknown(at).State();
                foreach (var member in state.Members.Where(member => member.Observation is not null && member.Name != members[at].Name))
                {
                    var verdict = SafetyKernel.MayLose(member, state, null, policy);
                    // Not to see one of two rivals, or a copy, is the one thing that no reading can tell.
                    if (!verdict.IsYes && !verdict.Has(RefusalReason.SplitBrain) && !verdict.Has(RefusalReason.IdentityUnclear) && IsSeenByOthers(verdict, members, at))
                    {
                        Assert.False(SafetyKernel.MayLose(less.Find(member.Name)!, less, null, policy).IsYes, $"{member.Name} may go once {members[at].Name} is not seen, before: {verdict.Words}");
                    }
                }
            }
        });
    }

    // What only the hidden member said (a higher term, another membership) cannot stand against its loss once nobody has heard of it.
    private static bool IsSeenByOthers(Verdict verdict, ImmutableArray<MemberObservation> members, int hidden) =>
        verdict.Refusals.All(refusal => refusal.Reason is RefusalReason.QuorumAtRisk) && members[hidden].Reading.Values is not { Role: MemberRole.Leader }
        && members.Where((_, at) => at != hidden).Max(member => member.Reading.Values?.Term) == members.Max(member => member.Reading.Values?.Term);

    private static void ForEach(Action<ImmutableArray<MemberObservation>, ClusterState, SafetyPolicy> check)
    {
        for (var seed = 0ul; seed < Seeds; seed++)
        {
            var chance = new SeededChance(seed);
            var members = RandomClusters.Draw(chance);
            var state = members.State();
            try
            {
                check(members, state, new SafetyPolicy(default, default, chance.Next(4) == 0));
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                Assert.Fail($"seed {seed}: {failure.Message}\n{string.Join('\n', state.Members.Select(member => $"{member.Name} voter {member.IsVoter} leads {member.IsLeader} {member.Values?.Role} {member.Problem}"))}");
            }
        }
    }
}

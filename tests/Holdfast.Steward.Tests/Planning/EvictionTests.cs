using System.Collections.Immutable;
using Holdfast.Model.Meta;
using Holdfast.Model.Policy;
using Holdfast.Model.Stewards;
using Holdfast.Model.Values;
using Holdfast.Steward.Eviction;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Plans;
using Holdfast.Steward.Reporting;
using Holdfast.Steward.Tests.Worlds;

namespace Holdfast.Steward.Tests.Planning;

/// <summary>What speaks for and against an eviction besides the loss: as what the member comes back, whether anything is lost at all, budgets, and whether anybody brings it back.</summary>
public sealed class EvictionTests
{
    private const string Paused = """, "rollout": {"paused": true}""";

    [Fact]
    public void With_OnDelete_no_eviction_brings_a_member_to_a_revision_where_the_rollout_would_not()
    {
        Refuses(Evict(Changed(Paused), 2), "it would come back at revision web-2 instead of web-1, and the rollout is paused. Ways out: holdfast rollout resume|retry|abort web -n default");
        Refuses(Evict(Remembering(Changed(), new() { Phase = "Stopped", ToRevision = "web-2", FromRevision = "web-1", FailedRevision = "web-2", Message = "web-2 did not come back." }), 2),
            "and that revision was given up: web-2 did not come back. Ways out");
        Refuses(Evict(Changed(""", "rollout": {"preflight": {"backupWithin": "1h"}}"""), 2), "backup");
        var unseen = Changed();
        Refuses(Evict(unseen with { Set = unseen.Set! with { Metadata = unseen.Set.Metadata with { Generation = 7 } } }, 2), "has not seen its spec yet");
    }

    [Fact]
    public void With_OnDelete_a_leader_does_not_hand_over_for_an_eviction_that_is_refused() =>
        Refuses(Evict(Changed(Paused), 0), "the rollout is paused");

    [Fact]
    public void With_OnDelete_the_canary_may_be_evicted_and_others_once_one_has_passed()
    {
        Refuses(Evict(Changed(), 1), "web-2 goes there first");
        Assert.Equal("Eviction", Evict(Changed(), 2).Memory?.Operation?.Kind);
        var passed = new RolloutStatus
        {
            Phase = "Progressing",
            FromRevision = "web-1",
            ToRevision = "web-2",
            Steps = [new RolloutStep { Member = "web-2", Phase = "Done", StartedAt = Members.Noon, FinishedAt = Members.Noon }],
        };
        var later = Changed();
        later = Remembering(later with { Members = later.Members.PodOf(2, pod => pod with { Revision = "web-2" }) }, passed);
        Assert.True(Evict(later, 1).IsAllowed);
        Refuses(Evict(Remembering(later, passed with { Steps = [passed.Steps[0] with { FinishedAt = null, Phase = "Soaking" }] }), 1), "web-2 goes there first");
    }

    [Fact]
    public void What_comes_back_as_it_was_or_what_does_not_run_where_others_are_well_may_go_while_a_rollout_is_paused()
    {
        Assert.True(Evict(Scenes.Observation(steward: Paused), 2).IsAllowed);
        Assert.True(Evict(Scenes.Observation(strategy: "RollingUpdate", steward: Paused) is var seen ? seen with { Set = seen.Set! with { Status = seen.Set.Status with { UpdateRevision = "web-2" } } } : seen, 2).IsAllowed);
        var broken = Scenes.Observation(steward: Paused);
        broken = broken with { Members = Down(broken.Members, 2, "made anew").PodOf(2, pod => pod with { Revision = "web-3" }) };
        Assert.True(Evict(broken, 2).IsAllowed);
    }

    [Fact]
    public void A_plan_of_a_drain_says_what_the_eviction_would_be_told() =>
        Assert.Contains("the rollout is paused", PlanPreview.Drain(Changed(Paused), "node-2", ImmutableDictionary<string, string>.Empty).StoppedBy, StringComparison.Ordinal);

    [Theory]
    [InlineData("Eviction")]
    [InlineData("Update")]
    public void A_pod_without_a_process_may_go_while_the_operation_on_record_is_about_its_member_and_no_other_may(string kind)
    {
        var seen = Scenes.Observation(5);
        seen = Doing(seen with { Members = Down(seen.Members, 2, "made anew") }, Members.Operation(kind, 2) with { PodUid = "uid-web-2" });
        Assert.Equal((true, null), (Evict(seen, 2).IsAllowed, Evict(seen, 2).Memory));
        Refuses(Evict(seen, 3), "something else is going on");
        // What runs again is not without a process, whoever took it away.
        Refuses(Evict(seen with { Members = Scenes.Observation(5).Members.PodOf(2, pod => pod with { Uid = "made anew" }) }, 2), "something else is going on");
    }

    [Fact]
    public void An_abort_is_acted_upon_while_an_evicted_member_does_not_start_and_makes_it_again()
    {
        var rollout = new RolloutStatus { Phase = "Paused", FromRevision = "web-1", ToRevision = "web-2" };
        var seen = Changed(""", "rollout": {"request": {"id": "r1", "action": "Abort"}}""");
        seen = seen with { Members = Down(seen.Members, 2, "made anew").PodOf(2, pod => pod with { Revision = "web-2" }) };
        var world = new ModelWorld(Doing(Remembering(seen, rollout), Members.Operation("Eviction", 2) with { PodUid = "uid-web-2", Deadline = Members.Noon + TimeSpan.FromMinutes(5) }));
        var effects = new List<StewardEffect>();
        for (var round = 0; round < 8 && !effects.OfType<EvictMember>().Any(); round++)
        {
            var plan = WorkPlanner.Plan(StewardView.Of(world.Observation));
            if (plan.Effect is { } effect)
                effects.Add(effect);
            world.Apply(plan);
            Assert.Equal("web-2", world.Observation.Steward.Status.Operation?.Member);
        }
        Assert.Equal("web-1", Assert.IsType<RestoreTemplate>(effects[0]).Revision.Metadata.Name);
        Assert.Equal("web-2", Assert.IsType<EvictMember>(effects[^1]).Member);
    }

    [Fact]
    public void An_evicted_member_that_finds_no_node_holds_the_others_up_for_a_moment_only()
    {
        var seen = Scenes.Observation(5);
        var waiting = Down(seen.Members, 2, "made anew").PodOf(2, pod => pod with { Node = "", IsHindered = true, Problem = "the pod has no node: Unschedulable", CreatedAt = Members.Noon - TimeSpan.FromSeconds(10) });
        var operation = Members.Operation("Eviction", 2) with { PodUid = "uid-web-2", Deadline = Members.Noon + TimeSpan.FromMinutes(5) };
        Assert.Null(WorkPlanner.Plan(StewardView.Of(Doing(seen with { Members = waiting }, operation))).Memory);
        var ended = WorkPlanner.Plan(StewardView.Of(Doing(seen with { Members = waiting.PodOf(2, pod => pod with { CreatedAt = Members.Noon - TimeSpan.FromSeconds(31) }) }, operation))).Memory;
        Assert.Equal((null, "Superseded"), (ended?.Operation, ended?.Last?.Outcome));
        var forecast = PlanPreview.Drain(Two(seen), "node-3", ImmutableDictionary<string, string>.Empty.Add("pv-2", "node-3").Add("pv-3", "node-3"));
        Assert.Equal(("", 2), (forecast.StoppedBy, forecast.Steps.Count(step => step.Action == "replace")));
    }

    [Fact]
    public void What_a_budget_refuses_is_refused_in_its_name_before_anything_is_handed_over_or_put_on_record()
    {
        Refuses(Evict(With(Budget("mine", 0)), 2), "PodDisruptionBudget mine allows no disruption now");
        Refuses(Evict(With(Budget("mine", 0)), 0), "PodDisruptionBudget mine allows no disruption now");
        Refuses(Evict(With(Budget("mine", 1), Budget("yours", 1)), 2), "PodDisruptionBudgets mine and yours all cover it");
        Assert.True(Evict(With(Budget("mine", 1)), 2).IsAllowed);
        Assert.True(Evict(With(Budget("other", 0) with { Spec = new PodDisruptionBudgetSpec { Selector = new LabelSelector { MatchLabels = ValueMap.Of(("app", "other")) } } }), 2).IsAllowed);
        Assert.True(Evict(With(Budget("mine", 0)), 2, isEviction: false).IsAllowed);
        Assert.Equal("Switchover", Evict(With(Budget("mine", 1)), 0).Memory?.Operation?.Kind);
    }

    [Fact]
    public void Members_that_their_set_has_left_are_guarded_and_the_refusal_says_that_nobody_brings_them_back()
    {
        const string Nobody = "StatefulSet web is gone and has left its pods, so that nobody brings";
        var left = Scenes.Observation() with { Set = null };
        Refuses(Evict(left, 0, isEviction: false), Nobody);
        var first = Evict(left, 2, isEviction: false);
        Assert.Contains(Nobody, Assert.Single(first.Events).Message, StringComparison.Ordinal);
        var going = Doing(left with { Members = left.Members.PodOf(2, pod => pod with { IsTerminating = true }) }, first.Memory!.Operation!);
        Refuses(Evict(going, 1, isEviction: false), "something else is going on");
        Refuses(Evict(going, 0, isEviction: false), Nobody);
        var view = StewardView.Of(going);
        Assert.Contains(StatusPlanner.Plan(view, WorkPlanner.Plan(view)).Conditions, condition => condition is { Type: "Stalled", Reason: "TargetMissing" } && condition.Message.Contains("only as the quorum bears it", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("web-0", "web-0", false, "web")]
    [InlineData("a.b-c-12", "a.b-c-12", false, "a.b-c")]
    [InlineData("web-0", "web-0", true, null)]
    [InlineData("web-0", "", false, null)]
    [InlineData("web-x", "web-x", false, null)]
    [InlineData("web", "web", false, null)]
    public void A_left_pod_is_known_by_its_name_and_label_and_by_having_no_owner(string name, string label, bool isOwned, string? set) => Assert.Equal(set, LeftMembers.SetOf(new Model.Core.Pod
    {
        Metadata = new ObjectMeta
        {
            Name = name,
            Labels = ValueMap.Of(("statefulset.kubernetes.io/pod-name", label)),
            OwnerReferences = isOwned ? [new OwnerReference { Kind = "StatefulSet", ApiVersion = "apps/v1", Name = "web", Uid = "s", Controller = true }] : [],
        },
    }));

    private static void Refuses(EvictionAnswer answer, string words)
    {
        Assert.Equal((false, 429, null), (answer.IsAllowed, answer.Status, answer.Memory));
        Assert.Contains(words, answer.Message, StringComparison.Ordinal);
    }

    private static EvictionAnswer Evict(TargetObservation seen, int ordinal, bool isEviction = true) =>
        EvictionPlanner.Answer(StewardView.Of(seen), new EvictionRequest(Members.Name(ordinal), "", "alice", false, false, false, "") { IsEviction = isEviction });

    private static TargetObservation Changed(string steward = "") =>
        Scenes.Observation(steward: steward) is var seen ? seen with { Set = seen.Set! with { Status = seen.Set.Status with { UpdateRevision = "web-2" } } } : seen;

    private static TargetObservation Remembering(TargetObservation seen, RolloutStatus rollout) => seen with { Steward = seen.Steward with { Status = seen.Steward.Status with { Rollout = rollout } } };

    private static TargetObservation Doing(TargetObservation seen, OperationStatus operation) => seen with { Steward = seen.Steward with { Status = seen.Steward.Status with { Operation = operation } } };

    private static ImmutableArray<MemberObservation> Down(ImmutableArray<MemberObservation> members, int ordinal, string uid) =>
        members.Unknown(ordinal, "connection refused").PodOf(ordinal, pod => pod with { Uid = uid, IsReady = false, IsDown = true, Problem = "container main waits: CrashLoopBackOff" });

    private static TargetObservation Two(TargetObservation seen) => seen with { Members = seen.Members.PodOf(2, pod => pod with { Node = "node-3" }) };

    private static TargetObservation With(params ImmutableArray<PodDisruptionBudget> budgets) => Scenes.Observation() is var seen ? seen with
    {
        Budgets = budgets,
        Members = [.. seen.Members.Select(member => member with { Pod = member.Pod! with { Labels = ValueMap.Of(("app", "web")) } })],
    } : seen;

    private static PodDisruptionBudget Budget(string name, int allowed) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        Spec = new PodDisruptionBudgetSpec { Selector = new LabelSelector { MatchLabels = ValueMap.Of(("app", "web")) } },
        Status = new PodDisruptionBudgetStatus { DisruptionsAllowed = allowed },
    };
}

using Holdfast.Model.Meta;
using Holdfast.Model.Policy;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Tests.Worlds;

namespace Holdfast.Steward.Tests.Planning;

/// <summary>What must hold before the first step, and what gates ask for after each.</summary>
public sealed class PreflightTests
{
    [Fact]
    public void A_crowded_zone_stops_a_rollout_only_where_spread_is_required()
    {
        Assert.Equal("", Waits(Crowded(Scenes.Observation())));
        Assert.Equal(
            "a majority of the voters is in zone a, and quorum.spread is Require: its loss would take the quorum away",
            Waits(Crowded(Scenes.Observation(steward: """, "quorum": {"spread": "Require"}"""))));
    }

    [Fact]
    public void A_budget_that_allows_nothing_stops_a_rollout()
    {
        var budget = new PodDisruptionBudget { Metadata = new ObjectMeta { Name = "mine" }, Status = new PodDisruptionBudgetStatus { DisruptionsAllowed = 0 } };
        Assert.Equal("PodDisruptionBudget mine allows no disruption now", Waits(Scenes.Observation() with { Budgets = [budget] }));
    }

    [Theory]
    [InlineData("Patch", "1.0.1", "")]
    [InlineData("Patch", "1.0.2", "web-0 runs 1.0.0, and 1.0.2 is further away than one patch version")]
    [InlineData("Patch", "1.1.0", "web-0 runs 1.0.0, and 1.1.0 is further away than one patch version")]
    [InlineData("Minor", "1.1.7", "")]
    [InlineData("Minor", "1.2.0", "web-0 runs 1.0.0, and 1.2.0 is further away than one minor version")]
    [InlineData("Minor", "2.0.0", "web-0 runs 1.0.0, and 2.0.0 is further away than one minor version")]
    [InlineData("Major", "2.3.4", "")]
    [InlineData("Minor", "latest", "image web:latest has no version for a tag, so that its distance from what runs is not known, and preflight.maximumVersionSkew is Minor")]
    public void Versions_may_be_only_so_far_apart(string skew, string tag, string waits)
    {
        var observation = Scenes.Observation(steward: """, "rollout": {"preflight": {"maximumVersionSkew": "SKEW"}}""".Replace("SKEW", skew, StringComparison.Ordinal));
        var template = observation.Set!.Spec.Template;
        var spec = template.Spec with { Containers = [template.Spec.Containers[0] with { Image = "web:" + tag }] };
        Assert.Equal(waits, Waits(observation with { Set = observation.Set with { Spec = observation.Set.Spec with { Template = template with { Spec = spec } } } }));
    }

    [Theory]
    [InlineData(5.0, null, "gate p99 is at 5, at most 1 is wanted")]
    [InlineData(0.5, 30.0, "gate p99 has been within its bounds for 30s of 1m")]
    [InlineData(0.5, 60.0, "")]
    [InlineData(null, null, "gate p99 gives no value: the server does not answer")]
    public void A_gate_is_open_only_when_its_value_was_within_its_bounds_for_long_enough(double? value, double? held, string shut)
    {
        var observation = Scenes.Observation(steward: """, "rollout": {"gates": [{"name": "p99", "prometheus": {"url": "http://p", "query": "q"}, "atMost": 1, "for": "1m"}]}""");
        var reading = new GateReading("p99", value, TimeSpan.Zero, held is { } seconds ? TimeSpan.FromSeconds(seconds) : null, value is null ? "the server does not answer" : "");
        Assert.Equal(shut, Rollout.GateCheck.Shut(StewardView.Of(observation with { Gates = [reading] })));
        Assert.Equal("gate p99 was not looked at yet", Rollout.GateCheck.Shut(StewardView.Of(observation)));
    }

    [Theory]
    [InlineData(null, "no backup is proven, and rollout.preflight.backupWithin is 1h: no member tells when the last one was made (field lastBackupAt)")]
    [InlineData(-59, "")]
    [InlineData(-61, "the last backup was made at 2026-01-01 10:59:00 UTC, longer ago than rollout.preflight.backupWithin allows (1h): make one")]
    [InlineData(2, "no backup is proven, and rollout.preflight.backupWithin is 1h: the last one is said to be of 2026-01-01 12:02:00 UTC, which is still to come: compare the clocks")]
    public void A_rollout_does_not_begin_without_a_young_backup_where_one_is_asked_for(int? minutes, string waits) =>
        Assert.Equal(waits, Waits(BackedUp(Asking, minutes)));

    [Fact]
    public void What_a_member_said_of_its_backups_too_long_ago_proves_nothing()
    {
        var observation = BackedUp(Asking, -1);
        observation = observation with { Members = observation.Members.Aged(0, 60) };
        Assert.Contains("no member tells when the last one was made", Backups.BackupProof.Objection(StewardView.Of(observation), "1h", "field"), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_another_one_tells_of_backups_the_members_word_does_not_count()
    {
        var observation = BackedUp(Scenes.Observation(steward: """, "backup": {"lastAt": {"prometheus": {"url": "http://p", "query": "q"}}}, "rollout": {"preflight": {"backupWithin": "1h"}}"""), -1);
        Assert.EndsWith("spec.backup.lastAt was not asked yet", Waits(observation), StringComparison.Ordinal);
        Assert.EndsWith("spec.backup.lastAt gives no time: it is away", Waits(observation with { Backup = new(null, TimeSpan.Zero, "it is away") }), StringComparison.Ordinal);
        Assert.EndsWith("spec.backup.lastAt was last asked 2m ago", Waits(observation with { Backup = new(Members.Noon, TimeSpan.FromMinutes(2), "") }), StringComparison.Ordinal);
        Assert.Equal("", Waits(observation with { Backup = new(Members.Noon.AddMinutes(-3), TimeSpan.Zero, "") }));
    }

    [Fact]
    public void The_backup_that_a_rollout_rests_on_is_put_on_record_and_not_asked_for_again()
    {
        var world = new Plans.ModelWorld(BackedUp(Scenes.Observation(steward: """, "rollout": {"soak": "90m", "stepDeadline": "3h", "preflight": {"backupWithin": "1h"}}"""), -50));
        world.Template("web-2");
        for (var round = 0; round < 200; round++)
        {
            var plan = WorkPlanner.Plan(StewardView.Of(world.Observation));
            world.Apply(plan);
            if (plan is { Memory: null, Effect: null })
                world.Pass(plan.RequeueAfter ?? TimeSpan.FromSeconds(1));
        }
        var rollout = world.Observation.Steward.Status.Rollout!;
        Assert.Equal(("Completed", Members.Noon.AddMinutes(-50)), (rollout.Phase, rollout.BackupAt));
    }

    [Fact]
    public void A_leader_that_would_be_first_does_not_hand_over_before_the_preflight_is_passed()
    {
        var observation = BackedUp(Scenes.Observation(strategy: "RollingUpdate", steward: """, "rollout": {"preflight": {"backupWithin": "1h"}}""", leader: 2), null);
        Assert.StartsWith("no backup is proven", Waits(observation), StringComparison.Ordinal);
    }

    private static TargetObservation Asking => Scenes.Observation(steward: """, "rollout": {"preflight": {"backupWithin": "1h"}}""");

    private static TargetObservation BackedUp(TargetObservation observation, int? minutes) => observation with
    {
        Members = observation.Members.But(0, values => values with { LastBackupAt = minutes is { } ago ? Members.Noon.AddMinutes(ago) : null }),
    };

    private static TargetObservation Crowded(TargetObservation observation) => observation with { Members = observation.Members.PodOf(1, pod => pod with { Zone = "a" }) };

    /// <summary>What a rollout to another revision waits for before its first step; empty when it begins.</summary>
    private static string Waits(TargetObservation observation)
    {
        var world = new Plans.ModelWorld(observation);
        world.Template("web-2");
        world.Apply(WorkPlanner.Plan(StewardView.Of(world.Observation)));
        return WorkPlanner.Plan(StewardView.Of(world.Observation)).Waiting;
    }
}

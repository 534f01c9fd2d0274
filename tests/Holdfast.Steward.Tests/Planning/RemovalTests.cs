using Holdfast.Model.Apps;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Scaling;
using Holdfast.Steward.Tests.Worlds;

namespace Holdfast.Steward.Tests.Planning;

/// <summary>Which member goes when there are to be fewer, and what must hold for its claims before anything is taken away.</summary>
public sealed class RemovalTests
{
    [Theory]
    [InlineData("", "web-4", "")]
    [InlineData("web-4", "web-4", "")]
    [InlineData("web-7", "web-4", "")]
    [InlineData("web-0", "", "web-0 cannot be removed: StatefulSet web has no spec.ordinals, so that it can give up web-4 alone. Where the server has that field, set it first: kubectl patch statefulset web -n default --type=merge -p '{\"spec\":{\"ordinals\":{\"start\":0}}}'")]
    [InlineData("web-2", "", "web-2 cannot be removed: a StatefulSet has its ordinals without gaps, and web can give up web-4 only; take web-2 out of scaling.removeFirst")]
    public void Without_ordinals_of_its_own_a_set_gives_up_its_highest_alone(string first, string next, string objection) =>
        Assert.Equal((next, objection), RemovalChoice.Next(StewardView.Of(Scenes.Observation(5, steward: Chosen(first)))));

    [Theory]
    [InlineData("web-0", "web-0", "")]
    [InlineData("web-4", "web-4", "")]
    [InlineData("web-3", "", "web-3 cannot be removed: a StatefulSet has its ordinals without gaps, and web can give up web-4 or web-0 only; take web-3 out of scaling.removeFirst")]
    public void With_ordinals_of_its_own_a_set_gives_up_its_lowest_too(string first, string next, string objection) =>
        Assert.Equal((next, objection), RemovalChoice.Next(StewardView.Of(Numbered(Scenes.Observation(5, steward: Chosen(first))))));

    [Fact]
    public void What_a_set_cannot_do_is_refused_before_anything_and_said_for_good()
    {
        var view = StewardView.Of(Scenes.Observation(5, steward: Chosen("web-1")));
        var plan = WorkPlanner.Plan(view);
        Assert.Equal((null, null), (plan.Memory, plan.Effect));
        Assert.StartsWith("web-1 cannot be removed", plan.Waiting, StringComparison.Ordinal);
        Assert.Equal("OrdinalNotRemovable", ScalingPlanner.Obstacle(view)?.Reason);
        var stalled = Reporting.StatusPlanner.Plan(view, plan).Conditions.Single(condition => condition.Type == "Stalled");
        Assert.Equal(("True", "OrdinalNotRemovable", plan.Waiting), (stalled.Status, stalled.Reason, stalled.Message));
    }

    [Fact]
    public void Nothing_is_removed_while_snapshots_are_asked_for_and_not_served()
    {
        var missing = new SnapshotSupport(false, "this cluster does not serve VolumeSnapshots");
        var view = StewardView.Of(Scenes.Observation(5, steward: """, "replicas": 3, "scaling": {"claims": "Snapshot"}""", leader: 4) with { Snapshots = missing });
        var plan = WorkPlanner.Plan(view);
        Assert.Equal((null, null, "web-4 is not removed: this cluster does not serve VolumeSnapshots"), (plan.Memory, plan.Effect, plan.Waiting));
        Assert.Equal(("ClaimsNotKept", plan.Waiting), ScalingPlanner.Obstacle(view));
        var unasked = StewardView.Of(view.Observation with { Snapshots = null });
        Assert.Equal("web-4 is not removed: it is not known yet whether the cluster takes snapshots (snapshot.storage.k8s.io/v1)", WorkPlanner.Plan(unasked).Waiting);
        Assert.Null(ScalingPlanner.Obstacle(unasked));
    }

    [Fact]
    public void A_member_whose_claim_holds_the_data_of_a_removed_one_is_not_added_and_that_is_said_for_good()
    {
        var observation = Scenes.Observation(3, steward: """, "replicas": 4""");
        var left = new MemberObservation("web-3", 3, null, [Scenes.Claim(3)], new MemberReading.Unknown("it has no pod", null));
        var view = StewardView.Of(observation with { Members = [.. observation.Members, left] });
        var plan = WorkPlanner.Plan(view);
        Assert.Equal((null, null), (plan.Memory, plan.Effect));
        Assert.Equal(("ClaimHoldsOldData", plan.Waiting), ScalingPlanner.Obstacle(view));
    }

    [Theory]
    [InlineData("Retain", true)]
    [InlineData("Snapshot", true)]
    [InlineData("Delete", false)]
    public void A_set_that_deletes_claims_itself_is_not_made_smaller_while_they_are_to_be_kept(string claims, bool isRefused)
    {
        var observation = Scenes.Observation(5, steward: """, "replicas": 3, "scaling": {"claims": "CLAIMS"}""".Replace("CLAIMS", claims, StringComparison.Ordinal));
        var set = observation.Set!;
        var view = StewardView.Of(observation with
        {
            Set = set with { Spec = set.Spec with { PersistentVolumeClaimRetentionPolicy = new StatefulSetPersistentVolumeClaimRetentionPolicy { WhenScaled = "Delete", WhenDeleted = "Retain" } } },
        });
        Assert.Equal(isRefused, WorkPlanner.Plan(view).Waiting.Contains("whenScaled is Delete", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false, false, "snapshot")]
    [InlineData(true, false, "wait")]
    [InlineData(true, true, "delete")]
    public void A_claim_goes_only_after_a_snapshot_of_it_was_seen_ready(bool isTaken, bool isReady, string what)
    {
        var plan = WorkPlanner.Plan(StewardView.Of(AtItsClaims("""{"claims": "Snapshot"}""", isTaken ? new SnapshotFacts("copy", isReady, "the driver is busy") : null)));
        Assert.Equal(what, plan.Effect switch { SnapshotClaim => "snapshot", DeleteClaim => "delete", _ => "wait" });
        Assert.Equal(what == "wait" ? "snapshot copy of claim data-web-2 is not ready: the driver is busy" : "", plan.Waiting);
    }

    [Fact]
    public void A_claim_is_kept_when_snapshots_are_no_longer_served_or_the_backup_has_grown_old()
    {
        var gone = AtItsClaims("""{"claims": "Snapshot"}""", new SnapshotFacts("copy", true, "")) with { Snapshots = new(false, "not served") };
        Assert.Equal("claim data-web-2 is kept: not served", WorkPlanner.Plan(StewardView.Of(gone)).Waiting);
        var old = AtItsClaims("""{"claims": "Delete", "backupWithin": "1h"}""", null);
        Assert.StartsWith("claim data-web-2 is kept: no backup is proven, and scaling.backupWithin is 1h", WorkPlanner.Plan(StewardView.Of(old)).Waiting, StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_is_not_removed_without_a_young_backup_where_one_is_asked_for()
    {
        var observation = Scenes.Observation(5, steward: """, "replicas": 3, "scaling": {"backupWithin": "1h"}""");
        Assert.StartsWith("web-4 is not removed: no backup is proven", WorkPlanner.Plan(StewardView.Of(observation)).Waiting, StringComparison.Ordinal);
        var backed = observation with { Members = observation.Members.But(1, values => values with { LastBackupAt = Members.Noon.AddMinutes(-5) }) };
        Assert.Equal("ScaleDown", WorkPlanner.Plan(StewardView.Of(backed)).Memory?.Operation?.Kind);
    }

    [Fact]
    public void A_voter_without_a_pod_whose_removal_failed_is_given_a_pause()
    {
        var seen = Scenes.Observation(5);
        seen = seen with { Set = seen.Set! with { Spec = seen.Set.Spec with { Replicas = 4 } }, Members = seen.Members.Unknown(4, "it has no pod").PodOf(4, _ => null) };
        var failed = seen with { Steward = seen.Steward with { Status = new() { LastOperation = new() { Kind = "ScaleDown", Member = "web-4", Outcome = "Failed", Message = "web-4 does not go", FinishedAt = seen.Now } } } };
        Assert.Equal("web-4 does not go; it is tried again soon", WorkPlanner.Plan(StewardView.Of(failed)).Waiting);
        var begun = WorkPlanner.Plan(StewardView.Of(failed with { Now = seen.Now.AddMinutes(2) })).Memory?.Operation;
        Assert.Equal(("ScaleDown", "web-4", "Removing"), (begun?.Kind, begun?.Member, begun?.Phase));
    }

    private static string Chosen(string first) =>
        $$""", "replicas": 3, "scaling": {"removeFirst": [{{(first.Length > 0 ? $"\"{first}\"" : "")}}]}""";

    private static TargetObservation Numbered(TargetObservation observation) =>
        observation with { Set = observation.Set! with { Spec = observation.Set.Spec with { Ordinals = new() { Start = 0 } } } };

    /// <summary>The third member is gone, and its claims are what is left to see to.</summary>
    private static TargetObservation AtItsClaims(string scaling, SnapshotFacts? snapshot)
    {
        var observation = Scenes.Observation(2, steward: """, "replicas": 2, "scaling": SCALING""".Replace("SCALING", scaling, StringComparison.Ordinal));
        var operation = Members.Operation("ScaleDown", 2) with { Phase = "Claims", MemberId = "m2", Deadline = Members.Noon.AddMinutes(30) };
        var left = new MemberObservation("web-2", 2, null, [Scenes.Claim(2) with { Snapshot = snapshot }], new MemberReading.Unknown("it has no pod", null));
        return observation with { Steward = observation.Steward with { Status = new() { Operation = operation } }, Members = [.. observation.Members, left] };
    }
}

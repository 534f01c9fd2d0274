using Holdfast.Client.Caching;
using Holdfast.Model.Stewards;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Reporting;
using Holdfast.Steward.Tests.Worlds;

namespace Holdfast.Steward.Tests.Planning;

/// <summary>Time counts against a member, or for it, only while a Steward watched.</summary>
public sealed class WatchedTimeTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Theory]
    [InlineData(Operations.Update, 2, "Rejoining", "RollingBack", "10m")]
    [InlineData(Operations.Update, 2, "Starting", "RollingBack", "10m")]
    [InlineData(Operations.Switchover, 0, "HandingOver", "Progressing", "30s")]
    [InlineData(Operations.Eviction, 2, "Granted", "Progressing", "5m")]
    [InlineData(Operations.ScaleUp, 2, "CatchingUp", "Progressing", "30m")]
    public void An_operation_has_its_whole_time_again_after_a_time_in_which_nobody_watched(string kind, int member, string phase, string rollout, string span)
    {
        var seen = Amid(kind, member, phase, Hour);
        Assert.Null(WorkPlanner.Plan(StewardView.Of(seen with { WatchedSince = seen.Now })).Memory?.Last);
        var length = StewardView.Span(span, TimeSpan.Zero);
        Assert.Null(WorkPlanner.Plan(StewardView.Of(seen with { WatchedSince = seen.Now - length + TimeSpan.FromSeconds(1) })).Memory?.Last);
        var memory = WorkPlanner.Plan(StewardView.Of(seen with { WatchedSince = seen.Now - length })).Memory;
        Assert.Equal(("Failed", rollout), (memory?.Last?.Outcome, memory?.Rollout?.Phase));
    }

    [Fact]
    public void That_a_member_was_not_asked_yet_is_no_evidence()
    {
        var seen = Amid(Operations.Update, 2, "Rejoining", Hour);
        var unasked = seen.Members.SetItem(2, seen.Members[2] with { Reading = new MemberReading.Unknown("it was not asked yet", null) { IsUnasked = true } });
        Assert.Null(WorkPlanner.Plan(StewardView.Of(seen with { Members = unasked })).Memory);
        Assert.Equal("RollingBack", WorkPlanner.Plan(StewardView.Of(seen)).Memory?.Rollout?.Phase);
    }

    [Fact]
    public void A_member_is_not_taken_for_watched_while_nobody_did()
    {
        var seen = Amid(Operations.Update, 2, "Soaking", Hour);
        seen = seen with { Members = seen.Members.SetItem(2, Members.Well()[2] with { Pod = seen.Members[2].Pod! with { IsReady = true } }), WatchedSince = seen.Now };
        Assert.Equal((null, TimeSpan.FromSeconds(30)), (WorkPlanner.Plan(StewardView.Of(seen)).Memory, WorkPlanner.Plan(StewardView.Of(seen)).RequeueAfter));
        Assert.Equal("Done", WorkPlanner.Plan(StewardView.Of(seen with { WatchedSince = seen.Now - TimeSpan.FromSeconds(30) })).Memory?.Last?.Outcome);
    }

    [Fact]
    public void A_gate_that_is_shut_has_its_time_again_and_so_has_a_rollout_that_stands_still()
    {
        var seen = Amid(Operations.Update, 2, "Gating", 2 * Hour, """, "rollout": {"gates": [{"name": "lag", "member": {"field": "lag"}, "atMost": 5}]}""");
        seen = seen with { Members = seen.Members.SetItem(2, Members.Well()[2] with { Pod = seen.Members[2].Pod! with { IsReady = true } }), WatchedSince = seen.Now };
        var waiting = WorkPlanner.Plan(StewardView.Of(seen));
        Assert.Equal((null, "gate lag was not looked at yet"), (waiting.Memory, waiting.Waiting));
        Assert.Equal("False", Stalled(seen));
        Assert.Equal("True", Stalled(seen with { WatchedSince = seen.Now - (2 * Hour) }));
        Assert.Equal("Failed", WorkPlanner.Plan(StewardView.Of(seen with { WatchedSince = seen.Now - (2 * Hour) })).Memory?.Last?.Outcome);
    }

    [Fact]
    public void Looks_at_a_target_are_without_a_break_while_they_follow_each_other()
    {
        var (notes, key) = (new LookNotes(), new ResourceKey("default", "web"));
        Assert.Equal(Members.Noon, notes.Look(key, Members.Noon));
        Assert.Equal(Members.Noon, notes.Look(key, Members.Noon + TimeSpan.FromSeconds(50)));
        Assert.Equal(Members.Noon, notes.Look(key, Members.Noon + TimeSpan.FromSeconds(100)));
        Assert.Equal(Members.Noon + Hour, notes.Look(key, Members.Noon + Hour));
        notes.Forget(key);
        Assert.Equal(Members.Noon + Hour + Hour, notes.Look(key, Members.Noon + Hour + Hour));
    }

    private static string Stalled(TargetObservation seen)
    {
        var view = StewardView.Of(seen);
        return StatusPlanner.Plan(view, StewardPlan.Wait("gate lag was not looked at yet")).Conditions.First(condition => condition.Type == "Stalled").Status;
    }

    private static TargetObservation Amid(string kind, int ordinal, string phase, TimeSpan ago, string more = "")
    {
        var seen = Scenes.Observation(steward: more);
        var operation = Members.Operation(kind, ordinal) with { Phase = phase, PodUid = "before", Successor = "web-1", FromTerm = 4, StartedAt = seen.Now - ago, PhaseSince = seen.Now - ago, Deadline = seen.Now - (ago / 2) };
        var rollout = new RolloutStatus { Phase = "Progressing", FromRevision = "web-1", ToRevision = "web-2", FromFormat = "8", NewestFormat = "8", ReadableFormat = "8", ProgressedAt = seen.Now - ago };
        return seen with
        {
            Steward = seen.Steward with { Status = seen.Steward.Status with { Operation = operation, Rollout = rollout } },
            Set = seen.Set! with { Status = seen.Set!.Status with { UpdateRevision = "web-2" } },
            Members = kind == Operations.Switchover ? seen.Members : seen.Members.Unknown(2).PodOf(2, pod => phase == "Starting" ? null : pod with { Revision = "web-2", IsReady = false, Problem = "the pod is not ready" }),
        };
    }
}

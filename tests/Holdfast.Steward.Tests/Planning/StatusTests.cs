using Holdfast.Model.Stewards;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Reporting;
using Holdfast.Steward.Running;
using Holdfast.Steward.Tests.Worlds;

namespace Holdfast.Steward.Tests.Planning;

/// <summary>Status tells the truth: nothing is well that is not known to be.</summary>
public sealed class StatusTests
{
    [Fact]
    public void All_well_is_ready_with_a_margin()
    {
        var status = Status(Scenes.Observation());
        Assert.Equal(
            ["Ready True AllWell", "Reconciling False Settled", "Stalled False Going", "Observed True AllMembersKnown", "QuorumSafe True MarginLeft", "SplitBrain False OneLeaderAtMost"],
            Conditions(status));
        Assert.Equal(("web-0", 4L, "3/3", 1, "c1"), (status.Leader, status.Term, status.Quorum!.Text, status.Quorum.Margin, status.ClusterId));
        Assert.Equal((3, "app=web"), (status.Replicas, status.Selector));
        Assert.Equal(("web-1", "follower", "True", true, "web-1", "node-1", "b", "data-web-1"), Shown(status.Members[1]));
    }

    [Fact]
    public void With_nobody_to_ask_everything_is_unknown_and_nothing_is_well()
    {
        var observation = Scenes.Observation();
        var status = Status(observation with { Members = observation.Members.Unknown(0).Unknown(1).Unknown(2) });
        Assert.Equal(
            ["Ready Unknown MembersUnknown", "Observed Unknown MembersUnknown", "QuorumSafe Unknown MembershipUnknown", "SplitBrain Unknown NobodyKnown"],
            Conditions(status).Where(text => text.Contains(" Unknown ", StringComparison.Ordinal)));
        Assert.DoesNotContain(status.Conditions, condition => condition is { Type: "Ready" or "QuorumSafe" or "Observed", Status: "True" });
        Assert.All(status.Members, member => Assert.Equal(("Unknown", "unknown"), (member.IsHealthy, member.Role)));
        Assert.Null(status.Quorum);
    }

    [Fact]
    public void A_member_that_is_not_known_makes_the_target_not_ready_and_is_named()
    {
        var observation = Scenes.Observation();
        var status = Status(observation with { Members = observation.Members.Unknown(2) });
        Assert.Equal(("False", "MembersUnknown", "web-2: no answer within 2s"), Of(status, "Ready"));
        Assert.Equal(("False", "NoMargin", "2 of 3 voters are well, and 2 are needed (web-2: no answer within 2s): none may be lost"), Of(status, "QuorumSafe"));
    }

    [Fact]
    public void A_set_that_is_not_what_the_spec_describes_is_said_to_be_so()
    {
        var observation = Scenes.Observation();
        var silent = observation with { Now = Members.Noon.AddSeconds(31), Members = observation.Members.Unknown(0).Unknown(1).Unknown(2) };
        Assert.Equal(
            ("True", "MembersDoNotAnswer", "every pod is ready, and none answers as spec.member (preset test) describes it for 30s; does it fit this set? web-0: no answer within 2s"),
            Of(Status(silent), "Stalled"));
        Assert.StartsWith("MembersDoNotAnswer: every pod is ready, and none answers", Status(silent).Summary, StringComparison.Ordinal);
        Assert.True(Status(silent).Summary.Length <= 120, Status(silent).Summary);
        Assert.Equal("False", Of(Status(silent with { Members = silent.Members.PodOf(2, pod => pod with { IsReady = false }) }), "Stalled").Status);

        var steward = Scenes.Steward();
        var member = steward.Spec.Member with { Container = "app", Port = "admin", Drain = new() { HttpPost = new() { Path = "/", Port = "client" } } };
        Assert.Equal(
            ["spec.member.container: StatefulSet web has no container app; it has main", "spec.member.port: no container of StatefulSet web has a port admin; they have client"],
            TargetFit.Problems(member, observation.Set!));
    }

    [Fact]
    public void A_split_brain_is_loud()
    {
        var observation = Scenes.Observation();
        var status = Status(observation with { Members = observation.Members.But(2, values => values with { Role = MemberRole.Leader }) });
        Assert.Equal(("True", "TwoLeaders", "web-0 and web-2 all lead in term 4; nothing is done until one gives way"), Of(status, "SplitBrain"));
        Assert.Equal(("False", "TwoLeaders"), (Of(status, "Ready").Status, Of(status, "Ready").Reason));
        Assert.Equal("split brain: web-0 and web-2", status.Summary);
    }

    [Fact]
    public void A_missing_set_a_bad_spec_and_a_second_Steward_are_stalled_with_the_reason()
    {
        Assert.Equal(("True", "TargetMissing", "there is no StatefulSet web in namespace default: nothing is looked after, and what its pods do that still run is not known here"), Of(Status(Scenes.Observation() with { Set = null, Members = [] }), "Stalled"));
        Assert.Equal(("True", "SpecInvalid", "member.promote: no such variable"), Of(Status(Scenes.Observation() with { SpecProblems = ["member.promote: no such variable"] }), "Stalled"));
        Assert.Equal(
            ("True", "OtherSteward", "Steward other looks after the same set; delete one of them"),
            Of(Status(Scenes.Observation() with { OtherStewards = [new OtherSteward("other", true)] }), "Stalled"));
    }

    [Fact]
    public void What_an_operation_waits_for_is_told()
    {
        var seen = Scenes.Observation();
        seen = seen with { Steward = seen.Steward with { Status = seen.Steward.Status with { Operation = Members.Operation("ScaleUp", 2) } } };
        var status = StatusPlanner.Plan(StewardView.Of(seen), StewardPlan.Wait("web-2 starts: Connection refused"));
        Assert.Equal(("web-2 is added", ("True", "ScaleUp", "web-2 is added (Begun): web-2 starts: Connection refused")), (status.Summary, Of(status, "Reconciling")));
    }

    [Fact]
    public void What_changes_all_the_time_is_written_seldom()
    {
        var first = Scenes.Observation();
        var written = first with { Steward = first.Steward with { Status = Status(first) } };
        var moved = written with { Members = written.Members.But(1, values => values with { AppliedIndex = 99 }), Now = written.Now + TimeSpan.FromSeconds(5) };
        Assert.Same(moved.Steward.Status, Status(moved));
        var later = moved with { Now = written.Now + TimeSpan.FromSeconds(31) };
        Assert.Equal(99, Status(later).Members[1].AppliedIndex);
    }

    [Fact]
    public void A_time_without_a_leader_is_measured()
    {
        var lost = Scenes.Observation();
        lost = lost with { Members = lost.Members.But(0, values => values with { Role = MemberRole.Follower }) };
        var status = Status(lost);
        Assert.Equal((Members.Noon, 1), (status.Leaderless!.Since, status.Leaderless.Count));
        var again = Scenes.Observation();
        status = Status(again with { Steward = again.Steward with { Status = status }, Now = Members.Noon + TimeSpan.FromSeconds(2.5) });
        Assert.Equal((null, 2.5, 2.5, 1), ((DateTimeOffset?)status.Leaderless!.Since, status.Leaderless.LastSeconds, status.Leaderless.LongestSeconds, status.Leaderless.Count));
    }

    [Fact]
    public void A_member_that_is_started_again_and_again_is_told_with_what_may_do_it()
    {
        var observation = Scenes.Observation();
        var members = observation.Members.Unknown(2).PodOf(2, pod => pod with { IsReady = false, Restarts = 4, Problem = "container main is not ready after 4 restarts" });
        Assert.EndsWith("if a liveness probe ends them while they recover, give recovery a startup probe", Status(observation with { Members = members }).Members[2].Problem);
    }

    [Fact]
    public void A_member_that_crash_loops_is_told_with_its_last_lines_and_advice_and_once_as_an_event()
    {
        var observation = Scenes.Observation();
        var seen = observation with { Members = Looping(observation, "bad record at 4096; restore a backup", "ended with 65") };
        var status = Status(seen);
        Assert.Equal(("True", "MemberCrashLoops"), (Of(status, "Stalled").Status, Of(status, "Stalled").Reason));
        Assert.StartsWith("web-2 is started again and again and does not become ready: ended with 65. Nothing is done about it. Its last lines say why it ends", Of(status, "Stalled").Message);
        Assert.Equal(["bad record at 4096; restore a backup"], status.Members[2].LastLines);
        Assert.Equal(("False", "MemberCrashLoops"), (Of(status, "Ready").Status, Of(status, "Ready").Reason));
        Assert.Null(WorkPlanner.Plan(StewardView.Of(seen)).Effect);

        var (standing, key) = (new StandingEvents(), Client.Caching.ResourceKey.Of(seen.Steward));
        Assert.Equal("MemberCrashLoops", Assert.Single(standing.New(key, Upkeep.Plan(StewardView.Of(seen)).Events)).Reason);
        var later = seen with { Members = Looping(observation, "another line", "ended with 66").PodOf(2, pod => pod with { Restarts = 9 }), Now = seen.Now + TimeSpan.FromMinutes(5) };
        Assert.Empty(standing.New(key, Upkeep.Plan(StewardView.Of(later)).Events));
        Assert.Empty(standing.New(key, Upkeep.Plan(StewardView.Of(observation)).Events));
        Assert.Single(standing.New(key, Upkeep.Plan(StewardView.Of(later)).Events));
    }

    [Fact]
    public void A_rollout_tells_of_the_member_that_it_updates_itself_and_other_operations_do_not()
    {
        var observation = Scenes.Observation();
        var steward = observation.Steward with { Status = observation.Steward.Status with { Operation = Members.Operation("Update", 2) } };
        Assert.Equal("False", Of(Status(observation with { Steward = steward, Members = Looping(observation, "line", "ended") }), "Stalled").Status);
        var evicted = steward with { Status = steward.Status with { Operation = Members.Operation("Eviction", 2) } };
        Assert.Equal("MemberCrashLoops", Of(Status(observation with { Steward = evicted, Members = Looping(observation, "line", "ended") }), "Stalled").Reason);
    }

    [Fact]
    public void A_member_that_waits_for_longer_than_any_may_is_told_so_with_what_it_last_wrote()
    {
        var observation = Scenes.Observation(steward: """, "rollout": {"stepDeadline": "3m"}""");
        var waits = observation with { Members = observation.Members.Unknown(2, "Connection refused").PodOf(2, pod => pod with { IsReady = false, UnreadySince = Members.Noon, Problem = "the pod is not ready" }) };
        waits = waits with { Members = waits.Members.SetItem(2, waits.Members[2] with { LastLines = ["I wait until that one is removed"] }) };
        Assert.Equal("False", Of(Status(waits with { Now = Members.Noon.AddSeconds(170) }), "Stalled").Status);
        var status = Status(waits with { Now = Members.Noon.AddSeconds(190) });
        Assert.Equal(("True", "MemberNotReady"), (Of(status, "Stalled").Status, Of(status, "Stalled").Reason));
        Assert.StartsWith("web-2 has not been ready for longer than 3m: the pod is not ready. Nothing is done about it.", Of(status, "Stalled").Message);
        Assert.Equal(["I wait until that one is removed"], status.Members[2].LastLines);
    }

    [Fact]
    public void Without_a_set_no_time_without_a_leader_runs_on()
    {
        var lost = Scenes.Observation();
        lost = lost with { Members = lost.Members.But(0, values => values with { Role = MemberRole.Follower }) };
        var status = Status(lost);
        Assert.NotNull(status.Leaderless!.Since);
        var gone = lost with { Set = null, Members = [], Steward = lost.Steward with { Status = status } };
        Assert.Null(Status(gone).Leaderless!.Since);
    }

    [Fact]
    public void An_even_number_of_voters_and_a_crowded_zone_are_warned_of()
    {
        var message = Of(Status(Scenes.Observation(4)), "QuorumSafe").Message;
        Assert.Contains("4 voters bear the loss of 1, no more than 3 do: an odd number is better", message);
        var observation = Scenes.Observation();
        Assert.Contains("A majority is in zone a", Of(Status(observation with { Members = observation.Members.PodOf(1, pod => pod with { Zone = "a" }) }), "QuorumSafe").Message);
    }

    private static StewardStatus Status(TargetObservation observation)
    {
        var view = StewardView.Of(observation);
        return StatusPlanner.Plan(view, WorkPlanner.Plan(view));
    }

    private static System.Collections.Immutable.ImmutableArray<MemberObservation> Looping(TargetObservation observation, string line, string problem)
    {
        var members = observation.Members.Unknown(2, "Connection refused").PodOf(2, pod => pod with { IsReady = false, IsCrashLooping = true, IsNodeReady = true, Problem = problem });
        return members.SetItem(2, members[2] with { LastLines = [line] });
    }

    private static string[] Conditions(StewardStatus status) => [.. status.Conditions.Select(condition => $"{condition.Type} {condition.Status} {condition.Reason}")];

    private static (string Status, string Reason, string Message) Of(StewardStatus status, string type)
    {
        var condition = status.Conditions.Single(condition => condition.Type == type);
        return (condition.Status, condition.Reason, condition.Message);
    }

    private static (string, string, string, bool?, string, string, string, string) Shown(MemberStatus member) =>
        (member.Name, member.Role, member.IsHealthy, member.IsVoter, member.Revision, member.Node, member.Zone, member.Claim);
}

using Holdfast.Model.Stewards;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Reporting;
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
        Assert.Equal(("True", "TargetMissing", "there is no StatefulSet web in namespace default"), Of(Status(Scenes.Observation() with { Set = null, Members = [] }), "Stalled"));
        Assert.Equal(("True", "SpecInvalid", "member.promote: no such variable"), Of(Status(Scenes.Observation() with { SpecProblems = ["member.promote: no such variable"] }), "Stalled"));
        Assert.Equal(
            ("True", "OtherSteward", "Steward other looks after the same set; delete one of them"),
            Of(Status(Scenes.Observation() with { OtherStewards = [new OtherSteward("other", true)] }), "Stalled"));
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

    private static string[] Conditions(StewardStatus status) => [.. status.Conditions.Select(condition => $"{condition.Type} {condition.Status} {condition.Reason}")];

    private static (string Status, string Reason, string Message) Of(StewardStatus status, string type)
    {
        var condition = status.Conditions.Single(condition => condition.Type == type);
        return (condition.Status, condition.Reason, condition.Message);
    }

    private static (string, string, string, bool?, string, string, string, string) Shown(MemberStatus member) =>
        (member.Name, member.Role, member.IsHealthy, member.IsVoter, member.Revision, member.Node, member.Zone, member.Claim);
}

using Holdfast.Model.Core;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Plans;
using Holdfast.Steward.Reporting;
using Holdfast.Steward.Tests.Worlds;

namespace Holdfast.Steward.Tests.Planning;

/// <summary>Whoever plans from outside sees in a Steward's report what the Steward saw, and no more.</summary>
public sealed class ReportedMembersTests
{
    [Theory]
    [InlineData(3, 0)]
    [InlineData(5, 3)]
    public void A_plan_from_the_report_is_the_Stewards_own(int replicas, int leader)
    {
        var seen = Scenes.Observation(replicas, leader: leader);
        seen = seen with { Members = seen.Members.But(1, values => values with { AppliedIndex = 60 }) };
        var (own, outside) = (PlanPreview.Restart(seen), PlanPreview.Restart(Reported(seen)));
        Assert.Equal(own.Steps, outside.Steps);
        Assert.Equal((own.StoppedBy, own.Leader, own.Margin), (outside.StoppedBy, outside.Leader, outside.Margin));
    }

    [Fact]
    public void A_member_that_is_not_well_stops_a_plan_from_the_report_too()
    {
        var seen = Scenes.Observation();
        var forecast = PlanPreview.Restart(Reported(seen with { Members = seen.Members.Unknown(1) }));
        Assert.Equal(["web-1"], forecast.Steps.Select(step => step.Member).Distinct().Take(1));
        var drained = PlanPreview.Drain(Reported(seen with { Members = seen.Members.Unknown(1) }), "node-2", System.Collections.Immutable.ImmutableDictionary<string, string>.Empty);
        Assert.Contains("1 of 3 voters would be well", drained.StoppedBy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_that_is_not_ready_is_not_taken_to_become_so()
    {
        var seen = Scenes.Observation(strategy: "RollingUpdate");
        seen = seen with { Members = seen.Members.Unknown(1).PodOf(1, pod => pod with { IsReady = false, Problem = "the pod is not ready" }) };
        var forecast = PlanPreview.Restart(Reported(seen));
        Assert.Empty(forecast.Steps);
        Assert.Contains("and 2 are needed", forecast.StoppedBy, StringComparison.Ordinal);
    }

    [Fact]
    public void Old_news_is_no_news()
    {
        var forecast = PlanPreview.Restart(Reported(Scenes.Observation(), later: TimeSpan.FromMinutes(10)));
        Assert.Empty(forecast.Steps);
        Assert.Contains("it is not known who votes", forecast.StoppedBy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_voter_without_a_pod_counts()
    {
        var seen = Scenes.Observation();
        var entries = Members.Entries(4);
        seen = seen with { Members = [.. seen.Members.Select(member => member with { Reading = member.Reading is MemberReading.Known known ? known with { Said = known.Said with { Members = entries } } : member.Reading })] };
        Assert.Equal(4, ClusterState.Of(Reported(seen)).VoterCount);
    }

    [Fact]
    public void A_member_whose_pod_does_not_answer_is_named_with_what_its_Steward_says_of_it()
    {
        var seen = Scenes.Observation();
        var stopped = PlanPreview.Drain(Reported(seen with { Members = seen.Members.Unknown(1) }), "node-2", System.Collections.Immutable.ImmutableDictionary<string, string>.Empty).StoppedBy;
        Assert.Contains("(web-1: no answer within 2s)", stopped, StringComparison.Ordinal);
        Assert.DoesNotContain("no pod says", stopped, StringComparison.Ordinal);
    }

    private static TargetObservation Reported(TargetObservation seen, TimeSpan later = default)
    {
        var now = seen.Now + later;
        var status = StatusPlanner.Plan(StewardView.Of(seen), StewardPlan.Idle);
        var members = new ReportedMembers(status, now);
        return seen with
        {
            Now = now,
            Steward = seen.Steward with { Status = status },
            Members = [.. seen.Members.Select(member => member with { Reading = members.Read(new Pod { Metadata = new() { Uid = member.Pod!.Uid } }) })],
        };
    }
}

using Holdfast.Model.Values;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Plans;
using Holdfast.Steward.Tests.Worlds;

namespace Holdfast.Steward.Tests.Planning;

/// <summary>Sets that were made smaller than is wanted while no Steward held that back: their voters come back under the set, whatever else is the case.</summary>
public sealed class MadeSmallerTests
{
    [Theory]
    [InlineData("AfterStart")]
    [InlineData("BeforeStart")]
    [InlineData("Itself")]
    public void A_voter_whose_pod_the_set_no_longer_wants_is_not_found_well_before_the_set_wants_it(string joins)
    {
        var seen = Smaller(joins);
        seen = seen with { Steward = seen.Steward with { Status = seen.Steward.Status with { Operation = Members.Operation(Operations.ScaleUp, 1) with { Phase = "Starting", Deadline = Members.Noon + TimeSpan.FromMinutes(1) } } } };
        Assert.Equal(2, Assert.IsType<ScaleSet>(WorkPlanner.Plan(StewardView.Of(seen)).Effect).Replicas);
    }

    [Theory]
    [InlineData("AfterStart")]
    [InlineData("BeforeStart")]
    [InlineData("Itself")]
    public void Voters_come_back_when_so_many_were_taken_that_nobody_leads(string joins)
    {
        var seen = Smaller(joins);
        seen = seen with
        {
            Members = seen.Members.Unknown(1, "it has no pod").PodOf(1, _ => null).Unknown(2, "it has no pod").PodOf(2, _ => null)
                .But(0, values => values with { Role = MemberRole.Candidate, LeaderId = null }),
        };
        var begun = WorkPlanner.Plan(StewardView.Of(seen));
        Assert.Equal((Operations.ScaleUp, "web-1", "Starting"), (begun.Memory?.Operation?.Kind, begun.Memory?.Operation?.Member, begun.Memory?.Operation?.Phase));
        seen = seen with { Steward = seen.Steward with { Status = begun.Memory!.In(seen.Steward.Status) } };
        Assert.Equal(2, Assert.IsType<ScaleSet>(WorkPlanner.Plan(StewardView.Of(seen)).Effect).Replicas);
    }

    [Fact]
    public void Two_that_lead_in_one_term_are_given_no_further_member()
    {
        var seen = Smaller("AfterStart");
        seen = seen with { Members = seen.Members.But(1, values => values with { Role = MemberRole.Leader, LeaderId = Members.Id(1) }) };
        Assert.Null(WorkPlanner.Plan(StewardView.Of(seen)).Memory);
    }

    [Fact]
    public void A_plan_for_such_a_set_comes_to_its_end()
    {
        var forecast = PlanPreview.Go(Smaller("AfterStart"));
        Assert.Equal(("", 1), (forecast.StoppedBy, forecast.Margin));
        Assert.Equal(["2", "3"], forecast.Steps.Select(step => step.Member));
    }

    private static TargetObservation Smaller(string joins)
    {
        var seen = Scenes.Observation(steward: """, "replicas": 3""");
        var spec = seen.Steward.Spec with { Member = seen.Steward.Spec.Member with { Joins = joins } };
        return seen with { Steward = seen.Steward with { Spec = spec }, Set = seen.Set! with { Spec = seen.Set!.Spec with { Replicas = 1 } } };
    }
}

using Holdfast.Steward.Eviction;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Tests.Worlds;

namespace Holdfast.Steward.Tests.Planning;

/// <summary>A deed rests on what members say right before it; one that does not answer then puts it off, and gives nothing up by that alone.</summary>
public sealed class FreshLookTests
{
    private const string Silence = "it did not answer within 2s";

    [Fact]
    public void A_member_that_does_not_answer_now_keeps_another_one_from_going()
    {
        var (shown, fresh) = (Replacing(), Silent(Replacing(), 1));
        Assert.IsType<EvictMember>(WorkPlanner.PlanFresh(shown, shown).Effect);
        var plan = WorkPlanner.PlanFresh(shown, fresh);
        Assert.Equal((null, null), (plan.Effect, plan.Memory));
        Assert.Contains($"not now (web-1: {Silence})", plan.Waiting, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_stays_silent_is_unknown_in_every_look_and_the_step_is_given_up() =>
        Assert.Equal("Superseded", WorkPlanner.PlanFresh(Silent(Replacing(), 1), Silent(Replacing(), 1)).Memory?.Last?.Outcome);

    [Fact]
    public void What_does_not_rest_on_the_silent_one_is_done()
    {
        var view = Replacing(5);
        Assert.IsType<EvictMember>(WorkPlanner.PlanFresh(view, Silent(view, 1)).Effect);
    }

    [Fact]
    public void A_refused_eviction_names_the_member_that_did_not_answer()
    {
        var answer = EvictionPlanner.Answer(Silent(StewardView.Of(Scenes.Observation()), 1), new EvictionRequest("web-2", "", "alice", false, false, false, ""));
        Assert.Equal(429, answer.Status);
        Assert.Contains($"web-1: {Silence}", answer.Message, StringComparison.Ordinal);
        var leaderless = EvictionPlanner.Answer(Silent(StewardView.Of(Scenes.Observation()), 0), new EvictionRequest("web-2", "", "alice", false, false, false, ""));
        Assert.Contains($"no member is known to lead (web-0: {Silence})", leaderless.Message, StringComparison.Ordinal);
    }

    private static StewardView Silent(StewardView view, int ordinal) => StewardView.Of(view.Observation with { Members = view.Observation.Members.Unknown(ordinal, Silence) });

    private static StewardView Replacing(int replicas = 3)
    {
        var seen = Scenes.Observation(replicas);
        var operation = Members.Operation("Update", 2) with { PodUid = "uid-web-2", Phase = "Replacing", Deadline = seen.Now + TimeSpan.FromMinutes(5), Reason = "the canary" };
        return StewardView.Of(seen with
        {
            Set = seen.Set! with { Status = seen.Set.Status with { UpdateRevision = "web-2" } },
            Steward = seen.Steward with { Status = seen.Steward.Status with { Operation = operation } },
        });
    }
}

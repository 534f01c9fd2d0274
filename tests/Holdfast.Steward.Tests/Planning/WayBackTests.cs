using Holdfast.Model.Stewards;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Tests.Worlds;

namespace Holdfast.Steward.Tests.Planning;

/// <summary>Ways back that fail, that a person asks for too late, and that are to be found again by a Steward that knows nothing of them.</summary>
public sealed class WayBackTests
{
    private static readonly RolloutStatus GoingBack = new()
    {
        Phase = "RollingBack",
        FromRevision = "web-1",
        ToRevision = "web-1",
        FailedRevision = "web-2",
        Restored = true,
        FromFormat = "8",
        NewestFormat = "8",
        ReadableFormat = "8",
        Steps = [new() { Member = "web-2", Phase = "Rejoining" }],
    };

    [Fact]
    public void A_way_back_that_failed_and_is_tried_again_ends_as_a_way_back_from_the_revision_that_was_given_up()
    {
        var operation = Members.Operation(Operations.Update, 2) with { Phase = "Rejoining", Revision = "web-1", PodUid = "before", Deadline = Members.Noon };
        var seen = Seen(GoingBack, "web-1", operation);
        seen = Remembered(seen with { Members = seen.Members.Unknown(2).PodOf(2, pod => pod with { IsReady = false, IsDown = true }) });
        Assert.Equal(("Stopped", "web-2"), (seen.Steward.Status.Rollout!.Phase, seen.Steward.Status.Rollout.FailedRevision));
        seen = Remembered(Asked(seen, "Retry"));
        Assert.Equal(("RollingBack", "web-2", "web-1"), (seen.Steward.Status.Rollout!.Phase, seen.Steward.Status.Rollout.FailedRevision, seen.Steward.Status.Rollout.ToRevision));
        // It failed on the way back, so that it is not passed over.
        Assert.Equal("web-2", Remembered(seen).Steward.Status.Operation?.Member);
        seen = Remembered(seen with { Members = Scenes.Observation().Members });
        Assert.Equal(("web-2", "Starting"), (seen.Steward.Status.Operation?.Member, seen.Steward.Status.Operation?.Phase));
        for (var looks = 0; looks < 4; looks++)
            seen = Remembered(seen with { Now = seen.Now + TimeSpan.FromMinutes(1) });
        Assert.Equal(("RolledBack", "every member is back at revision web-1, since revision web-2 was given up"), (seen.Steward.Status.Rollout!.Phase, seen.Steward.Status.Rollout.Message));
    }

    [Theory]
    [InlineData("Progressing")]
    [InlineData("Stopped")]
    public void An_abort_that_finds_the_template_of_before_takes_nothing_back_and_stops_nothing(string phase)
    {
        var seen = Asked(Seen(new() { Phase = phase, FromRevision = "web-1", ToRevision = "web-2", FailedRevision = phase == "Stopped" ? "web-2" : "" }, "web-1", null), "Abort");
        var plan = WorkPlanner.Plan(StewardView.Of(seen));
        Assert.Equal((phase, "AbortIgnored"), (plan.Memory?.Rollout?.Phase, plan.Events[0].Reason));
        Assert.Equal("RolledBack", Remembered(Remembered(seen)).Steward.Status.Rollout!.Phase);
    }

    [Theory]
    [InlineData("OnDelete")]
    [InlineData("RollingUpdate")]
    public void A_Steward_that_was_made_again_takes_a_member_that_does_not_come_up_at_the_new_revision_for_the_one_in_progress(string strategy)
    {
        var seen = Scenes.Observation(strategy: strategy);
        seen = seen with
        {
            Set = seen.Set! with { Status = seen.Set!.Status with { UpdateRevision = "web-2" } },
            Members = seen.Members.Unknown(2).PodOf(2, pod => pod with { Revision = "web-2", IsReady = false, IsDown = true, IsHindered = true, Problem = "container main waits: ImagePullBackOff" }),
        };
        for (var looks = 0; looks < 3 && seen.Steward.Status.Operation is null; looks++)
            seen = Remembered(seen);
        Assert.Equal(("web-2", "web-2", "Starting", seen.Now + TimeSpan.FromMinutes(10)), (seen.Steward.Status.Operation?.Member, seen.Steward.Status.Operation?.Revision, seen.Steward.Status.Operation?.Phase, seen.Steward.Status.Operation?.Deadline));
        // What must hold before the first step was not asked for it.
        Assert.Equal("Waiting", seen.Steward.Status.Rollout?.Phase);
        seen = Remembered(Remembered(seen) with { Now = seen.Now + TimeSpan.FromMinutes(10) });
        Assert.Equal(("RollingBack", "web-2", "web-1"), (seen.Steward.Status.Rollout!.Phase, seen.Steward.Status.Rollout.FailedRevision, seen.Steward.Status.Rollout.ToRevision));
    }

    [Fact]
    public void A_member_that_nobody_asked_yet_is_not_taken_for_the_one_in_progress()
    {
        var seen = Seen(new() { Phase = "Waiting", FromRevision = "web-1", ToRevision = "web-2", FromFormat = "8", NewestFormat = "8" }, "web-2", null);
        var members = seen.Members.PodOf(2, pod => pod with { Revision = "web-2" });
        members = members.SetItem(2, members[2] with { Reading = new MemberReading.Unknown("it was not asked yet", null) { IsUnasked = true } });
        Assert.NotEqual("web-2", WorkPlanner.Plan(StewardView.Of(seen with { Members = members })).Memory?.Operation?.Member);
    }

    private static TargetObservation Seen(RolloutStatus rollout, string target, OperationStatus? operation)
    {
        var seen = Scenes.Observation();
        return seen with
        {
            Steward = seen.Steward with { Status = seen.Steward.Status with { Rollout = rollout, Operation = operation } },
            Set = seen.Set! with { Status = seen.Set!.Status with { UpdateRevision = target } },
        };
    }

    private static TargetObservation Asked(TargetObservation seen, string action)
    {
        var rollout = seen.Steward.Spec.Rollout with { Request = new() { Id = "1", Action = action } };
        return seen with { Steward = seen.Steward with { Spec = seen.Steward.Spec with { Rollout = rollout } } };
    }

    /// <summary>The same with what is to be remembered now.</summary>
    private static TargetObservation Remembered(TargetObservation seen) => WorkPlanner.Plan(StewardView.Of(seen)).Memory is { } memory
        ? seen with { Steward = seen.Steward with { Status = memory.In(seen.Steward.Status) } }
        : seen;
}

using Holdfast.Model.Stewards;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Reporting;
using Holdfast.Steward.Tests.Worlds;

namespace Holdfast.Steward.Tests.Planning;

/// <summary>A person's word on a rollout: what becomes of it, and what is told of it and of steps meanwhile.</summary>
public sealed class RolloutRequestTests
{
    private static readonly RolloutStatus RolledBack = new()
    {
        Phase = "RolledBack",
        FromRevision = "web-0",
        ToRevision = "web-1",
        FailedRevision = "web-2",
        Message = "every member is back at revision web-1, since revision web-2 was given up",
        Evidence = ["web-2: it ended with 1"],
        FinishedAt = Members.Noon,
    };

    [Theory]
    [InlineData("Retry", "RetryIgnored")]
    [InlineData("Abort", "AbortIgnored")]
    public void After_its_end_a_word_on_a_rollout_leaves_the_record_as_it_is(string action, string reason)
    {
        var plan = WorkPlanner.Plan(StewardView.Of(Asked(RolledBack, action)));
        Assert.Equal(RolledBack with { HandledRequest = "1" }, plan.Memory?.Rollout);
        Assert.Equal([reason], plan.Events.Select(told => told.Reason));
    }

    [Fact]
    public void While_it_goes_back_a_retry_is_ignored()
    {
        var plan = WorkPlanner.Plan(StewardView.Of(Asked(RolledBack with { Phase = "RollingBack", FinishedAt = null }, "Retry")));
        Assert.Equal(("RollingBack", "web-1", "web-2"), (plan.Memory?.Rollout?.Phase, plan.Memory?.Rollout?.ToRevision, plan.Memory?.Rollout?.FailedRevision));
    }

    [Theory]
    [InlineData("9", "Stopped")]
    [InlineData("8", "Progressing")]
    public void A_refused_revision_is_tried_again_once_a_backup_that_it_reads_was_restored(string format, string phase)
    {
        var refused = new RolloutStatus
        {
            Phase = "Stopped",
            FromRevision = "web-1",
            ToRevision = "web-2",
            FailedRevision = "web-2",
            FromFormat = "9",
            NewestFormat = "9",
            ReadableFormat = "9",
            RefusedRevision = "web-2",
            RefusedFormat = "8",
        };
        var seen = Asked(refused, "Retry", "web-2");
        seen = seen with { Members = seen.Members.But(0, In).But(1, In).But(2, In) };
        Assert.Equal(phase, WorkPlanner.Plan(StewardView.Of(seen)).Memory?.Rollout?.Phase);
        // Who cannot be asked may have data in the newest format still.
        Assert.Equal("Stopped", WorkPlanner.Plan(StewardView.Of(seen with { Members = seen.Members.Unknown(2) })).Memory?.Rollout?.Phase);

        MemberValues In(MemberValues values) => values with { DataFormat = format, ReadableFormat = format };
    }

    [Fact]
    public void An_abort_that_waits_for_a_handover_is_told_of()
    {
        var operation = Members.Operation(Operations.Switchover, 0) with { Successor = "web-1", Deadline = Members.Noon + TimeSpan.FromSeconds(30) };
        var rollout = new RolloutStatus { Phase = "Progressing", FromRevision = "web-1", ToRevision = "web-2" };
        Assert.Equal(
            "an abort is asked for, and is acted upon once this has ended: leadership goes from web-0 to web-1",
            Status(Asked(rollout, "Abort", "web-2", operation), StewardPlan.Wait("web-0 has handed over")).Rollout!.Message);
    }

    [Fact]
    public void A_step_says_what_it_waits_for_now()
    {
        var steps = new RolloutStep[] { new() { Member = "web-1", Phase = "Failed", Message = "it failed" }, new() { Member = "web-2", Phase = "Gating", Message = "gate errors is at 5" } };
        var rollout = new RolloutStatus { Phase = "Progressing", FromRevision = "web-1", ToRevision = "web-2", Steps = [.. steps] };
        var status = Status(Asked(rollout, "Retry", "web-2", Members.Operation(Operations.Update, 2)), StewardPlan.Wait("gate errors gives no value: it is away"));
        Assert.Equal(["it failed", "gate errors gives no value: it is away"], status.Rollout!.Steps.Select(step => step.Message));
    }

    private static StewardStatus Status(TargetObservation seen, StewardPlan plan) => StatusPlanner.Plan(StewardView.Of(seen), plan);

    private static TargetObservation Asked(RolloutStatus rollout, string action, string target = "web-1", OperationStatus? operation = null)
    {
        var seen = Scenes.Observation(steward: """, "rollout": {"request": {"id": "1", "action": "ACTION"}}""".Replace("ACTION", action, StringComparison.Ordinal));
        return seen with
        {
            Steward = seen.Steward with { Status = seen.Steward.Status with { Rollout = rollout, Operation = operation } },
            Set = seen.Set! with { Status = seen.Set!.Status with { UpdateRevision = target } },
        };
    }
}

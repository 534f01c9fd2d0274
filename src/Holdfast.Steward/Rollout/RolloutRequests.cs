using Holdfast.Model.Stewards;
using Holdfast.Steward.Planning;

namespace Holdfast.Steward.Rollout;

/// <summary>A person's word on a rollout: each request is acted upon once, and what came of it is told.</summary>
internal static class RolloutRequests
{
    /// <summary>Acts upon a request that was not acted upon yet; null when there is none.</summary>
    public static StewardPlan? Handle(StewardView view, RolloutStatus rollout)
    {
        if (view.Spec.Rollout.Request is not { } request || request.Id == rollout.HandledRequest)
        {
            return null;
        }
        var heard = rollout with { HandledRequest = request.Id };
        var memory = view.Memory with { Rollout = heard };
        return request.Action == "Retry" ? Retry(memory, view, heard) : Abort(memory, view, heard);
    }

    private static StewardPlan Retry(StewardMemory memory, StewardView view, RolloutStatus rollout)
    {
        if (rollout.Phase != "Stopped" && rollout.FailedRevision.Length == 0)
        {
            return StewardPlan.Remember(memory, new StewardEvent(false, "RetryIgnored", "nothing has failed that could be tried again"));
        }
        var phase = rollout.Phase == "Stopped" ? "Progressing" : rollout.Phase;
        return StewardPlan.Remember(
            memory with { Rollout = rollout with { Phase = phase, ToRevision = view.Target, FailedRevision = "", Evidence = default, Message = "a person asked to try again", ProgressedAt = view.Now, FinishedAt = null } },
            new StewardEvent(false, "RolloutRetried", $"revision {view.Target} is tried again, as was asked"));
    }

    private static StewardPlan Abort(StewardMemory memory, StewardView view, RolloutStatus rollout)
    {
        if (RolloutPlanner.IsOver(rollout) || rollout.Phase == "RollingBack")
        {
            return StewardPlan.Remember(memory, new StewardEvent(false, "AbortIgnored", "no rollout is going on that could be taken back"));
        }
        rollout = rollout with { FailedRevision = view.Target };
        var objection = Rollback.Objection(view, rollout, isAsked: true);
        return objection.Length == 0
            ? Rollback.Back(memory with { Rollout = rollout }, "a person asked to abort")
            : Rollback.Stop(memory with { Rollout = rollout }, $"it cannot be taken back: {objection}");
    }
}

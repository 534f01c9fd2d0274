using Holdfast.Model.Stewards;
using Holdfast.Model.Values;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Safety;

namespace Holdfast.Steward.Rollout;

/// <summary>A person's word on a rollout: each request is acted upon once, and what came of it is told.</summary>
internal static class RolloutRequests
{
    /// <summary>Acts upon a request that was not acted upon yet; null when there is none.</summary>
    public static StewardPlan? Handle(StewardView view, RolloutStatus rollout)
    {
        if (Pending(view, rollout) is not { } request)
        {
            return null;
        }
        var heard = rollout with { HandledRequest = request.Id };
        var memory = view.Memory with { Rollout = heard };
        return request.Action == "Retry" ? Retry(memory, view, heard, request.Override) : Abort(memory, view, heard);
    }

    /// <summary>
    /// What an abort asks for while a member is being brought to a revision: the template of the revision before is written back at once, and the step
    /// gives way to it as to any other template. Null when nobody asked.
    /// </summary>
    public static StewardPlan? Interrupt(StewardView view, RolloutStatus rollout)
    {
        if (Pending(view, rollout) is { Action: "Abort" })
        {
            return Handle(view, rollout);
        }
        return rollout is { Phase: "RollingBack", Restored: false } ? Rollback.Settle(view, rollout) : null;
    }

    /// <summary>What was asked for and cannot be acted upon before something else has ended, in words; empty when nothing waits.</summary>
    public static string Waiting(StewardView view, RolloutStatus rollout, OperationStatus? operation) =>
        operation is not null && Pending(view, rollout) is { } request
            ? $"{(request.Action == "Retry" ? "a retry" : "an abort")} is asked for, and is acted upon once this has ended: {OperationWords.Of(operation)}"
            : "";

    private static RolloutRequest? Pending(StewardView view, RolloutStatus rollout) =>
        view.Spec.Rollout.Request is { } request && request.Id != rollout.HandledRequest ? request : null;

    private static StewardPlan Retry(StewardMemory memory, StewardView view, RolloutStatus rollout, string word)
    {
        if (rollout.Phase != "Stopped")
        {
            return StewardPlan.Remember(memory, new StewardEvent(false, "RetryIgnored", "no rollout has stopped that could be tried again"));
        }
        if (Rollback.IsWayBack(rollout) && view.Target == rollout.ToRevision)
        {
            return StewardPlan.Remember(
                memory with { Rollout = rollout with { Phase = "RollingBack", Restored = true, Steps = rollout.Steps.Select(step => AgainAt(view, step)).ToValueList(), Message = $"a person asked to try the way back from revision {rollout.FailedRevision} again", ProgressedAt = view.Now } },
                new StewardEvent(false, "RolloutRetried", $"the way back from revision {rollout.FailedRevision} to {view.Target} is tried again, as was asked"));
        }
        var refusal = DataFormats.Refusal(view, rollout);
        if (refusal.Length > 0 && word.Length == 0)
        {
            var words = $"revision {view.Target} is not tried again: {refusal}. Who knows better says why: holdfast rollout retry {view.Steward.Metadata.Name} --override REASON";
            return StewardPlan.Remember(memory with { Rollout = rollout with { Message = words } }, new StewardEvent(true, "RetryRefused", words));
        }
        return StewardPlan.Remember(
            memory with { Rollout = rollout with { Phase = "Progressing", ToRevision = view.Target, FailedRevision = "", Evidence = default, Message = "a person asked to try again", ProgressedAt = view.Now, FinishedAt = null } },
            refusal.Length > 0
                ? new StewardEvent(true, "RetryOverridden", $"revision {view.Target} is tried again, because: {word}, although {refusal}")
                : new StewardEvent(false, "RolloutRetried", $"revision {view.Target} is tried again, as was asked"));
    }

    // A way back passes over what failed before it turned round, and not over what failed on it.
    private static RolloutStep AgainAt(StewardView view, RolloutStep step) =>
        step.Phase == "Failed" && view.State.Find(step.Member)?.Pod?.Revision == view.Target ? step with { Phase = "Waiting" } : step;

    private static StewardPlan Abort(StewardMemory memory, StewardView view, RolloutStatus rollout)
    {
        if (RolloutPlanner.IsOver(rollout) || rollout.Phase == "RollingBack")
        {
            return StewardPlan.Remember(memory, new StewardEvent(false, "AbortIgnored", "no rollout is going on that could be taken back"));
        }
        // Somebody was faster: what is to be written back is there already, and members follow it by themselves.
        if (view.Target == rollout.FromRevision)
        {
            return StewardPlan.Remember(memory, new StewardEvent(false, "AbortIgnored", $"the template is that of revision {view.Target} already, which was there before: there is nothing to take back"));
        }
        rollout = rollout with { FailedRevision = view.Target };
        var objection = Rollback.Objection(view, rollout, isAsked: true);
        return objection.Length == 0
            ? Rollback.Back(memory with { Rollout = rollout }, "a person asked to abort")
            : Rollback.Stop(memory with { Rollout = rollout }, $"it cannot be taken back: {objection}");
    }
}

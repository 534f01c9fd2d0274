using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Stewards;
using Holdfast.Steward.Planning;

namespace Holdfast.Steward.Rollout;

/// <summary>The way back: the template of the revision before is written into the set, once, and members follow like in any other rollout.</summary>
internal static class Rollback
{
    /// <summary>What follows a step that failed: back, or a stop with what a person can do.</summary>
    /// <param name="view">What is seen.</param>
    /// <param name="memory">The memory, with the failed step.</param>
    /// <param name="failed">The revision that failed.</param>
    /// <param name="words">How it failed.</param>
    public static StewardPlan Decide(StewardView view, StewardMemory memory, string failed, string words)
    {
        // On the way back that what was given up stays on record; what it goes back to is only not there yet.
        var rollout = memory.Rollout! with { FailedRevision = memory.Rollout.Phase == "RollingBack" && memory.Rollout.FailedRevision.Length > 0 ? memory.Rollout.FailedRevision : failed };
        var why = rollout.Phase == "RollingBack" ? "the way back failed too"
            : view.Spec.Rollout.OnFailure != "Rollback" ? "rollout.onFailure is Pause"
            : Objection(view, rollout, isAsked: false);
        return why.Length == 0
            ? Back(memory with { Rollout = rollout }, words, new StewardEvent(true, "RolloutFailed", words))
            : Stop(memory with { Rollout = rollout }, $"{words.TrimEnd('.')}. It is not taken back: {why}", new StewardEvent(true, "RolloutFailed", words));
    }

    /// <summary>Why the set cannot go back; empty when it can.</summary>
    public static string Objection(StewardView view, RolloutStatus rollout, bool isAsked)
    {
        if (rollout.FromRevision.Length == 0)
        {
            return "the revision before is not known";
        }
        if (rollout.FromRevision == rollout.FailedRevision)
        {
            return $"revision {rollout.FromRevision} is what was there before, and no other one is known to be good; write a corrected template";
        }
        return view.Observation.Revisions.Any(revision => revision.Metadata.Name == rollout.FromRevision)
            ? DataFormats.Objection(view, rollout, isAsked)
            : $"revision {rollout.FromRevision} is no longer kept; raise the set's revisionHistoryLimit for next time";
    }

    /// <summary>Whether a rollout has stopped on its way back from a revision that was given up.</summary>
    public static bool IsWayBack(RolloutStatus rollout) =>
        rollout is { Phase: "Stopped", FailedRevision.Length: > 0 } && rollout.ToRevision == rollout.FromRevision && rollout.FailedRevision != rollout.ToRevision;

    /// <summary>Turns round.</summary>
    public static StewardPlan Back(StewardMemory memory, string words, params ReadOnlySpan<StewardEvent> events)
    {
        var rollout = memory.Rollout!;
        var back = rollout with { Phase = "RollingBack", ToRevision = rollout.FromRevision, Restored = false, Message = words };
        return StewardPlan.Remember(memory with { Rollout = back }, [.. events, new StewardEvent(true, "RollingBack", $"the set goes back to revision {rollout.FromRevision}: {words}")]);
    }

    /// <summary>Stops until a person says what to do, or the template changes.</summary>
    public static StewardPlan Stop(StewardMemory memory, string words, params ReadOnlySpan<StewardEvent> events) =>
        StewardPlan.Remember(memory with { Rollout = memory.Rollout! with { Phase = "Stopped", Message = words } }, [.. events, new StewardEvent(true, "RolloutStopped", words)]);

    /// <summary>What a failed revision asks for while it is, or is again, the set's template; null when it is not.</summary>
    public static StewardPlan? Settle(StewardView view, RolloutStatus rollout)
    {
        if (rollout.FailedRevision.Length == 0 || view.Target != rollout.FailedRevision)
        {
            return rollout is { Phase: "RollingBack", Restored: false } && view.Target == rollout.ToRevision
                ? StewardPlan.Remember(view.Memory with { Rollout = rollout with { Restored = true, ProgressedAt = view.Now } })
                : null;
        }
        if (rollout is { Phase: "RollingBack", Restored: false })
        {
            var revision = view.Observation.Revisions.FirstOrDefault(revision => revision.Metadata.Name == rollout.FromRevision);
            if (revision is null)
            {
                return Stop(view.Memory, Objection(view, rollout, isAsked: true));
            }
            // Behind the partition first: the set's own controller would take every member back at once.
            var top = StatefulSetIdentity.Replicas(view.Set);
            return view.IsRollingUpdate && view.Partition < top
                ? StewardPlan.Do(new SetPartition(top, "no member goes back before the Steward says so"))
                : StewardPlan.Do(new RestoreTemplate(revision, rollout.Message));
        }
        return rollout.Phase == "Stopped"
            ? StewardPlan.Wait(rollout.Message)
            : Stop(view.Memory, $"the template is that of revision {rollout.FailedRevision} again, which failed: correct it, or ask to retry");
    }
}

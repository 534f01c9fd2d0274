using Holdfast.Model.Stewards;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Rollout;
using Holdfast.Steward.Safety;

namespace Holdfast.Steward.Eviction;

/// <summary>
/// As what a member would come back that is evicted. With <c>OnDelete</c> every pod is made from the newest template, so that an eviction is an update: it is
/// let through where the rollout would let that member go there now, and else refused.
/// </summary>
internal static class ComingBack
{
    /// <summary>Why a member may not come back as it would, with what to do, in words; empty when nothing speaks against it.</summary>
    public static string Objection(StewardView view, ClusterMember member)
    {
        if (view.Observation.Set is not { Metadata.DeletionTimestamp: null } set || view.IsRollingUpdate || member.Pod is not { } pod)
        {
            return "";
        }
        if (!view.IsSetSeen)
        {
            return $"the controller of StatefulSet {set.Metadata.Name} has not seen its spec yet, so that it is not known at which revision {member.Name} would come back";
        }
        // What does not run goes to what others run well already.
        var isMended = SafetyKernel.IsWithoutProcess(member) && view.State.Voters.Any(voter => voter.Counts && voter.Pod?.Revision == view.Target);
        if (isMended || !view.Outdated.Contains(member) || Why(view, member) is not { Length: > 0 } why)
        {
            return "";
        }
        var name = $"{view.Steward.Metadata.Name} -n {view.Steward.Metadata.Namespace}";
        return $"with OnDelete it would come back at revision {view.Target} instead of {pod.Revision}, and {why.TrimEnd('.')}. Ways out: holdfast rollout resume|retry|abort {name}, "
            + $"the template of revision {pod.Revision} or a corrected one, or on the pod {StewardNames.OverrideAnnotation}=REASON";
    }

    /// <summary>
    /// Who was evicted and does not start at a revision that is taken back meanwhile is made again at the one before, and stays the one that is away (T2). Null when
    /// nothing is taken back, or nothing is to be made again.
    /// </summary>
    public static StewardPlan? Turn(StewardView view, ClusterMember member)
    {
        if (!SafetyKernel.IsWithoutProcess(member) || !view.IsSetSeen || view.Memory.Rollout is not { } rollout)
        {
            return null;
        }
        if (RolloutRequests.Interrupt(view, rollout) is { } interruption)
        {
            return interruption;
        }
        return rollout is { Phase: "RollingBack", Restored: true } && !view.Spec.Rollout.Paused && rollout.ToRevision == view.Target && view.Outdated.Contains(member)
            ? RolloutPlanner.GoBack(view, rollout, member, $"it does not start at revision {member.Pod!.Revision}: {member.Problem}")
            : null;
    }

    private static string Why(StewardView view, ClusterMember member)
    {
        var known = view.Memory.Rollout;
        if (known is not null && known.FailedRevision == view.Target)
        {
            return $"that revision was given up: {known.Message}";
        }
        if (view.Spec.Rollout.Paused)
        {
            return "the rollout is paused";
        }
        var isOn = known is not null && !RolloutPlanner.IsOver(known) && known.ToRevision == view.Target;
        var rollout = isOn ? known! : RolloutPlanner.Begin(view, known).Memory!.Rollout!;
        return rollout.Phase switch
        {
            "Stopped" => $"the rollout has stopped: {rollout.Message}",
            "RollingBack" => "",
            _ => Preflight.Objection(view, rollout, member) is { Length: > 0 } objection ? objection : Canary(view, rollout, member),
        };
    }

    private static string Canary(StewardView view, RolloutStatus rollout, ClusterMember member)
    {
        if (rollout.Steps.Any(step => step.FinishedAt is not null))
        {
            return "";
        }
        var first = rollout.Steps.IsEmpty ? RolloutOrder.Next(view).Name : rollout.Steps[0].Member;
        return first == member.Name ? "" : $"{first} goes there first: nobody else does before it has come back and is well";
    }
}

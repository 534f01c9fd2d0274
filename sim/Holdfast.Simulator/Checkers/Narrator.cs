using Holdfast.Controllers.Pods;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Simulator.Story;

namespace Holdfast.Simulator.Checkers;

/// <summary>Checks nothing; tells what the API shows.</summary>
/// <param name="truth">What is really so.</param>
/// <param name="story">What is told.</param>
public sealed class Narrator(GroundTruth truth, StoryTeller story) : Checker(truth)
{
    /// <inheritdoc/>
    public override void OnPod(ObjectChange<Pod> change)
    {
        var pod = change.Latest;
        var what = change switch
        {
            { Old: null } => $"{pod.Metadata.Name} is made from {StatefulSetIdentity.Revision(pod)}",
            { New: null } => $"{pod.Metadata.Name} is gone",
            _ when pod.IsTerminating() && !change.Old.IsTerminating() =>
                $"{pod.Metadata.Name} is asked to go{(Truth.IsDeletedByController(pod.Metadata.Uid) ? " by the controller" : "")}",
            _ when pod.Spec.NodeName != change.Old.Spec.NodeName => $"{pod.Metadata.Name} is placed on {pod.Spec.NodeName}",
            _ when pod.IsReady() && !change.Old.IsReady() => $"{pod.Metadata.Name} is shown ready",
            _ => "",
        };
        if (what.Length > 0)
            story.Tell("pod", what);
    }

    /// <inheritdoc/>
    public override void OnSet(ObjectChange<StatefulSet> change)
    {
        if (change is { Old: { } old, New: { } set } && old.Status != set.Status)
        {
            var status = set.Status;
            story.Tell("status", $"{status.ReadyReplicas}/{status.Replicas} ready, {status.UpdatedReplicas} of {status.UpdateRevision}, {status.CurrentReplicas} of {status.CurrentRevision}");
        }
    }
}

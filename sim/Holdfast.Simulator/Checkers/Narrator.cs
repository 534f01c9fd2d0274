using Holdfast.Controllers.Pods;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Apps;
using Holdfast.Model.Batch;
using Holdfast.Model.Core;
using Holdfast.Simulator.Story;
using Holdfast.Steward;
using ClusterNode = Holdfast.Model.Core.Node;

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
                $"{pod.Metadata.Name} is asked to go by {string.Join(", ", Truth.DeletionsOf(pod.Metadata.Uid).Select(asked => asked.By).Distinct().DefaultIfEmpty("an eviction"))}",
            _ when pod.Spec.NodeName != change.Old.Spec.NodeName => $"{pod.Metadata.Name} is placed on {pod.Spec.NodeName}",
            _ when pod.IsFinished() && !change.Old.IsFinished() => $"{pod.Metadata.Name} is shown {pod.Status.Phase}",
            _ when pod.IsReady() != change.Old.IsReady() => $"{pod.Metadata.Name} is shown {(pod.IsReady() ? "ready" : "not ready")}",
            _ when pod.Metadata.Labels.GetValueOrDefault(StewardNames.RoleLabel) is var role && (role != change.Old.Metadata.Labels.GetValueOrDefault(StewardNames.RoleLabel)
                || pod.Metadata.Annotations.GetValueOrDefault(StewardNames.RoleTermAnnotation) != change.Old.Metadata.Annotations.GetValueOrDefault(StewardNames.RoleTermAnnotation)) =>
                $"{pod.Metadata.Name} is labelled {role ?? "nothing"} of term {pod.Metadata.Annotations.GetValueOrDefault(StewardNames.RoleTermAnnotation) ?? "none"}",
            _ when pod.Metadata.Controller() != change.Old.Metadata.Controller() => $"{pod.Metadata.Name} belongs to {pod.Metadata.Controller()?.Name ?? "nobody"} now",
            _ => "",
        };
        if (what.Length > 0)
            story.Tell("pod", what);
    }

    /// <inheritdoc/>
    public override void OnSet(ObjectChange<StatefulSet> change)
    {
        var set = change.Latest;
        if (change is { Old: { } old, New: not null } && old.Status != set.Status)
        {
            var status = set.Status;
            story.Tell("status", $"{set.Metadata.Name}: {status.ReadyReplicas}/{status.Replicas} ready, {status.UpdatedReplicas} of {status.UpdateRevision}, {status.CurrentReplicas} of {status.CurrentRevision}");
        }
        else if (change.New is null)
            story.Tell("set", $"{set.Metadata.Name} is gone");
    }

    /// <inheritdoc/>
    public override void OnClaim(ObjectChange<PersistentVolumeClaim> change)
    {
        var claim = change.Latest;
        var what = change switch
        {
            { Old: null } => "is made",
            { New: null } => "is gone",
            _ when claim.Metadata.DeletionTimestamp is not null && change.Old.Metadata.DeletionTimestamp is null =>
                $"is asked to go by {string.Join(", ", Truth.DeletionsOf(claim.Metadata.Uid).Select(asked => asked.By).Distinct())}",
            _ when claim.Metadata.OwnerReferences != change.Old.Metadata.OwnerReferences =>
                $"is owned by {string.Join(", ", claim.Metadata.OwnerReferences.Select(owner => $"{owner.Kind} {owner.Name}").DefaultIfEmpty("nobody"))}",
            _ => "",
        };
        if (what.Length > 0)
            story.Tell("claim", $"{claim.Metadata.Name} {what}");
    }

    /// <inheritdoc/>
    public override void OnJob(ObjectChange<Job> change)
    {
        if (change is not { Old: { } old, New: { } job } || old.Status == job.Status)
            return;
        var names = (job.Status.UncountedTerminatedPods ?? UncountedTerminatedPods.Empty) is var uncounted ? uncounted.Succeeded.Concat(uncounted.Failed).Select(uid => Truth.RecordOf(uid)?.First.Metadata.Name ?? uid) : [];
        story.Tell("status", $"{job.Metadata.Name}: {job.Status.Active} active, {job.Status.Succeeded} succeeded, {job.Status.Failed} failed, names {string.Join(", ", names.DefaultIfEmpty("nobody"))}");
    }

    /// <inheritdoc/>
    public override void OnNode(ObjectChange<ClusterNode> change)
    {
        var node = change.Latest;
        if (change.New is null)
            story.Tell("node", $"the object of {node.Metadata.Name} is gone");
        else if (change.Old is { } old && old.Status.Conditions.FirstOrDefault(condition => condition.Type == "Ready")?.Status is var before
            && node.Status.Conditions.FirstOrDefault(condition => condition.Type == "Ready")?.Status is var now && before != now)
            story.Tell("node", $"{node.Metadata.Name} is shown {(now == "True" ? "ready" : now == "Unknown" ? "silent" : "not ready")}");
    }
}

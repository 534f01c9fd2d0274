using System.Globalization;
using Holdfast.Controllers.Pods;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Apps;
using Holdfast.Model.Batch;
using Holdfast.Model.Core;

namespace Holdfast.Simulator.Checkers;

/// <summary>S5, S9 and S10: who pods are, whom a set takes for its own, what status says, of Jobs too, and that revisions are not made twice.</summary>
/// <param name="truth">What is really so.</param>
public sealed class IdentityChecker(GroundTruth truth) : Checker(truth)
{
    /// <inheritdoc/>
    public override void OnPod(ObjectChange<Pod> change)
    {
        if (change.New is not { } pod || pod.Metadata.Controller() is not { Kind: "StatefulSet" } owner)
            return;
        var isNew = change.Old is null;
        if (!isNew && change.Old!.Metadata.Controller()?.Uid == owner.Uid)
            return;
        if (Truth.RecentSets(owner.Uid).LastOrDefault() is not { } set)
            return;
        var name = pod.Metadata.Name;
        var ordinal = StatefulSetIdentity.Ordinal(set, name);
        Holds("S5", ordinal >= 0, $"pod {name} was {(isNew ? "made" : "taken")} by {set.Metadata.Name} and is not named by an ordinal of it");
        if (isNew)
            CheckIdentity(pod, set, ordinal);
    }

    /// <inheritdoc/>
    public override void OnSet(ObjectChange<StatefulSet> change)
    {
        if (change.New is not { Status: { } status } set)
            return;
        int[] counts = [status.Replicas, status.ReadyReplicas, status.AvailableReplicas, status.CurrentReplicas, status.UpdatedReplicas];
        Holds("S9", counts.All(count => count >= 0 && count <= status.Replicas) && status.AvailableReplicas <= status.ReadyReplicas,
            $"the status counts {status.Replicas} replicas, {status.ReadyReplicas} ready, {status.AvailableReplicas} available, {status.CurrentReplicas} current, {status.UpdatedReplicas} updated");
        var isSame = change.Old?.Metadata.Uid == set.Metadata.Uid;
        Holds("S9", (!isSame || status.ObservedGeneration >= change.Old!.Status.ObservedGeneration) && status.ObservedGeneration <= set.Metadata.Generation,
            $"the observed generation went from {change.Old?.Status.ObservedGeneration} to {status.ObservedGeneration}, and the set's is {set.Metadata.Generation}");
        if (isSame && change.Old!.Status != status)
            CheckObserved(set);
        Holds("S9", !isSame || (status.CollisionCount ?? 0) >= (change.Old!.Status.CollisionCount ?? 0), $"the collision count went back to {status.CollisionCount}");
    }

    /// <inheritdoc/>
    public override void OnJob(ObjectChange<Job> change)
    {
        if (change.New is not { Status: { } status } job)
            return;
        var counted = status.Succeeded + (status.UncountedTerminatedPods?.Succeeded.Count ?? 0);
        var succeeded = Truth.SucceededOf(job.Metadata.Uid);
        Holds("S9", counted <= succeeded && status.Active >= 0 && status.Failed >= 0, $"Job {job.Metadata.Name} counts {counted} pods that ended well, and {succeeded} did");
    }

    /// <inheritdoc/>
    public override void OnRevision(ObjectChange<ControllerRevision> change)
    {
        if (change is not { Old: null, New: { } made } || made.Metadata.Controller() is not { } owner)
            return;
        var data = made.Data?.ToString();
        var twin = Truth.World.All<ControllerRevision>(made.Metadata.Namespace).FirstOrDefault(other => other.Metadata.Uid != made.Metadata.Uid
            && other.Metadata.Controller()?.Uid == owner.Uid && other.Data?.ToString() == data);
        Holds("S10", twin is null, $"revision {made.Metadata.Name} was made for the template of {twin?.Metadata.Name}");
    }

    /// <summary>What the status says was observed is what it was computed from: the update revision holds the template of that generation.</summary>
    private void CheckObserved(StatefulSet set)
    {
        var status = set.Status;
        if (Truth.SetAt(set.Metadata.Uid, status.ObservedGeneration) is not { } observed
            || Truth.World.Find<ControllerRevision>(set.Metadata.Namespace, status.UpdateRevision)?.Data?.ToString() is not { } data)
            return;
        var image = observed.Spec.Template.Spec.Containers[0].Image;
        Holds("S9", data.Contains($"\"{image}\"", StringComparison.Ordinal),
            $"the status of {set.Metadata.Name} says that generation {status.ObservedGeneration} with {image} was observed, and its update revision {status.UpdateRevision} is of another template");
    }

    private void CheckIdentity(Pod pod, StatefulSet set, int ordinal)
    {
        var (name, labels) = (pod.Metadata.Name, pod.Metadata.Labels);
        Holds("S5", pod.Spec.Hostname == name && pod.Spec.Subdomain == set.Spec.ServiceName, $"pod {name} has the hostname {pod.Spec.Hostname}.{pod.Spec.Subdomain}");
        Holds("S5", labels.GetValueOrDefault("statefulset.kubernetes.io/pod-name") == name
            && labels.GetValueOrDefault("apps.kubernetes.io/pod-index") == ordinal.ToString(CultureInfo.InvariantCulture),
            $"pod {name} does not have the labels of its ordinal");
        foreach (var template in set.Spec.VolumeClaimTemplates)
        {
            var claim = pod.Spec.Volumes.FirstOrDefault(volume => volume.Name == template.Metadata.Name)?.PersistentVolumeClaim?.ClaimName;
            Holds("S5", claim == $"{template.Metadata.Name}-{name}", $"pod {name} uses claim {claim} as its volume {template.Metadata.Name}");
        }
    }
}

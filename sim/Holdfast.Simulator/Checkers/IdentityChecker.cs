using System.Globalization;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Simulator.World;

namespace Holdfast.Simulator.Checkers;

/// <summary>S5, S9 and S10: who pods are, what status says, and that revisions are not made twice.</summary>
/// <param name="truth">What is really so.</param>
public sealed class IdentityChecker(GroundTruth truth) : Checker(truth)
{
    private readonly Dictionary<string, string> _revisionsByData = new(StringComparer.Ordinal);

    /// <summary>A pod has started on a volume: what it found must be its own, and all of it.</summary>
    /// <param name="process">The pod's processes.</param>
    /// <param name="claim">The claim.</param>
    /// <param name="found">What it found; null for an empty volume.</param>
    public void OnMount(PodProcess process, string claim, VolumeContents? found)
    {
        Holds("S5", found is null || found.FirstPod == process.PodName, $"{process.PodName} found the data of {found?.FirstPod} behind claim {claim}");
        var before = Truth.Disks.StartsOf(process.PodName) - 1;
        Holds("V1", (found?.Starts ?? 0) == before,
            $"{process.PodName} on {process.NodeName} found {found?.Starts ?? 0} of its {before} earlier starts behind claim {claim}: its data was left or lost");
    }

    /// <inheritdoc/>
    public override void OnPod(ObjectChange<Pod> change)
    {
        if (change is not { Old: null, New: { } pod } || Truth.Set is not { } set)
            return;
        var name = pod.Metadata.Name;
        var ordinal = StatefulSetIdentity.Ordinal(set, name);
        var labels = pod.Metadata.Labels;
        Holds("S5", ordinal >= 0, $"pod {name} is not named by an ordinal of {set.Metadata.Name}");
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

    /// <inheritdoc/>
    public override void OnSet(ObjectChange<StatefulSet> change)
    {
        if (change.New?.Status is not { } status)
            return;
        int[] counts = [status.Replicas, status.ReadyReplicas, status.AvailableReplicas, status.CurrentReplicas, status.UpdatedReplicas];
        Holds("S9", counts.All(count => count >= 0 && count <= status.Replicas) && status.AvailableReplicas <= status.ReadyReplicas,
            $"the status counts {status.Replicas} replicas, {status.ReadyReplicas} ready, {status.AvailableReplicas} available, {status.CurrentReplicas} current, {status.UpdatedReplicas} updated");
        Holds("S9", change.Old is null || status.ObservedGeneration >= change.Old.Status.ObservedGeneration, $"the observed generation went back to {status.ObservedGeneration}");
    }

    /// <inheritdoc/>
    public override void OnRevision(ObjectChange<ControllerRevision> change)
    {
        if (change is not { Old: null, New: { } made })
            return;
        var data = made.Data?.ToString() ?? "";
        Holds("S10", _revisionsByData.TryAdd(data, made.Metadata.Name), $"revision {made.Metadata.Name} was made for the template of {_revisionsByData[data]}");
    }
}

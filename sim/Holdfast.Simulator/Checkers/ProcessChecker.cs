using Holdfast.Model.Core;

namespace Holdfast.Simulator.Checkers;

/// <summary>S1, S2, S3 and V5: what runs, against what the API says of it.</summary>
/// <param name="truth">What is really so.</param>
public sealed class ProcessChecker(GroundTruth truth) : Checker(truth)
{
    /// <inheritdoc/>
    public override void OnStep()
    {
        var live = Truth.Processes.Live;
        foreach (var process in live)
        {
            var twin = live.FirstOrDefault(other => !ReferenceEquals(other, process) && other.PodName == process.PodName);
            Holds("S1", twin is null, $"{process.PodName} runs on {process.NodeName} and on {twin?.NodeName} at once");
            var sharer = live.FirstOrDefault(other => other.NodeName != process.NodeName && other.Volumes.Values.Intersect(process.Volumes.Values).Any());
            Holds("V5", sharer is null, $"{process.PodName} on {process.NodeName} and {sharer?.PodName} on {sharer?.NodeName} have mounted the same volume");
        }
    }

    /// <inheritdoc/>
    public override void OnPod(ObjectChange<Pod> change)
    {
        if (change.New is not { } pod)
        {
            var process = Truth.Processes.Live.FirstOrDefault(process => process.PodUid == change.Latest.Metadata.Uid);
            Holds("S2", process is null, $"pod {change.Latest.Metadata.Name} is gone while its processes still run on {process?.NodeName}");
        }
        else if (change.Old is { } old)
        {
            Holds("S3", Rank(pod) >= Rank(old), $"pod {pod.Metadata.Name} went from {old.Status.Phase} back to {pod.Status.Phase}");
            Holds("S3", old.Metadata.DeletionGracePeriodSeconds is not { } granted || pod.Metadata.DeletionGracePeriodSeconds <= granted,
                $"pod {pod.Metadata.Name}'s grace period grew from {old.Metadata.DeletionGracePeriodSeconds} s to {pod.Metadata.DeletionGracePeriodSeconds} s");
        }
    }

    private static int Rank(Pod pod) => pod.Status.Phase switch
    {
        "Running" => 1,
        "Succeeded" or "Failed" => 2,
        _ => 0,
    };
}

using Holdfast.Controllers.Pods;
using Holdfast.Model.Core;
using Holdfast.Simulator.Options;
using Holdfast.Simulator.World;

namespace Holdfast.Simulator.Checkers;

/// <summary>S1, S2, S3 and V5: what runs, against what the API says of it.</summary>
/// <param name="truth">What is really so.</param>
public sealed class ProcessChecker(GroundTruth truth) : Checker(truth)
{
    private long _seen = -1;
    private int _startsSeen;
    private int _repeatsSeen;

    /// <inheritdoc/>
    public override void OnStep()
    {
        if (_seen == Truth.Processes.Version)
            return;
        _seen = Truth.Processes.Version;
        for (; _startsSeen < Truth.Processes.Started.Count; _startsSeen++)
            CheckStart(Truth.Processes.Started[_startsSeen]);
        for (; _repeatsSeen < Truth.Processes.AskedAgain.Count; _repeatsSeen++)
        {
            var running = Truth.Processes.AskedAgain[_repeatsSeen];
            Holds("S1", false, $"{running.PodName} was to be started on {running.NodeName} once more while it runs there: only the runtime's refusal prevented it");
        }
        var live = Truth.Processes.Live;
        for (var index = 0; index < live.Count; index++)
        {
            var process = live[index];
            for (var before = 0; before < index; before++)
                CheckTogether(live[before], process);
        }
        Truth.Checks.Add("S1");
    }

    /// <inheritdoc/>
    public override void OnPod(ObjectChange<Pod> change)
    {
        if (change.New is not { } pod)
            CheckEnd(change.Latest);
        else if (change.Old is { } old)
        {
            // Whoever gives a pod up says first that it has failed; from then on its claims are free.
            if (pod.IsFinished() && !old.IsFinished() && IsGivenUp(pod))
                Truth.Abandoned.Add(pod.Metadata.Uid);
            Holds("S3", Rank(pod) >= Rank(old), $"pod {pod.Metadata.Name} went from {old.Status.Phase} back to {pod.Status.Phase}");
            Holds("S3", old.Metadata.DeletionGracePeriodSeconds is not { } granted || pod.Metadata.DeletionGracePeriodSeconds <= granted,
                $"pod {pod.Metadata.Name}'s grace period grew from {old.Metadata.DeletionGracePeriodSeconds} s to {pod.Metadata.DeletionGracePeriodSeconds} s");
        }
    }

    /// <summary>S2 the other way round: once a pod's object is gone none of its processes starts either, as nobody would end it.</summary>
    private void CheckStart(PodProcess process) => Holds(
        "S2", Truth.Abandoned.Contains(process.PodUid) || Truth.World.Pod(process.Namespace, process.PodName)?.Metadata.Uid == process.PodUid,
        $"{process.PodName} was started on {process.NodeName} after its object had gone, and nobody had given it up");

    private void CheckTogether(PodProcess one, PodProcess other)
    {
        if (one.PodUid == other.PodUid && one.NodeName == other.NodeName)
        {
            // Containers of one pod run beside each other, and share its volumes.
            Holds("S1", one.Container != other.Container, $"{one.PodName} runs twice on {one.NodeName}");
            return;
        }
        var isTold = Truth.Abandoned.Contains(one.PodUid) || Truth.Abandoned.Contains(other.PodUid);
        Holds("S1", isTold || one.Namespace != other.Namespace || one.PodName != other.PodName,
            $"{one.PodName} runs on {one.NodeName} and on {other.NodeName} at once, and nobody had given it up");
        var shared = one.Volumes.Values.FirstOrDefault(other.Volumes.Values.Contains);
        Holds("V5", shared is null || (one.NodeName == other.NodeName && !shared.IsForOnePod),
            $"{one.PodName} on {one.NodeName} and {other.PodName} on {other.NodeName} have mounted {shared?.Path} at once");
    }

    /// <summary>
    /// A pod's object may go before its processes where a person said so: by a forced deletion, by removing the node's object for longer than
    /// the quarantine, or by the out-of-service taint.
    /// </summary>
    private void CheckEnd(Pod pod)
    {
        var uid = pod.Metadata.Uid;
        var process = Truth.Processes.Live.FirstOrDefault(process => process.PodUid == uid);
        // Also when nothing runs yet: what was begun may still come to run.
        if (IsGivenUp(pod))
            Truth.Abandoned.Add(uid);
        Holds("S2", process is null || Truth.Abandoned.Contains(uid),
            $"pod {pod.Metadata.Name} is gone while its processes still run on {process?.NodeName}; its deletion was asked for by {string.Join(", ", Truth.DeletionsOf(uid).Select(asked => asked.By).Distinct())}");
    }

    private bool IsGivenUp(Pod pod)
    {
        if (Truth.DeletionsOf(pod.Metadata.Uid).Any(asked => asked is { By: "kubectl", IsForced: true }))
            return true;
        // The quarantine of 40 s is measured by a clock that may be fast. A node that comes back while its pods are being given up comes too late for them.
        return Truth.NodeGoneFor(pod.Spec.NodeName) >= TimeSpan.FromSeconds(40 * (1 - SimulationOptions.WorstDrift))
            || Truth.World.Find<Model.Core.Node>("", pod.Spec.NodeName)?.Spec.Taints.Any(taint => taint.Key == "node.kubernetes.io/out-of-service") == true;
    }

    private static int Rank(Pod pod) => pod.Status.Phase switch
    {
        "Running" => 1,
        "Succeeded" or "Failed" => 2,
        _ => 0,
    };
}

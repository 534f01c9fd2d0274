using Holdfast.Model.Core;
using Holdfast.Model.Values;

namespace Holdfast.ApiServer.Tables;

/// <summary>
/// A pod in one line: the most telling word about it, which containers are ready and how often they were started again.
/// Follows <c>printPod</c> of Kubernetes: the initialisation is told first; once it is over only the main containers and the
/// side-cars count, and of several containers the first in the list has the last word.
/// </summary>
internal sealed record PodSummary
{
    /// <summary>How many containers are ready.</summary>
    public int Ready { get; private set; }

    /// <summary>How many there are, side-cars included.</summary>
    public int Total { get; private set; }

    /// <summary>What the pod is doing.</summary>
    public string Status { get; private set; } = "";

    /// <summary>How often its containers were started again.</summary>
    public int Restarts { get; private set; }

    /// <summary>When a container last ended before it was started again.</summary>
    public DateTimeOffset? LastRestart { get; private set; }

    private int SidecarRestarts { get; set; }

    private DateTimeOffset? LastSidecarRestart { get; set; }

    /// <summary>Sums a pod up.</summary>
    /// <param name="pod">The pod.</param>
    public static PodSummary Of(Pod pod)
    {
        var status = pod.Status;
        var summary = new PodSummary { Total = pod.Spec.Containers.Count, Status = status.Reason.Length > 0 ? status.Reason : status.Phase };
        foreach (var condition in status.Conditions)
        {
            if (condition is { Type: "PodScheduled", Reason: "SchedulingGated" })
                summary.Status = "SchedulingGated";
        }
        var isInitializing = summary.CountInitContainers(pod);
        if (!isInitializing || IsTrue(pod, "Initialized"))
            summary.CountContainers(pod);
        if (pod.Metadata.DeletionTimestamp is not null)
        {
            if (status.Reason == "NodeLost")
                summary.Status = "Unknown";
            else if (status.Phase is not ("Succeeded" or "Failed"))
                summary.Status = "Terminating";
        }
        return summary;
    }

    /// <summary>Whether a condition of a pod is true.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="type">The condition.</param>
    public static bool IsTrue(Pod pod, string type)
    {
        foreach (var condition in pod.Status.Conditions)
        {
            if (condition.Type == type)
                return condition.Status == "True";
        }
        return false;
    }

    private bool CountInitContainers(Pod pod)
    {
        foreach (var container in pod.Spec.InitContainers)
        {
            if (IsSidecar(container))
                Total++;
        }
        var index = 0;
        foreach (var container in pod.Status.InitContainerStatuses)
        {
            var isSidecar = IsSidecar(Find(pod.Spec.InitContainers, container.Name));
            var ended = container.LastState.Terminated?.FinishedAt;
            Restarts += container.RestartCount;
            LastRestart = Later(LastRestart, ended);
            if (isSidecar)
            {
                SidecarRestarts += container.RestartCount;
                LastSidecarRestart = Later(LastSidecarRestart, ended);
            }
            if (container.State.Terminated is not { ExitCode: 0 })
            {
                if (!isSidecar || container.Started != true)
                {
                    Status = InitStatus(container.State, index, pod.Spec.InitContainers.Count);
                    return true;
                }
                Ready += container.Ready ? 1 : 0;
            }
            index++;
        }
        return false;
    }

    private void CountContainers(Pod pod)
    {
        Restarts = SidecarRestarts;
        LastRestart = LastSidecarRestart;
        var hasRunning = false;
        for (var i = pod.Status.ContainerStatuses.Count - 1; i >= 0; i--)
        {
            var container = pod.Status.ContainerStatuses[i];
            Restarts += container.RestartCount;
            LastRestart = Later(LastRestart, container.LastState.Terminated?.FinishedAt);
            if (container.State.Waiting is { Reason.Length: > 0 } waiting)
                Status = waiting.Reason;
            else if (container.State.Terminated is { } terminated)
                Status = EndStatus(terminated);
            else if (container.Ready && container.State.Running is not null)
            {
                hasRunning = true;
                Ready++;
            }
        }
        if (Status == "Completed" && hasRunning)
            Status = IsTrue(pod, "Ready") ? "Running" : "NotReady";
    }

    private static string InitStatus(ContainerState state, int index, int count)
    {
        if (state.Terminated is { } terminated)
            return "Init:" + EndStatus(terminated);
        return state.Waiting is { Reason: not ("" or "PodInitializing") } waiting ? "Init:" + waiting.Reason : $"Init:{index}/{count}";
    }

    private static string EndStatus(ContainerStateTerminated terminated)
    {
        if (terminated.Reason.Length > 0)
            return terminated.Reason;
        return terminated.Signal != 0 ? $"Signal:{terminated.Signal}" : $"ExitCode:{terminated.ExitCode}";
    }

    private static bool IsSidecar(Container? container) => container?.RestartPolicy == "Always";

    private static Container? Find(ValueList<Container> containers, string name)
    {
        foreach (var container in containers)
        {
            if (container.Name == name)
                return container;
        }
        return null;
    }

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => other is null || one >= other ? one : other;
}

using System.Globalization;
using Holdfast.Controllers.Pods;
using Holdfast.Model.Core;

namespace Holdfast.Steward.Observation;

/// <summary>What keeps a pod from being ready, in words that say what to look at.</summary>
internal static class PodProblem
{
    public static string Of(Pod pod)
    {
        if (pod.IsRunningAndReady() && !pod.IsTerminating())
        {
            return "";
        }
        if (pod.IsTerminating())
        {
            return "the pod is being deleted";
        }
        if (pod.IsFinished())
        {
            return Joined($"the pod has ended: {pod.Status.Phase}", pod.Status.Reason, pod.Status.Message);
        }
        if (Condition(pod, "PodScheduled") is { Status: "False" } unplaced)
        {
            return Joined("the pod has no node", unplaced.Reason, unplaced.Message);
        }
        var words = pod.Status.InitContainerStatuses.Concat(pod.Status.ContainerStatuses).Select(Container).FirstOrDefault(text => text.Length > 0);
        return words ?? (pod.Status.Phase == "Running" ? "the pod is not ready" : "the pod is starting");
    }

    /// <summary>Whether it does not start, for a reason that nothing shows to pass by itself.</summary>
    public static bool IsHindered(Pod pod) => !pod.IsRunningAndReady() && !pod.IsTerminating() && !pod.IsFinished()
        && (Condition(pod, "PodScheduled") is { Status: "False" }
            || pod.Status.InitContainerStatuses.Concat(pod.Status.ContainerStatuses).Any(status => status.State.Running is null && Container(status).Length > 0));

    private static string Container(ContainerStatus status) => status switch
    {
        { State.Waiting: { } waiting } when waiting.Reason is not ("ContainerCreating" or "PodInitializing" or "") =>
            Joined($"container {status.Name} waits{Restarts(status)}", waiting.Reason, Ended(status) ?? waiting.Message),
        { State.Terminated: { ExitCode: not 0 } ended } =>
            string.Create(CultureInfo.InvariantCulture, $"container {status.Name} ended with {ended.ExitCode}{Restarts(status)}"),
        { State.Running: not null, Ready: false } when status.RestartCount > 0 => $"container {status.Name} is not ready{Restarts(status)}",
        _ => "",
    };

    private static string Restarts(ContainerStatus status) =>
        status.RestartCount == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" after {status.RestartCount} restarts");

    private static string? Ended(ContainerStatus status) => status.LastState.Terminated is { } last
        ? string.Create(CultureInfo.InvariantCulture, $"it last ended with {last.ExitCode}")
        : null;

    private static Model.Core.PodCondition? Condition(Pod pod, string type) => pod.Status.Conditions.FirstOrDefault(condition => condition.Type == type);

    private static string Joined(string start, params ReadOnlySpan<string?> parts)
    {
        foreach (var part in parts)
        {
            start = string.IsNullOrEmpty(part) ? start : $"{start}: {part}";
        }
        return start;
    }
}

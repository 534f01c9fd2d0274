using System.Globalization;
using Holdfast.Model.Values;
using Holdfast.Node.Runtime;

namespace Holdfast.Node.Planning;

/// <summary>The status of one container, in the words that kubectl expects.</summary>
internal static class ContainerStatusBuilder
{
    public static Core.ContainerStatus Build(PodView view, PodContainer container)
    {
        var history = view.Observation.State[container.Name];
        var written = PodState.Written(view.Pod, container.Name);
        var state = StateOf(view, container, history);
        return Core.ContainerStatus.Empty with
        {
            Name = container.Name,
            Image = history.Current?.Image ?? container.Spec.Image,
            ImageID = history.Current?.Image ?? "",
            ContainerID = history.Current is { } current ? IdText(current.Id) : "",
            RestartCount = history.Current?.Id.Attempt ?? history.FirstAttempt,
            Ready = view.IsReady(container),
            // Nobody waits for what was added to start: Kubernetes does not say it of them.
            Started = container.Role == ContainerRole.Ephemeral ? null : StartingPlan.IsStarted(view.Observation, container),
            State = state,
            LastState = LastStateOf(history, state, written),
            Resources = container.Spec.Resources == Core.ResourceRequirements.Empty ? null : container.Spec.Resources,
            AllocatedResources = container.Spec.Resources.Requests,
            VolumeMounts = container.Spec.VolumeMounts.Select(mount => Core.VolumeMountStatus.Empty with
            {
                Name = mount.Name,
                MountPath = mount.MountPath,
                ReadOnly = mount.ReadOnly,
                RecursiveReadOnly = mount.RecursiveReadOnly,
            }).ToValueList(),
        };
    }

    private static string IdText(ContainerId id) => $"holdfast://{id}";

    private static Core.ContainerState StateOf(PodView view, PodContainer container, ContainerHistory history)
    {
        if (history.Current is { State: ContainerState.Running } running)
            return Core.ContainerState.Empty with { Running = Core.ContainerStateRunning.Empty with { StartedAt = PodStatusBuilder.WholeSeconds(running.StartedAt ?? running.CreatedAt) } };
        if (!view.IsEnding && WaitingOf(view, container, history) is { } waiting)
            return Core.ContainerState.Empty with { Waiting = waiting };
        if (history.Exit is not null)
            return Terminated(history.Current!);
        return Core.ContainerState.Empty with { Waiting = NotStarted(view, container) };
    }

    private static Core.ContainerStateWaiting? WaitingOf(PodView view, PodContainer container, ContainerHistory history)
    {
        if (history.Failure is { } failure)
            return Waiting(failure.Reason, failure.Message);
        var isBackingOff = history.Exit is { } exit && history.Delay > TimeSpan.Zero
            && history.RestartAt > view.Observation.Now && PodVerdict.Restarts(view.Pod, container, exit.Code);
        return isBackingOff ? Waiting("CrashLoopBackOff", BackOffMessage(view.Pod, container, history)) : null;
    }

    private static Core.ContainerStateWaiting NotStarted(PodView view, PodContainer container)
    {
        if (container.Role == ContainerRole.Main && !view.IsInitialized)
            return Waiting("PodInitializing", "");
        return container.Role == ContainerRole.Ephemeral || view.Pod.Spec.InitContainers.IsEmpty || !view.Observation.State.Volumes.IsMounted
            ? Waiting("ContainerCreating", view.Observation.State.SandboxFailure?.Message ?? "")
            : Waiting("PodInitializing", "");
    }

    private static string BackOffMessage(Core.Pod pod, PodContainer container, ContainerHistory history) => string.Create(
        CultureInfo.InvariantCulture,
        $"back-off {DurationText.Of(history.Delay)} restarting failed container={container.Name} pod={pod.Metadata.Name}_{pod.Metadata.Namespace}({pod.Metadata.Uid})");

    private static Core.ContainerStateWaiting Waiting(string reason, string message) =>
        Core.ContainerStateWaiting.Empty with { Reason = reason, Message = message };

    private static Core.ContainerState Terminated(ContainerStatus status) => Core.ContainerState.Empty with
    {
        Terminated = Core.ContainerStateTerminated.Empty with
        {
            ContainerID = IdText(status.Id),
            ExitCode = status.Exit!.Code,
            // The signal stays 0, as container engines report it: the exit code tells.
            Reason = status.Exit.IsOutOfMemory ? "OOMKilled" : status.Exit.Reason,
            Message = status.Exit.Message ?? "",
            StartedAt = PodStatusBuilder.WholeSeconds(status.StartedAt ?? status.CreatedAt),
            FinishedAt = PodStatusBuilder.WholeSeconds(status.Exit.FinishedAt),
        },
    };

    private static Core.ContainerState LastStateOf(ContainerHistory history, Core.ContainerState state, Core.ContainerStatus? written)
    {
        if (history.Exit is not null && state.Terminated is null)
            return Terminated(history.Current!);
        if (history.Previous is { State: ContainerState.Exited } previous)
            return Terminated(previous);
        // An earlier life of the agent knew it; the runtime does not any more.
        return written is not null && history.Current is { } current && written.RestartCount == current.Id.Attempt
            ? written.LastState
            : Core.ContainerState.Empty;
    }
}

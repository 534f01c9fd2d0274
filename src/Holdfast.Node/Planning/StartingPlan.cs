using Holdfast.Node.Runtime;

namespace Holdfast.Node.Planning;

/// <summary>What to do for a pod that is to run: volumes, then the sandbox, then what was added to look into it, init containers in order, and all others.</summary>
internal static class StartingPlan
{
    public static IReadOnlyList<PodEffect> Effects(PodObservation observation)
    {
        var state = observation.State;
        if (observation.IsNameTaken)
            return [];
        if (!state.Volumes.IsMounted)
            return IsDue(state.Volumes.Failure, observation.Now) ? [new PodEffect.MountVolumes("the pod's containers need its volumes")] : [];
        if (state.Sandbox is null)
            return IsDue(state.SandboxFailure, observation.Now) ? [new PodEffect.EnsureSandbox("the pod has no sandbox yet")] : [];
        List<PodEffect> effects = [];
        if (state.Volumes.RefreshAt <= observation.Now)
            effects.Add(new PodEffect.RefreshVolumes("what is in the pod's volumes may have changed"));
        // Before the others, so that one can look into a pod whose init containers do not come to an end.
        foreach (var container in PodContainer.AddedTo(observation.Pod))
            Add(observation, container, effects);
        if (AddInit(observation, effects))
        {
            foreach (var container in PodContainer.Of(observation.Pod).Where(container => container.Role == ContainerRole.Main))
                Add(observation, container, effects);
        }
        return effects;
    }

    /// <summary>Whether the init containers are done, so that the main ones may run; once one of those has run it stays so.</summary>
    public static bool IsInitialized(PodObservation observation) =>
        HasRunMain(observation) || PodContainer.InitOf(observation.Pod).All(container => IsDone(observation, container));

    /// <summary>Whether a container runs, its hook has ended and its startup probe has passed.</summary>
    public static bool IsStarted(PodObservation observation, PodContainer container)
    {
        var history = observation.State[container.Name];
        return history is { Current.State: ContainerState.Running, PostStart: PostStartProgress.None or PostStartProgress.Done }
            && (container.Spec.StartupProbe is null || !observation.Policy.RunsProbes || history.Probes.HasStarted);
    }

    private static bool AddInit(PodObservation observation, List<PodEffect> effects)
    {
        var isPast = HasRunMain(observation);
        foreach (var container in PodContainer.InitOf(observation.Pod))
        {
            if (container.Role == ContainerRole.Sidecar || !isPast)
                Add(observation, container, effects);
            if (!isPast && !IsDone(observation, container))
                return false;
        }
        return true;
    }

    private static bool IsDone(PodObservation observation, PodContainer container) => container.Role == ContainerRole.Sidecar
        ? IsStarted(observation, container)
        : observation.State[container.Name].Exit is { Code: 0 };

    private static bool HasRunMain(PodObservation observation) => observation.Pod.Spec.Containers
        .Any(container => observation.State[container.Name].Current is not null && !IsLostWithNode(observation, container.Name));

    // After the node itself was down everything starts from the beginning, init containers too.
    private static bool IsLostWithNode(PodObservation observation, string container) =>
        observation.State[container] is { Exit: not null, Current.LogPath: "" };

    private static void Add(PodObservation observation, PodContainer container, List<PodEffect> effects)
    {
        var history = observation.State[container.Name];
        if (history.IsRunning)
            AddRunning(observation, container, history, effects);
        else if (!IsDue(history.Failure, observation.Now))
            return;
        else if (history.Exit is not { } exit)
            effects.Add(new PodEffect.StartContainer(container, history.NextAttempt, "it has not been started yet"));
        else if (PodVerdict.Restarts(observation.Pod, container, exit.Code) && !(history.RestartAt > observation.Now))
            effects.Add(new PodEffect.StartContainer(container, history.NextAttempt, $"it ended with code {exit.Code} and its pod's restart policy has it start again"));
    }

    private static void AddRunning(PodObservation observation, PodContainer container, ContainerHistory history, List<PodEffect> effects)
    {
        var id = history.Current!.Id;
        if (history.PostStart == PostStartProgress.Due)
            effects.Add(new PodEffect.RunPostStart(container, id, "the container has started"));
        if (history.Stop is not null)
            return;
        var grace = PodTermination.SpecGrace(observation);
        if (history.PostStart == PostStartProgress.Failed)
            effects.Add(new PodEffect.StopContainer(container, id, grace, $"FailedPostStartHook: container {container.Name} is stopped"));
        else if (history.Probes.HasFailedStartup)
            effects.Add(new PodEffect.StopContainer(container, id, GraceOf(container.Spec.StartupProbe, grace), $"Container {container.Name} failed startup probe, will be restarted"));
        else if (history.Probes.HasFailedLiveness)
            effects.Add(new PodEffect.StopContainer(container, id, GraceOf(container.Spec.LivenessProbe, grace), $"Container {container.Name} failed liveness probe, will be restarted"));
    }

    private static TimeSpan GraceOf(Core.Probe? probe, TimeSpan grace) =>
        probe?.TerminationGracePeriodSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : grace;

    private static bool IsDue(RetriedFailure? failure, DateTimeOffset now) => failure is null || failure.RetryAt <= now;
}

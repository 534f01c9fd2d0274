using Holdfast.Model.Values;

namespace Holdfast.Node.Planning;

/// <summary>Says in a pod's status what is known of it: a pure function. What others write there is kept.</summary>
internal static class PodStatusBuilder
{
    public static Core.PodStatus Build(PodObservation observation, bool isEnding)
    {
        var (pod, state) = (observation.Pod, observation.State);
        // A pod that has ended for good is history: only its remaining processes can still change what is said of it.
        if (pod.Status.Phase is PodPhase.Succeeded or PodPhase.Failed && !state.HasRunning && state.Sandbox is null)
            return pod.Status;
        var view = new PodView(observation, isEnding);
        var verdict = PodVerdict.Of(observation);
        var phase = Later(pod.Status.Phase, PhaseOf(view, verdict));
        var address = state.Sandbox?.Address ?? pod.Status.PodIP;
        return pod.Status with
        {
            Phase = phase,
            Reason = verdict?.Reason ?? pod.Status.Reason,
            Message = verdict?.Message ?? pod.Status.Message,
            ObservedGeneration = pod.Metadata.Generation,
            HostIP = observation.HostAddress,
            HostIPs = [Core.HostIP.Empty with { Ip = observation.HostAddress }],
            PodIP = address,
            PodIPs = address.Length == 0 ? [] : [Core.PodIP.Empty with { Ip = address }],
            StartTime = WholeSeconds(state.StartTime),
            QosClass = QualityOfService.Of(pod),
            InitContainerStatuses = Statuses(view, PodContainer.InitOf(pod)),
            ContainerStatuses = Statuses(view, PodContainer.Of(pod).Where(container => container.Role == ContainerRole.Main)),
            EphemeralContainerStatuses = Statuses(view, PodContainer.AddedTo(pod)),
            Conditions = PodConditions.Build(view, phase),
        };
    }

    /// <summary>A time as the API keeps it.</summary>
    public static DateTimeOffset? WholeSeconds(DateTimeOffset? time) =>
        time is { } moment ? new DateTimeOffset(moment.UtcTicks - (moment.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero) : null;

    private static ValueList<Core.ContainerStatus> Statuses(PodView view, IEnumerable<PodContainer> containers) =>
        containers.Select(container => ContainerStatusBuilder.Build(view, container)).ToValueList();

    private static string PhaseOf(PodView view, PodVerdict? verdict)
    {
        if (verdict is not null && !view.Observation.State.HasRunning)
            return verdict.Phase;
        if (view.IsEnding && view.Pod.Metadata.DeletionTimestamp is not null && !view.Observation.State.HasRunning)
            return PodVerdict.MainsSucceeded(view.Observation) && !view.Pod.Spec.Containers.IsEmpty ? PodPhase.Succeeded : PodPhase.Failed;
        var haveAllRun = view.Pod.Spec.Containers.All(container => view.Observation.State[container.Name].Current is not null);
        return haveAllRun ? PodPhase.Running : PodPhase.Pending;
    }

    private static string Later(string before, string now) => Rank(before) > Rank(now) ? before : now;

    private static int Rank(string phase) => phase switch { PodPhase.Running => 1, PodPhase.Succeeded or PodPhase.Failed => 2, _ => 0 };
}

/// <summary>An observation with what several parts of a status need of it.</summary>
internal sealed class PodView(PodObservation observation, bool isEnding)
{
    public PodObservation Observation => observation;

    public Core.Pod Pod => observation.Pod;

    public bool IsEnding => isEnding;

    public bool IsInitialized { get; } = StartingPlan.IsInitialized(observation);

    public bool IsReady(PodContainer container)
    {
        if (container.Role == ContainerRole.Init)
            return observation.State[container.Name].Exit is { Code: 0 };
        return container.Role != ContainerRole.Ephemeral && !isEnding && StartingPlan.IsStarted(observation, container)
            && (container.Spec.ReadinessProbe is null || !observation.Policy.RunsProbes || observation.State[container.Name].Probes.IsReady);
    }
}

using Holdfast.Node.Probes;

namespace Holdfast.Node.Planning;

/// <summary>Which probes are to run: the startup probe alone until it has passed, then the others; none for what ends.</summary>
internal static class ProbesWanted
{
    public static IReadOnlyDictionary<ProbeKey, (Core.Probe Probe, PodContainer Container)> Of(PodObservation observation, bool isEnding)
    {
        var wanted = new Dictionary<ProbeKey, (Core.Probe, PodContainer)>();
        if (isEnding || !observation.Policy.RunsProbes || observation.State.Sandbox is null)
            return wanted;
        foreach (var container in PodContainer.Of(observation.Pod).Where(container => container.Role != ContainerRole.Init))
        {
            var history = observation.State[container.Name];
            if (history is not { Current: { State: Runtime.ContainerState.Running } current, Stop: null })
                continue;
            if (container.Spec.StartupProbe is { } startup && !history.Probes.HasStarted)
            {
                wanted.Add(new(current.Id, ProbePurpose.Startup), (startup, container));
                continue;
            }
            if (container.Spec.ReadinessProbe is { } readiness)
                wanted.Add(new(current.Id, ProbePurpose.Readiness), (readiness, container));
            if (container.Spec.LivenessProbe is { } liveness)
                wanted.Add(new(current.Id, ProbePurpose.Liveness), (liveness, container));
        }
        return wanted;
    }
}

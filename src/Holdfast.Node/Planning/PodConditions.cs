using Holdfast.Model.Values;

namespace Holdfast.Node.Planning;

/// <summary>The conditions of a pod that its node answers for. Those of others stay as they are.</summary>
internal static class PodConditions
{
    public static ValueList<Core.PodCondition> Build(PodView view, string phase)
    {
        List<Core.PodCondition> conditions = [];
        var containersReady = ContainersReady(view, phase);
        Add(view, conditions, Is("PodReadyToStartContainers", view.Observation.State.Sandbox is not null));
        Add(view, conditions, Initialized(view, phase));
        Add(view, conditions, Ready(view, containersReady));
        Add(view, conditions, containersReady with { Type = "ContainersReady" });
        var before = view.Pod.Status.Conditions;
        if (!before.Any(condition => condition.Type == "PodScheduled"))
            Add(view, conditions, Is("PodScheduled", true));
        var mine = conditions.Select(condition => condition.Type).ToHashSet(StringComparer.Ordinal);
        return conditions.Concat(before.Where(condition => !mine.Contains(condition.Type))).ToValueList();
    }

    private static Core.PodCondition Initialized(PodView view, string phase)
    {
        if (view.IsInitialized || phase == PodPhase.Succeeded)
            return Is("Initialized", true) with { Reason = phase == PodPhase.Succeeded ? "PodCompleted" : "" };
        var incomplete = PodContainer.InitOf(view.Pod).Where(container => !view.IsReady(container)).Select(container => container.Name);
        return Is("Initialized", false) with { Reason = "ContainersNotInitialized", Message = $"containers with incomplete status: [{string.Join(' ', incomplete)}]" };
    }

    private static Core.PodCondition ContainersReady(PodView view, string phase)
    {
        if (phase == PodPhase.Succeeded)
            return Is("ContainersReady", false) with { Reason = "PodCompleted" };
        if (phase == PodPhase.Failed)
            return Is("ContainersReady", false) with { Reason = "PodFailed" };
        var unready = PodContainer.Of(view.Pod).Where(container => container.Role != ContainerRole.Init && !view.IsReady(container))
            .Select(container => container.Name).ToArray();
        return unready.Length == 0
            ? Is("ContainersReady", true)
            : Is("ContainersReady", false) with { Reason = "ContainersNotReady", Message = $"containers with unready status: [{string.Join(' ', unready)}]" };
    }

    private static Core.PodCondition Ready(PodView view, Core.PodCondition containersReady)
    {
        if (containersReady.Status != "True")
            return containersReady with { Type = "Ready" };
        var missing = view.Pod.Spec.ReadinessGates.Select(gate => GateProblem(view.Pod, gate.ConditionType)).OfType<string>().ToArray();
        return missing.Length == 0
            ? Is("Ready", true)
            : Is("Ready", false) with { Reason = "ReadinessGatesNotReady", Message = string.Join(", ", missing) };
    }

    private static string? GateProblem(Core.Pod pod, string gate)
    {
        var condition = pod.Status.Conditions.FirstOrDefault(condition => condition.Type == gate);
        if (condition is null)
            return $"corresponding condition of pod readiness gate \"{gate}\" does not exist.";
        return condition.Status == "True" ? null : $"the status of pod readiness gate \"{gate}\" is not \"True\", but {condition.Status}";
    }

    private static Core.PodCondition Is(string type, bool holds) =>
        Core.PodCondition.Empty with { Type = type, Status = holds ? "True" : "False" };

    private static void Add(PodView view, List<Core.PodCondition> conditions, Core.PodCondition condition)
    {
        var before = view.Pod.Status.Conditions.FirstOrDefault(each => each.Type == condition.Type);
        var since = before?.Status == condition.Status && before.LastTransitionTime is { } kept ? kept : PodStatusBuilder.WholeSeconds(view.Observation.Now);
        conditions.Add(condition with { LastTransitionTime = since, ObservedGeneration = view.Pod.Metadata.Generation, LastProbeTime = before?.LastProbeTime });
    }
}

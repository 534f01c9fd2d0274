using System.Globalization;
using Holdfast.Model.Core;
using Holdfast.Model.Values;

namespace Holdfast.Controllers.Scheduling;

/// <summary>
/// Why a node will not do for a pod, one rule each; null when the rule has nothing against it. The words are those that
/// Kubernetes' scheduler uses in its events.
/// </summary>
internal static class NodeFilters
{
    internal static string? Reject(SchedulingObservation observation, NodeLoad load) =>
        Cordon(observation.Pod, load.Node)
        ?? Name(observation.Pod, load.Node)
        ?? Taints(observation.Pod, load.Node)
        ?? Affinity(observation.Pod, load.Node)
        ?? Room(observation.Pod, load)
        ?? Volumes(observation, load.Node)
        ?? PlacementFilters.Reject(observation, load.Node);

    internal static bool Matches(NodeSelector selector, Node node) => selector.NodeSelectorTerms.Any(term => Matches(term, node));

    private static string? Cordon(Pod pod, Node node) =>
        node.Spec.Unschedulable && !IsTolerated(pod, new Taint { Key = "node.kubernetes.io/unschedulable", Effect = "NoSchedule" })
            ? "node(s) were unschedulable"
            : null;

    private static string? Name(Pod pod, Node node) =>
        pod.Spec.NodeName.Length > 0 && pod.Spec.NodeName != node.Metadata.Name ? "node(s) didn't match the requested node name" : null;

    private static string? Taints(Pod pod, Node node)
    {
        foreach (var taint in node.Spec.Taints)
        {
            if (taint.Effect is "NoSchedule" or "NoExecute" && !IsTolerated(pod, taint))
            {
                return $"node(s) had untolerated taint(s) {{{taint.Key}: {taint.Value}}}";
            }
        }
        return null;
    }

    private static bool IsTolerated(Pod pod, Taint taint)
    {
        foreach (var toleration in pod.Spec.Tolerations)
        {
            var sameEffect = toleration.Effect.Length == 0 || toleration.Effect == taint.Effect;
            var sameKey = toleration.Key.Length == 0 ? toleration.Operator == "Exists" : toleration.Key == taint.Key;
            if (sameEffect && sameKey && (toleration.Operator == "Exists" || toleration.Value == taint.Value))
            {
                return true;
            }
        }
        return false;
    }

    private static string? Affinity(Pod pod, Node node)
    {
        foreach (var (key, value) in pod.Spec.NodeSelector)
        {
            if (!node.Metadata.Labels.TryGetValue(key, out var label) || label != value)
            {
                return "node(s) didn't match Pod's node affinity/selector";
            }
        }
        return pod.Spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution is { } required && !Matches(required, node)
            ? "node(s) didn't match Pod's node affinity/selector"
            : null;
    }

    private static string? Room(Pod pod, NodeLoad load)
    {
        var asked = PodRequests.Of(pod) + load.Used;
        var room = load.Node.Status.Allocatable;
        return room.TryGetValue("pods", out var pods) && asked.Pods > pods.ToInt64() ? "Too many pods"
            : room.TryGetValue("cpu", out var cpu) && asked.MilliCpu > cpu.ToMilliInt64() ? "Insufficient cpu"
            : room.TryGetValue("memory", out var memory) && asked.MemoryBytes > memory.ToInt64() ? "Insufficient memory"
            : null;
    }

    private static string? Volumes(SchedulingObservation observation, Node node)
    {
        foreach (var use in observation.Claims)
        {
            if (use.Volume?.Spec.NodeAffinity?.Required is { } required && !Matches(required, node))
            {
                return "node(s) didn't match PersistentVolume's node affinity";
            }
            if (use is { IsBound: false, Class: { } storageClass } && !storageClass.AllowedTopologies.IsEmpty
                && !storageClass.AllowedTopologies.Any(term => term.MatchLabelExpressions.All(
                    expression => node.Metadata.Labels.TryGetValue(expression.Key, out var label) && expression.Values.Contains(label))))
            {
                return "node(s) didn't match the storage class's allowed topologies";
            }
        }
        return null;
    }

    private static bool Matches(NodeSelectorTerm term, Node node) =>
        (!term.MatchExpressions.IsEmpty || !term.MatchFields.IsEmpty)
        && term.MatchExpressions.All(requirement => Matches(requirement, node.Metadata.Labels.GetValueOrDefault(requirement.Key)))
        && term.MatchFields.All(requirement => requirement.Key == "metadata.name" && Matches(requirement, node.Metadata.Name));

    private static bool Matches(NodeSelectorRequirement requirement, string? value) => requirement.Operator switch
    {
        "In" => value is not null && requirement.Values.Contains(value),
        "NotIn" => value is null || !requirement.Values.Contains(value),
        "Exists" => value is not null,
        "DoesNotExist" => value is null,
        "Gt" => Compare(value, requirement.Values) > 0,
        "Lt" => Compare(value, requirement.Values) < 0,
        _ => false,
    };

    /// <summary>The order of two whole numbers; 0, which neither Gt nor Lt takes, when one of them is not a number.</summary>
    private static int Compare(string? value, ValueList<string> values) =>
        values.Count == 1
        && long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var left)
        && long.TryParse(values[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var right)
            ? left.CompareTo(right)
            : 0;
}

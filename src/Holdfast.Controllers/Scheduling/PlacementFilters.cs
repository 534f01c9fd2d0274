using Holdfast.Model.Core;
using Holdfast.Model.Selectors;

namespace Holdfast.Controllers.Scheduling;

/// <summary>The rules that look at where other pods are: topology spread, affinity and anti-affinity, theirs included.</summary>
internal static class PlacementFilters
{
    internal static string? Reject(SchedulingObservation observation, Node node) =>
        Spread(observation, node) ?? Affinity(observation, node) ?? AntiAffinity(observation, node);

    private static string? Spread(SchedulingObservation observation, Node node)
    {
        foreach (var constraint in observation.Pod.Spec.TopologySpreadConstraints.Where(constraint => constraint.WhenUnsatisfiable == "DoNotSchedule"))
        {
            if (!node.Metadata.Labels.TryGetValue(constraint.TopologyKey, out var domain))
            {
                return $"node(s) didn't match pod topology spread constraints (missing required label)";
            }
            var counts = Counts(observation, constraint);
            var own = LabelMatcher.From(constraint.LabelSelector).Matches(observation.Pod.Metadata.Labels) ? 1 : 0;
            var least = counts.Count < (constraint.MinDomains ?? 0) ? 0 : counts.Values.DefaultIfEmpty().Min();
            if (counts.GetValueOrDefault(domain) + own - least > constraint.MaxSkew)
            {
                return "node(s) didn't match pod topology spread constraints";
            }
        }
        return null;
    }

    /// <summary>How many matching pods each domain has; domains without any count too.</summary>
    private static Dictionary<string, int> Counts(SchedulingObservation observation, TopologySpreadConstraint constraint)
    {
        var selector = LabelMatcher.From(constraint.LabelSelector);
        var domains = new Dictionary<string, string>(StringComparer.Ordinal);
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var load in observation.Nodes)
        {
            if (load.Node.Metadata.Labels.TryGetValue(constraint.TopologyKey, out var domain))
            {
                domains[load.Node.Metadata.Name] = domain;
                counts.TryAdd(domain, 0);
            }
        }
        foreach (var other in observation.Others)
        {
            if (other.Metadata.Namespace == observation.Pod.Metadata.Namespace && other.Metadata.DeletionTimestamp is null
                && selector.Matches(other.Metadata.Labels) && domains.TryGetValue(other.Spec.NodeName, out var domain))
            {
                counts[domain]++;
            }
        }
        return counts;
    }

    private static string? Affinity(SchedulingObservation observation, Node node)
    {
        foreach (var term in observation.Pod.Spec.Affinity?.PodAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? default)
        {
            var isFirst = !observation.Others.Any(other => Matches(observation, term, observation.Pod, other)) && Matches(observation, term, observation.Pod, observation.Pod);
            if (!isFirst && !IsNear(observation, term, observation.Pod, node))
            {
                return "node(s) didn't match pod affinity rules";
            }
        }
        return null;
    }

    private static string? AntiAffinity(SchedulingObservation observation, Node node)
    {
        foreach (var term in observation.Pod.Spec.Affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? default)
        {
            if (IsNear(observation, term, observation.Pod, node))
            {
                return "node(s) didn't match pod anti-affinity rules";
            }
        }
        foreach (var other in observation.Others)
        {
            foreach (var term in other.Spec.Affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? default)
            {
                if (Matches(observation, term, other, observation.Pod) && SameDomain(observation, term.TopologyKey, other.Spec.NodeName, node))
                {
                    return "node(s) didn't satisfy existing pods anti-affinity rules";
                }
            }
        }
        return null;
    }

    private static bool IsNear(SchedulingObservation observation, PodAffinityTerm term, Pod owner, Node node) =>
        observation.Others.Any(other => Matches(observation, term, owner, other) && SameDomain(observation, term.TopologyKey, other.Spec.NodeName, node));

    private static bool Matches(SchedulingObservation observation, PodAffinityTerm term, Pod owner, Pod other) =>
        InNamespaces(observation, term, owner, other.Metadata.Namespace) && other.Metadata.DeletionTimestamp is null
        && LabelMatcher.From(term.LabelSelector).Matches(other.Metadata.Labels);

    /// <summary>The namespaces that a term lists and those that it selects; the owner's own when it does neither. An empty selector selects all.</summary>
    private static bool InNamespaces(SchedulingObservation observation, PodAffinityTerm term, Pod owner, string space) =>
        term is { Namespaces.IsEmpty: true, NamespaceSelector: null }
            ? space == owner.Metadata.Namespace
            : term.Namespaces.Contains(space)
                || LabelMatcher.From(term.NamespaceSelector).Matches(observation.NamespaceLabels.GetValueOrDefault(space));

    private static bool SameDomain(SchedulingObservation observation, string topologyKey, string nodeName, Node node)
    {
        if (!node.Metadata.Labels.TryGetValue(topologyKey, out var domain))
        {
            return false;
        }
        foreach (var load in observation.Nodes)
        {
            if (load.Node.Metadata.Name == nodeName)
            {
                return load.Node.Metadata.Labels.TryGetValue(topologyKey, out var theirs) && theirs == domain;
            }
        }
        return false;
    }
}

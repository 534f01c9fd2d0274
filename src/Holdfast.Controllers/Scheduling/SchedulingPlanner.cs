using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Model.Core;

namespace Holdfast.Controllers.Scheduling;

/// <summary>
/// Chooses a node for a pod: the nodes that no rule rejects, of these the one with the fewest of the pod's siblings in its
/// zone, then on itself, then the least used, then the first by name. Volumes that wait for their pod are made first.
/// A pure function.
/// </summary>
public static class SchedulingPlanner
{
    /// <summary>The annotation on a claim with the node that its pod will go to.</summary>
    public const string SelectedNode = "volume.kubernetes.io/selected-node";

    private const string ZoneLabel = "topology.kubernetes.io/zone";

    /// <summary>Plans for one pod.</summary>
    /// <param name="observation">The pod, the nodes and the claims.</param>
    public static SchedulingPlan Plan(SchedulingObservation observation) =>
        Hindrance(observation) ?? Place(observation);

    /// <summary>What must come before any node can be chosen.</summary>
    private static SchedulingPlan? Hindrance(SchedulingObservation observation)
    {
        if (!observation.Pod.Spec.SchedulingGates.IsEmpty)
        {
            return new SchedulingPlan.Wait("the pod's scheduling gates are closed");
        }
        var available = $"0/{observation.Nodes.Length} nodes are available";
        foreach (var use in observation.Claims)
        {
            if (use.Claim is null)
            {
                return new SchedulingPlan.Unschedulable($"{available}: persistentvolumeclaim \"{use.Name}\" not found.");
            }
            if (use.Claim.Metadata.DeletionTimestamp is not null)
            {
                return new SchedulingPlan.Unschedulable($"{available}: persistentvolumeclaim \"{use.Name}\" is being deleted.");
            }
            if (use is { IsBound: true, Volume: null })
            {
                // Where a volume is decides where its pod may run: an unknown one must not count as one that is everywhere.
                return new SchedulingPlan.Unschedulable($"{available}: node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s).");
            }
            if (!use.IsBound && !use.WaitsForPod)
            {
                return new SchedulingPlan.Unschedulable($"{available}: pod has unbound immediate PersistentVolumeClaims.");
            }
        }
        return null;
    }

    private static SchedulingPlan Place(SchedulingObservation observation)
    {
        var fitting = new List<NodeLoad>();
        var rejections = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var load in observation.Nodes)
        {
            if (NodeFilters.Reject(observation, load) is { } reason)
            {
                rejections[reason] = rejections.GetValueOrDefault(reason) + 1;
            }
            else
            {
                fitting.Add(load);
            }
        }
        return fitting.Count == 0 ? new SchedulingPlan.Unschedulable(Summary(observation.Nodes.Length, rejections)) : Choose(observation, fitting);
    }

    private static SchedulingPlan Choose(SchedulingObservation observation, List<NodeLoad> fitting)
    {
        var unbound = observation.Claims.Where(use => !use.IsBound).Select(use => use.Claim!).ToImmutableArray();
        // A node that claims already wait for is kept while it fits, so that volumes are not made in two places.
        var promised = unbound.Select(claim => claim.Metadata.Annotations.GetValueOrDefault(SelectedNode)).FirstOrDefault(node => node is not null);
        var chosen = fitting.FirstOrDefault(load => load.Node.Metadata.Name == promised) ?? Best(observation, fitting);
        var name = chosen.Node.Metadata.Name;
        var reason = $"{fitting.Count}/{observation.Nodes.Length} nodes fit; {name} has {chosen.Siblings} of the same controller";
        if (unbound.IsEmpty)
        {
            return new SchedulingPlan.Bind(name, reason);
        }
        var untold = unbound.Where(claim => claim.Metadata.Annotations.GetValueOrDefault(SelectedNode) != name).ToImmutableArray();
        return untold.IsEmpty
            ? new SchedulingPlan.Wait($"claims {string.Join(", ", unbound.Select(claim => claim.Metadata.Name))} get their volumes on {name}", name)
            : new SchedulingPlan.ProvisionFirst(name, untold, reason);
    }

    private static NodeLoad Best(SchedulingObservation observation, List<NodeLoad> fitting)
    {
        var siblingsByZone = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var load in observation.Nodes)
        {
            var zone = Zone(load.Node);
            siblingsByZone[zone] = siblingsByZone.GetValueOrDefault(zone) + load.Siblings;
        }
        return fitting
            .OrderBy(load => siblingsByZone[Zone(load.Node)])
            .ThenBy(load => load.Siblings)
            .ThenBy(load => load.Used.Pods)
            .ThenBy(load => load.Used.MilliCpu)
            .ThenBy(load => load.Node.Metadata.Name, StringComparer.Ordinal)
            .First();
    }

    private static string Zone(Node node) => node.Metadata.Labels.GetValueOrDefault(ZoneLabel) ?? "";

    private static string Summary(int nodes, SortedDictionary<string, int> rejections) => nodes == 0
        ? "no nodes available to schedule pods"
        : $"0/{nodes} nodes are available: {string.Join(", ", rejections.Select(reason => string.Create(CultureInfo.InvariantCulture, $"{reason.Value} {reason.Key}")))}.";
}

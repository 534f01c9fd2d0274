using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Core;
using Holdfast.Model.Json;
using Holdfast.Model.Stewards;
using Holdfast.Model.Values;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;

namespace Holdfast.Steward.Rollout;

/// <summary>Whether a member finds a node again. No revision is to blame for one that does not for its volume's sake, or would not have before either.</summary>
internal static class Placement
{
    /// <summary>Why a member would not come up again once its pod went, in words; empty when nothing is known against it.</summary>
    /// <param name="member">The member.</param>
    public static string Objection(ClusterMember member) =>
        (member.Observation?.Claims ?? default).FirstOrDefault(claim => claim.Place is { Problem.Length: > 0 }) is { Place: { } place } claim
            ? $"its volume {claim.Volume} is on {place.Node} alone, which {place.Problem}"
            : "";

    /// <summary>What keeps a member's pod without a node, in words; empty when it has one, or when the revision that it is brought to may be why.</summary>
    /// <param name="view">What is seen.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="member">The member.</param>
    public static string Hindrance(StewardView view, OperationStatus operation, ClusterMember member) => member.Pod is not { IsHindered: true, Node: "" } pod ? ""
        : Objection(member) is { Length: > 0 } objection ? $"no node takes it: {objection}"
        : view.Memory.Rollout is { } rollout && IsPlacedAlike(view, rollout.FromRevision, operation.Revision) ? pod.Problem
        : "";

    private static bool IsPlacedAlike(StewardView view, string one, string other) =>
        one == other || (Demands(view, one) is { } before && Demands(view, other) is { } after && before == after);

    // What a scheduler looks at; the rest of a template makes no difference to where its pods may be.
    private static PodTemplateSpec? Demands(StewardView view, string name)
    {
        if (view.Observation.Revisions.FirstOrDefault(revision => revision.Metadata.Name == name) is not { } kept)
            return null;
        try
        {
            var template = RevisionHistory.Template(kept);
            return template with { Metadata = template.Metadata with { Annotations = default }, Spec = Demands(template.Spec) };
        }
        catch (ModelDecodeException)
        {
            return null;
        }
    }

    private static PodSpec Demands(PodSpec spec) => PodSpec.Empty with
    {
        Affinity = spec.Affinity,
        Containers = spec.Containers.Select(Demands).ToValueList(),
        HostNetwork = spec.HostNetwork,
        InitContainers = spec.InitContainers.Select(Demands).ToValueList(),
        NodeName = spec.NodeName,
        NodeSelector = spec.NodeSelector,
        Os = spec.Os,
        Overhead = spec.Overhead,
        PriorityClassName = spec.PriorityClassName,
        ResourceClaims = spec.ResourceClaims,
        Resources = spec.Resources,
        RuntimeClassName = spec.RuntimeClassName,
        SchedulerName = spec.SchedulerName,
        SchedulingGates = spec.SchedulingGates,
        SchedulingGroup = spec.SchedulingGroup,
        Tolerations = spec.Tolerations,
        TopologySpreadConstraints = spec.TopologySpreadConstraints,
        Volumes = spec.Volumes,
    };

    private static Container Demands(Container container) => Container.Empty with { Resources = container.Resources, Ports = container.Ports, RestartPolicy = container.RestartPolicy };
}

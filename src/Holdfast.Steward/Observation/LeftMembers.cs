using Holdfast.Controllers.Pods;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;

namespace Holdfast.Steward.Observation;

/// <summary>
/// Pods of members that a set has left behind: they have the set's names and labels and no owner, as after a deletion with <c>--cascade=orphan</c>, until a set
/// of that name takes them up again. A set that goes with its pods leaves its reference on them.
/// </summary>
internal static class LeftMembers
{
    // The finalizer by which the garbage collector takes references off before the object goes.
    private const string Orphan = "orphan";

    /// <summary>The name of the set that left a pod; null when none did.</summary>
    public static string? SetOf(Pod pod)
    {
        var name = pod.Metadata.Name;
        return pod.Metadata.Controller() is null && pod.Metadata.Labels.GetValueOrDefault(StatefulSetIdentity.PodNameLabel) == name
            && name.LastIndexOf('-') is > 0 and var dash && StatefulSetIdentity.Ordinal(Named(name[..dash]), name) >= 0 ? name[..dash] : null;
    }

    /// <summary>Those of one set.</summary>
    public static IEnumerable<Pod> Of(ITargetObjects objects, string namespaceName, string set) => objects.UncontrolledPods(namespaceName).Where(pod => SetOf(pod) == set);

    /// <summary>What is still known of a set that is gone, from the pods that it left: enough to ask them, and nothing to plan by.</summary>
    public static StatefulSet StandIn(string namespaceName, string set, IReadOnlyList<Pod> pods) => Named(set) is var bare ? bare with
    {
        Metadata = bare.Metadata with { Namespace = namespaceName },
        Spec = new StatefulSetSpec { ServiceName = pods.Count == 0 ? "" : pods[0].Spec.Subdomain, Replicas = pods.Count },
    } : bare;

    /// <summary>Whether a set that is asked to go leaves its pods.</summary>
    public static bool AreLeftBy(StatefulSet set) => set.Metadata.DeletionTimestamp is not null && set.Metadata.Finalizers.Contains(Orphan);

    private static StatefulSet Named(string name) => new() { Metadata = new() { Name = name } };
}

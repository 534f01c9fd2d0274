using System.Collections.Immutable;
using Holdfast.Model.Core;
using Holdfast.Model.Storage;
using Holdfast.Model.Values;

namespace Holdfast.Controllers.Scheduling;

/// <summary>What the scheduler is shown for one pod.</summary>
/// <param name="Pod">The pod that needs a node.</param>
/// <param name="Nodes">Every node with what is placed on it.</param>
/// <param name="Others">Pods that are on nodes, at least those of whom this pod's spread and affinity rules speak or whose anti-affinity speaks of it.</param>
/// <param name="Claims">The claims that the pod uses.</param>
public sealed record SchedulingObservation(
    Pod Pod, ImmutableArray<NodeLoad> Nodes, ImmutableArray<Pod> Others, ImmutableArray<ClaimUse> Claims)
{
    /// <summary>The labels of the namespaces of the pod and of the others, for terms that select namespaces; one that is missing has none.</summary>
    public ImmutableDictionary<string, ValueMap<string>> NamespaceLabels { get; init; } = ImmutableDictionary<string, ValueMap<string>>.Empty;
}

/// <summary>A node and what is placed on it.</summary>
/// <param name="Node">The node.</param>
/// <param name="Used">What its pods ask for.</param>
/// <param name="Siblings">How many of them have the same controller as the pod to place.</param>
public sealed record NodeLoad(Node Node, PodRequests Used, int Siblings);

/// <summary>A claim that a pod uses.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Claim">The claim, or null when it is not there.</param>
/// <param name="Volume">The volume that it is bound to, or null.</param>
/// <param name="Class">Its storage class, or null.</param>
public sealed record ClaimUse(string Name, PersistentVolumeClaim? Claim, PersistentVolume? Volume, StorageClass? Class)
{
    /// <summary>Whether the claim is bound to a volume.</summary>
    public bool IsBound => Claim is not null && Claim.Spec.VolumeName.Length > 0 && Claim.Status.Phase == "Bound";

    /// <summary>Whether the claim gets its volume only where the pod goes.</summary>
    public bool WaitsForPod => Class?.VolumeBindingMode == "WaitForFirstConsumer";
}

/// <summary>What to do with a pod that has no node.</summary>
public abstract record SchedulingPlan
{
    private SchedulingPlan()
    {
    }

    /// <summary>Bind the pod to a node.</summary>
    /// <param name="NodeName">The node.</param>
    /// <param name="Reason">Why this one.</param>
    public sealed record Bind(string NodeName, string Reason) : SchedulingPlan;

    /// <summary>Have volumes made where the pod will go; the pod is bound when they are there.</summary>
    /// <param name="NodeName">The node.</param>
    /// <param name="Claims">The claims to be told.</param>
    /// <param name="Reason">Why this node.</param>
    public sealed record ProvisionFirst(string NodeName, ImmutableArray<PersistentVolumeClaim> Claims, string Reason) : SchedulingPlan;

    /// <summary>Nothing to do until something changes that is on its way.</summary>
    /// <param name="Reason">What is waited for.</param>
    /// <param name="NodeName">The node on which the pod's place is kept meanwhile; empty when there is none yet.</param>
    public sealed record Wait(string Reason, string NodeName = "") : SchedulingPlan;

    /// <summary>No node will do; the pod says so and is looked at again when the cluster changes.</summary>
    /// <param name="Message">Why, node by node, summed up.</param>
    public sealed record Unschedulable(string Message) : SchedulingPlan;
}

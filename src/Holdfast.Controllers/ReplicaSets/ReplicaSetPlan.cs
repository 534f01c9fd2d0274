using System.Collections.Immutable;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;

namespace Holdfast.Controllers.ReplicaSets;

/// <summary>What the planner is shown: one set and the pods that may be its own, as the caches have them.</summary>
/// <param name="Set">The set.</param>
/// <param name="Pods">Pods of its namespace that it controls, and those that its selector matches and nobody controls.</param>
/// <param name="Related">The pods of all sets that have the same owner, which says where pods are doubled up.</param>
public sealed record ReplicaSetObservation(ReplicaSet Set, ImmutableArray<Pod> Pods, ImmutableArray<Pod> Related);

/// <summary>One thing that the plan does, with its reason in words.</summary>
/// <param name="Reason">Why.</param>
public abstract record ReplicaSetEffect(string Reason)
{
    /// <summary>Take a pod that matches the selector and that nobody controls.</summary>
    /// <param name="Pod">The pod.</param>
    /// <param name="Reason">Why.</param>
    public sealed record Adopt(Pod Pod, string Reason) : ReplicaSetEffect(Reason);

    /// <summary>Let go of a pod that no longer matches the selector.</summary>
    /// <param name="Pod">The pod.</param>
    /// <param name="Reason">Why.</param>
    public sealed record Release(Pod Pod, string Reason) : ReplicaSetEffect(Reason);

    /// <summary>Make pods, all alike.</summary>
    /// <param name="Pod">The pod.</param>
    /// <param name="Count">How many.</param>
    /// <param name="Reason">Why.</param>
    public sealed record Create(Pod Pod, int Count, string Reason) : ReplicaSetEffect(Reason);

    /// <summary>Delete a pod; the uid is a precondition, so that only this very pod goes.</summary>
    /// <param name="Pod">The pod.</param>
    /// <param name="Reason">Why.</param>
    public sealed record Delete(Pod Pod, string Reason) : ReplicaSetEffect(Reason);
}

/// <summary>What is to be done for a set now.</summary>
/// <param name="Effects">The effects, in order; when one fails the rest wait for the next plan.</param>
/// <param name="Status">The status as it is once the effects succeed; it is written when it differs from what the set has.</param>
/// <param name="RequeueAfter">When to plan again although nothing changes, or null.</param>
public sealed record ReplicaSetPlan(ImmutableArray<ReplicaSetEffect> Effects, ReplicaSetStatus Status, TimeSpan? RequeueAfter);

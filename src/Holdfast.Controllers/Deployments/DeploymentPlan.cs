using System.Collections.Immutable;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;

namespace Holdfast.Controllers.Deployments;

/// <summary>What the planner is shown: one Deployment and the sets and pods that may be its own, as the caches have them.</summary>
/// <param name="Deployment">The Deployment.</param>
/// <param name="Sets">ReplicaSets of its namespace that it controls, and those that its selector matches and nobody controls.</param>
/// <param name="Pods">The pods of these sets.</param>
public sealed record DeploymentObservation(Deployment Deployment, ImmutableArray<ReplicaSet> Sets, ImmutableArray<Pod> Pods);

/// <summary>One thing that the plan does, with its reason in words.</summary>
/// <param name="Reason">Why.</param>
public abstract record DeploymentEffect(string Reason)
{
    /// <summary>Take a set that matches the selector and that nobody controls.</summary>
    /// <param name="Set">The set.</param>
    /// <param name="Reason">Why.</param>
    public sealed record Adopt(ReplicaSet Set, string Reason) : DeploymentEffect(Reason);

    /// <summary>Let go of a set that no longer matches the selector.</summary>
    /// <param name="Set">The set.</param>
    /// <param name="Reason">Why.</param>
    public sealed record Release(ReplicaSet Set, string Reason) : DeploymentEffect(Reason);

    /// <summary>Make the set of a template that is new.</summary>
    /// <param name="Set">The set.</param>
    /// <param name="Reason">Why.</param>
    public sealed record Create(ReplicaSet Set, string Reason) : DeploymentEffect(Reason);

    /// <summary>Change a set's size or annotations.</summary>
    /// <param name="Set">The set as it is to be.</param>
    /// <param name="From">How many pods it was to have until now.</param>
    /// <param name="Reason">Why.</param>
    public sealed record Update(ReplicaSet Set, int From, string Reason) : DeploymentEffect(Reason);

    /// <summary>Forget a set that has no pods and exceeds the history limit.</summary>
    /// <param name="Set">The set.</param>
    /// <param name="Reason">Why.</param>
    public sealed record Delete(ReplicaSet Set, string Reason) : DeploymentEffect(Reason);
}

/// <summary>What is to be done for a Deployment now.</summary>
/// <param name="Effects">The effects, in order; when one fails the rest wait for the next plan.</param>
/// <param name="Updated">The Deployment with its revision annotation and status; null when both are right.</param>
/// <param name="RequeueAfter">When to plan again although nothing changes, or null.</param>
public sealed record DeploymentPlan(ImmutableArray<DeploymentEffect> Effects, Deployment? Updated, TimeSpan? RequeueAfter);

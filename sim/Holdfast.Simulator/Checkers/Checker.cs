using Holdfast.Model.Apps;
using Holdfast.Model.Batch;
using Holdfast.Model.Core;
using Holdfast.Model.Discovery;
using Holdfast.Model.Policy;
using ClusterNode = Holdfast.Model.Core.Node;

namespace Holdfast.Simulator.Checkers;

/// <summary>Looks at every change of the store and of the processes, and throws <see cref="InvariantViolation"/> when one must not be.</summary>
/// <param name="truth">What is really so.</param>
public abstract class Checker(GroundTruth truth)
{
    /// <summary>What is really so.</summary>
    protected GroundTruth Truth => truth;

    /// <summary>A pod was made, changed or removed.</summary>
    /// <param name="change">The change.</param>
    public virtual void OnPod(ObjectChange<Pod> change)
    {
    }

    /// <summary>A set was made, changed or removed.</summary>
    /// <param name="change">The change.</param>
    public virtual void OnSet(ObjectChange<StatefulSet> change)
    {
    }

    /// <summary>A claim was made, changed or removed.</summary>
    /// <param name="change">The change.</param>
    public virtual void OnClaim(ObjectChange<PersistentVolumeClaim> change)
    {
    }

    /// <summary>A revision was made, changed or removed.</summary>
    /// <param name="change">The change.</param>
    public virtual void OnRevision(ObjectChange<ControllerRevision> change)
    {
    }

    /// <summary>A budget was made, changed or removed.</summary>
    /// <param name="change">The change.</param>
    public virtual void OnBudget(ObjectChange<PodDisruptionBudget> change)
    {
    }

    /// <summary>A config map, which stands for whatever is owned, was made, changed or removed.</summary>
    /// <param name="change">The change.</param>
    public virtual void OnMap(ObjectChange<ConfigMap> change)
    {
    }

    /// <summary>A Service's addresses were made, changed or removed.</summary>
    /// <param name="change">The change.</param>
    public virtual void OnSlice(ObjectChange<EndpointSlice> change)
    {
    }

    /// <summary>A Job was made, changed or removed.</summary>
    /// <param name="change">The change.</param>
    public virtual void OnJob(ObjectChange<Job> change)
    {
    }

    /// <summary>A node was made, changed or removed.</summary>
    /// <param name="change">The change.</param>
    public virtual void OnNode(ObjectChange<ClusterNode> change)
    {
    }

    /// <summary>A Steward was made, changed or removed.</summary>
    /// <param name="change">The change.</param>
    public virtual void OnSteward(ObjectChange<StewardResource> change)
    {
    }

    /// <summary>Something in the store or among the processes has changed.</summary>
    public virtual void OnStep()
    {
    }

    /// <summary>Ends the run when something does not hold.</summary>
    /// <param name="invariant">The invariant's letter and number.</param>
    /// <param name="holds">Whether it holds.</param>
    /// <param name="what">What was seen and what should have been.</param>
    protected void Holds(string invariant, bool holds, FormattableString what) => truth.Holds(invariant, holds, what);
}

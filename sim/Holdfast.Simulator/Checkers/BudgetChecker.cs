using System.Globalization;
using Holdfast.Controllers.Pods;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Policy;
using Holdfast.Model.Resources;
using Holdfast.Model.Selectors;
using Holdfast.Model.Values;

namespace Holdfast.Simulator.Checkers;

/// <summary>P1 to P3: at the revision of each grant the pods are counted anew, from the pods alone. A1, of evictions that are only tried.</summary>
/// <param name="truth">What is really so.</param>
public sealed class BudgetChecker(GroundTruth truth) : Checker(truth)
{
    /// <inheritdoc/>
    public override void OnBudget(ObjectChange<PodDisruptionBudget> change)
    {
        if (change is not { Old: { } old, New: { } budget })
            return;
        foreach (var (name, _) in budget.Status.DisruptedPods)
        {
            if (!old.Status.DisruptedPods.TryGetValue(name, out var before) || before != budget.Status.DisruptedPods[name])
                CheckGrant(budget, name);
        }
        Holds("P1", budget.Status.DisruptionsAllowed >= 0, $"budget {budget.Metadata.Name} allows {budget.Status.DisruptionsAllowed} disruptions");
    }

    /// <inheritdoc/>
    public override void OnPod(ObjectChange<Pod> change)
    {
        if (change.Old is { } old && !old.IsTerminating() && change.New?.IsTerminating() != false)
            Holds("A1", Truth.WasAskedToGo(old.Metadata.Uid), $"pod {old.Metadata.Name} is on its way out, and nobody has asked for it but to see what would happen");
    }

    /// <summary>How many healthy pods there are and must be, as this checker counts them.</summary>
    /// <param name="budget">The budget.</param>
    public (int Healthy, int Desired, int Expected) Count(PodDisruptionBudget budget)
    {
        var selector = LabelMatcher.From(budget.Spec.Selector);
        var pods = Truth.World.All<Pod>(budget.Metadata.Namespace).Where(pod => selector.Matches(pod.Metadata.Labels)).ToList();
        var healthy = pods.Count(pod => !pod.IsTerminating() && pod.IsReady());
        var expected = pods.Select(pod => Scaled(pod.Metadata)).OfType<IResource>().DistinctBy(owner => owner.Metadata.Uid)
            .Sum(owner => (owner as StatefulSet)?.Spec.Replicas ?? (owner as Deployment)?.Spec.Replicas ?? (owner as ReplicaSet)?.Spec.Replicas ?? 0);
        return budget.Spec switch
        {
            { MaxUnavailable: { } most } => (healthy, Math.Max(0, expected - Share(most, expected)), expected),
            { MinAvailable: { IsNumber: false } share } => (healthy, Share(share, expected), expected),
            var spec => (healthy, spec.MinAvailable?.Number ?? 0, pods.Count),
        };
    }

    /// <summary>Who says how many pods there are meant to be: the controller, and for a ReplicaSet its own.</summary>
    private IResource? Scaled(ObjectMeta metadata) => Truth.World.ByUid(metadata.Controller()?.Uid ?? "") is { } owner
        ? owner is ReplicaSet && Scaled(owner.Metadata) is { } above ? above : owner
        : null;

    /// <summary>The pod was marked in the same transaction, so it no longer counts; those that remain must be enough.</summary>
    private void CheckGrant(PodDisruptionBudget budget, string pod)
    {
        var (healthy, desired, _) = Count(budget);
        Holds("P1", healthy >= desired, $"the eviction of {pod} was granted at revision {budget.Metadata.ResourceVersion} with {healthy} healthy pods left of {desired} that budget {budget.Metadata.Name} wants");
        var counted = Truth.World.Pod(budget.Metadata.Namespace, pod);
        Holds("P2", counted is null || counted.IsTerminating(), $"{pod} was granted and still counts as healthy");
        Truth.Checks.Add("P3");
    }

    private static int Share(IntOrString amount, int total) => amount.IsNumber
        ? amount.Number
        : (int)Math.Ceiling(int.Parse(amount.Text!.TrimEnd('%'), CultureInfo.InvariantCulture) * (double)total / 100);
}

using System.Globalization;
using Holdfast.Controllers.Pods;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Policy;
using Holdfast.Model.Resources;
using Holdfast.Model.Selectors;
using Holdfast.Model.Values;
using Holdfast.Simulator.Mutants;

namespace Holdfast.Simulator.Checkers;

/// <summary>
/// P1 to P3: at the revision of each grant, and of each deletion that comes by an eviction, the pods are counted anew, from the pods alone; and each grant is
/// written down. A1, of evictions that are only tried.
/// </summary>
/// <param name="truth">What is really so.</param>
public sealed class BudgetChecker(GroundTruth truth) : Checker(truth)
{
    private readonly Dictionary<(string BudgetUid, string Pod), long> _records = [];
    private readonly List<(string BudgetUid, string Pod, long Revision, long At)> _unrecorded = [];

    /// <inheritdoc/>
    public override void OnBudget(ObjectChange<PodDisruptionBudget> change)
    {
        if (change is not { Old: { } old, New: { } budget })
            return;
        foreach (var (name, _) in budget.Status.DisruptedPods)
        {
            if (!old.Status.DisruptedPods.TryGetValue(name, out var before) || before != budget.Status.DisruptedPods[name])
            {
                _records[(budget.Metadata.Uid, name)] = change.Revision;
                CheckGrant(budget, name);
            }
        }
        Holds("P1", budget.Status.DisruptionsAllowed >= 0, $"budget {budget.Metadata.Name} allows {budget.Status.DisruptionsAllowed} disruptions");
    }

    /// <inheritdoc/>
    public override void OnPod(ObjectChange<Pod> change)
    {
        if (change.Old is not { } old || old.IsTerminating() || change.New?.IsTerminating() == false)
            return;
        Holds("A1", Truth.WasAskedToGo(old.Metadata.Uid), $"pod {old.Metadata.Name} is on its way out, and nobody has asked for it but to see what would happen");
        if (IsByEviction(old, change.New) && old.Status.Phase is not ("Pending" or "Succeeded" or "Failed"))
            CheckEviction(old, change.Revision);
    }

    /// <inheritdoc/>
    public override void OnStep() => _unrecorded.RemoveAll(grant =>
    {
        if (_records.GetValueOrDefault((grant.BudgetUid, grant.Pod)) >= grant.Revision || Truth.World.ByUid(grant.BudgetUid) is not { } budget)
            return true;
        Holds("P2", Truth.Moment - grant.At <= Truth.Staleness.Ticks,
            $"{grant.Pod} was evicted at revision {grant.Revision}, and budget {budget.Metadata.Name} never said that it was granted");
        return false;
    });

    private bool IsByEviction(Pod old, Pod? now) =>
        (now is not null && IsMarked(now) && !IsMarked(old)) || (Truth.DeletionsOf(old.Metadata.Uid) is var asked
            && (asked.Count > 0 ? asked.All(each => each.By == MutantEviction.Writer) : Truth.WasAskedToGo(old.Metadata.Uid)));

    private static bool IsMarked(Pod pod) =>
        pod.Status.Conditions.Any(condition => condition is { Type: "DisruptionTarget", Status: "True", Reason: "EvictionByEvictionAPI" });

    /// <summary>A ready pod takes a place of its budget, one that is not ready only where the policy does not let it go for nothing.</summary>
    private void CheckEviction(Pod pod, long revision)
    {
        var budgets = Truth.World.All<PodDisruptionBudget>(pod.Metadata.Namespace).Where(budget => LabelMatcher.From(budget.Spec.Selector).Matches(pod.Metadata.Labels)).ToList();
        Holds("P1", budgets.Count <= 1, $"{pod.Metadata.Name} was evicted at revision {revision} under {budgets.Count} budgets");
        if (budgets is not [var budget])
            return;
        var (healthy, desired, expected) = Count(budget);
        var isFree = !pod.IsReady() && (budget.Spec.UnhealthyPodEvictionPolicy == "AlwaysAllow" || (desired > 0 && healthy >= desired));
        var isAllowed = isFree || (expected > 0 && healthy + (pod.IsReady() ? 1 : 0) > desired);
        var state = pod.IsReady() ? "ready" : "unready";
        Holds("P3", isAllowed || budget.Status.DisruptionsAllowed <= 0,
            $"{state} {pod.Metadata.Name} was evicted at revision {revision} with {healthy} healthy pods left of {desired} that budget {budget.Metadata.Name} wants, whose status still allows {budget.Status.DisruptionsAllowed}");
        Holds("P1", isAllowed,
            $"{state} {pod.Metadata.Name} was evicted at revision {revision} with {healthy} healthy pods left of {desired} that budget {budget.Metadata.Name} wants");
        if (!isFree)
            _unrecorded.Add((budget.Metadata.Uid, pod.Metadata.Name, revision, Truth.Moment));
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
            { MinAvailable: null } => (healthy, 0, 0),
            var spec => (healthy, spec.MinAvailable.Value.Number, pods.Count),
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
    }

    private static int Share(IntOrString amount, int total) => amount.IsNumber
        ? amount.Number
        : (int)Math.Ceiling(int.Parse(amount.Text!.TrimEnd('%'), CultureInfo.InvariantCulture) * (double)total / 100);
}

using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Controllers.Pods;
using Holdfast.Model.Meta;
using Holdfast.Model.Policy;
using Holdfast.Model.Values;

namespace Holdfast.Controllers.Disruption;

/// <summary>
/// Decides a PodDisruptionBudget's status, as Kubernetes' disruption controller does. A pure function. A budget whose pods cannot be
/// counted allows no disruption.
/// </summary>
public static class BudgetPlanner
{
    /// <summary>How long a pod that was granted an eviction may take to begin to go, before it counts again.</summary>
    public static readonly TimeSpan DeletionTimeout = TimeSpan.FromMinutes(2);

    /// <summary>When a scale that could not be learnt is asked for again: nothing tells when that changes.</summary>
    public static readonly TimeSpan AskAgain = TimeSpan.FromMinutes(1);

    /// <summary>The reason of a budget whose pods could not be counted.</summary>
    public const string SyncFailed = "SyncFailed";

    private const string ConditionType = "DisruptionAllowed";

    /// <summary>Whether a budget's numbers rest on what controls its pods, and not on the pods alone.</summary>
    /// <param name="budget">The budget.</param>
    public static bool CountsOwners(PodDisruptionBudget budget)
    {
        ArgumentNullException.ThrowIfNull(budget);
        return budget.Spec.MaxUnavailable is not null || budget.Spec.MinAvailable is { IsNumber: false };
    }

    /// <summary>Plans for a budget.</summary>
    /// <param name="observation">The budget and its pods.</param>
    /// <param name="now">The time.</param>
    public static BudgetPlan Plan(BudgetObservation observation, DateTimeOffset now)
    {
        var budget = observation.Budget;
        var notes = ImmutableArray.CreateBuilder<BudgetNote>();
        if (observation.Pods.IsEmpty)
        {
            notes.Add(new(null, "Normal", "NoPods", "No matching pods found"));
        }
        if (Count(observation, notes, out var expected, out var desired) is { } problem)
        {
            notes.Add(new(null, "Warning", "CalculateExpectedPodCountFailed", $"Failed to calculate the number of expected pods: {problem}"));
            return new(IfChanged(budget, Unknown(budget, problem, now)), notes.ToImmutable(), observation.Pods.Any(pod => pod.Problem.Length > 0) ? AskAgain : null);
        }
        var disrupted = Disrupted(observation, now, notes, out var recheck);
        var healthy = observation.Pods.Count(each => !each.Pod.IsTerminating() && !disrupted.ContainsKey(each.Pod.Metadata.Name) && each.Pod.IsReady());
        var allowed = expected > 0 ? Math.Max(healthy - desired, 0) : 0;
        var status = budget.Status with
        {
            CurrentHealthy = healthy,
            DesiredHealthy = desired,
            ExpectedPods = expected,
            DisruptionsAllowed = allowed,
            DisruptedPods = disrupted,
            ObservedGeneration = budget.Metadata.Generation,
        };
        status = WithCondition(status, allowed > 0, allowed > 0 ? "SufficientPods" : "InsufficientPods", "", now);
        return new(IfChanged(budget, status), notes.ToImmutable(), recheck);
    }

    /// <summary>Counts the pods that there should be and those of them that must be healthy.</summary>
    /// <returns>Why they cannot be counted; null when they could.</returns>
    private static string? Count(BudgetObservation observation, ImmutableArray<BudgetNote>.Builder notes, out int expected, out int desired)
    {
        var spec = observation.Budget.Spec;
        // A budget that asks for nothing allows nothing, as upstream has it.
        (expected, desired) = (spec.MinAvailable is null ? 0 : observation.Pods.Length, 0);
        if (!CountsOwners(observation.Budget))
        {
            desired = spec.MinAvailable?.Number ?? 0;
            return null;
        }
        if (ExpectedScale(observation, notes, out expected) is { } problem)
        {
            return problem;
        }
        if ((spec.MaxUnavailable ?? spec.MinAvailable) is not { } amount || Of(amount, expected) is not { } share)
        {
            return $"\"{spec.MaxUnavailable ?? spec.MinAvailable}\" is neither a number nor a percentage";
        }
        desired = spec.MaxUnavailable is null ? share : Math.Max(expected - share, 0);
        return null;
    }

    private static string? ExpectedScale(BudgetObservation observation, ImmutableArray<BudgetNote>.Builder notes, out int expected)
    {
        var scales = new Dictionary<string, int>(StringComparer.Ordinal);
        var isUnmanaged = false;
        expected = 0;
        foreach (var each in observation.Pods)
        {
            if (each.Scale is { } scale)
            {
                scales[scale.Uid] = scale.Replicas;
            }
            else if (each.Pod.Metadata.Controller() is not null)
            {
                return each.Problem.Length > 0 ? each.Problem : $"found no controllers for pod \"{each.Pod.Metadata.Name}\"";
            }
            else
            {
                isUnmanaged = true;
            }
        }
        if (isUnmanaged)
        {
            notes.Add(new(null, "Warning", "UnmanagedPods",
                "Some pods that this PodDisruptionBudget selects have no controller, so they are not among the expected pods and the budget may allow "
                + "more or less than is meant. To account for them, set \".spec.minAvailable\" to an integer."));
        }
        expected = scales.Values.Sum();
        return null;
    }

    /// <summary>The pods with a granted eviction that do not go yet, without those that should have gone by now.</summary>
    private static ValueMap<DateTimeOffset> Disrupted(
        BudgetObservation observation, DateTimeOffset now, ImmutableArray<BudgetNote>.Builder notes, out TimeSpan? recheck)
    {
        var budget = observation.Budget;
        var kept = new List<KeyValuePair<string, DateTimeOffset>>();
        foreach (var (pod, _) in observation.Pods)
        {
            // The pod that was granted is older than its grant: one of its name that is not has been made in its place. Within
            // one second the two cannot be told apart; that is harmless, as grant and deletion are one transaction.
            if (pod.IsTerminating()
                || !budget.Status.DisruptedPods.TryGetValue(pod.Metadata.Name, out var grantedAt)
                || pod.Metadata.CreationTimestamp >= grantedAt)
            {
                continue;
            }
            if (grantedAt + DeletionTimeout > now)
            {
                kept.Add(new(pod.Metadata.Name, grantedAt));
            }
            else
            {
                notes.Add(new(pod, "Warning", "NotDeleted", $"Pod was expected by PDB {budget.Metadata.Namespace}/{budget.Metadata.Name} to be deleted but it wasn't"));
            }
        }
        recheck = kept.Count == 0 ? null : kept.Min(entry => entry.Value) + DeletionTimeout - now;
        return kept.ToValueMap();
    }

    // What was not counted was not observed: the generation stays that of the last count.
    private static PodDisruptionBudgetStatus Unknown(PodDisruptionBudget budget, string problem, DateTimeOffset now) =>
        WithCondition(budget.Status with { DisruptionsAllowed = 0 }, isAllowed: false, SyncFailed, problem, now);

    private static PodDisruptionBudgetStatus? IfChanged(PodDisruptionBudget budget, PodDisruptionBudgetStatus status) =>
        status == budget.Status ? null : status;

    private static PodDisruptionBudgetStatus WithCondition(
        PodDisruptionBudgetStatus status, bool isAllowed, string reason, string message, DateTimeOffset now)
    {
        var before = status.Conditions.FirstOrDefault(condition => condition.Type == ConditionType);
        var after = new Condition
        {
            Type = ConditionType,
            Status = isAllowed ? "True" : "False",
            Reason = reason,
            Message = message,
            ObservedGeneration = status.ObservedGeneration,
        };
        after = after with { LastTransitionTime = before?.Status == after.Status ? before.LastTransitionTime : now };
        return status with { Conditions = status.Conditions.Where(condition => condition.Type != ConditionType).Append(after).ToValueList() };
    }

    /// <summary>A number, or a percentage rounded up; null when it is neither.</summary>
    private static int? Of(IntOrString amount, int total)
    {
        if (amount.IsNumber)
        {
            return amount.Number;
        }
        return amount.Text is { } text && text.EndsWith('%') && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var percent)
            ? (int)((((long)percent * total) + 99) / 100)
            : null;
    }
}

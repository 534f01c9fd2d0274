using Holdfast.Model.Policy;
using Holdfast.Model.Selectors;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;

namespace Holdfast.Steward.Eviction;

/// <summary>
/// Whether budgets let an eviction through, which are asked after the Steward: what they refuse is refused before anything is handed over or put on record for it.
/// </summary>
internal static class BudgetCheck
{
    /// <summary>Which budget refuses, in words; empty when none does, as far as their status shows.</summary>
    public static string Objection(StewardView view, PodFacts pod)
    {
        if (pod.Node.Length == 0 || pod.HasEnded || pod.IsTerminating)
        {
            return "";
        }
        PodDisruptionBudget[] budgets = [.. view.Observation.Budgets.Where(budget => LabelMatcher.From(budget.Spec.Selector).Matches(pod.Labels))];
        return budgets switch
        {
            [] => "",
            [var budget] => Objection(budget, pod),
            _ => $"PodDisruptionBudgets {string.Join(" and ", budgets.Select(budget => budget.Metadata.Name).Order(StringComparer.Ordinal))} all cover it, and no pod of more than one budget can be evicted: leave one",
        };
    }

    private static string Objection(PodDisruptionBudget budget, PodFacts pod)
    {
        var name = budget.Metadata.Name;
        if (!pod.IsReady && (budget.Spec.UnhealthyPodEvictionPolicy == "AlwaysAllow" || budget.Status is { DesiredHealthy: > 0 } status && status.CurrentHealthy >= status.DesiredHealthy))
        {
            return "";
        }
        return budget.Status.ObservedGeneration < budget.Metadata.Generation ? $"PodDisruptionBudget {name} was not counted yet"
            : budget.Status.DisruptionsAllowed < 1 ? $"PodDisruptionBudget {name} allows no disruption now"
            : "";
    }
}

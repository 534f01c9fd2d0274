using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Model.Core;
using Holdfast.Model.Policy;
using Holdfast.Model.Values;

namespace Holdfast.ApiServer.Registry;

/// <summary>How a disruption budget stands at one revision, counted from the pods themselves.</summary>
/// <param name="CurrentHealthy">Ready pods that nobody has been allowed to take yet (P2).</param>
/// <param name="DesiredHealthy">How many must stay.</param>
/// <param name="ExpectedPods">How many there are meant to be.</param>
internal sealed record BudgetHealth(int CurrentHealthy, int DesiredHealthy, int ExpectedPods)
{
    /// <summary>How many may be taken now.</summary>
    public int DisruptionsAllowed => ExpectedPods <= 0 || Problem.Length > 0 ? 0 : Math.Max(0, CurrentHealthy - DesiredHealthy);

    /// <summary>Why the pods cannot be counted, as the budget's status has it; empty when they can.</summary>
    public string Problem { get; init; } = "";

    /// <summary>What the numbers rest on besides the pods: the objects that say how many there are meant to be.</summary>
    public ImmutableArray<Store.Condition> Conditions { get; init; } = [];

    /// <summary>Counts (P1: at the view's revision, whatever the stored status says, P3).</summary>
    /// <param name="budget">The budget.</param>
    /// <param name="pods">The pods that it selects, at the view's revision.</param>
    /// <param name="view">The cluster.</param>
    /// <param name="served">Finds the owners' number of replicas.</param>
    public static BudgetHealth Of(PodDisruptionBudget budget, IReadOnlyList<Pod> pods, ClusterView view, ServedResources served)
    {
        var healthy = pods.Count(pod => pod.Metadata.DeletionTimestamp is null && IsReady(pod));
        if (budget.Spec is { MaxUnavailable: null, MinAvailable: null })
            return new(healthy, 0, 0);
        if (budget.Spec is { MaxUnavailable: null, MinAvailable: { IsNumber: true } minimum })
            return new(healthy, minimum.Number, pods.Count);
        var scales = new OwnerScales(view, served);
        if (scales.Expect(pods) is { } problem)
            return new(healthy, 0, 0) { Problem = problem };
        var expected = scales.Total;
        var desired = budget.Spec.MaxUnavailable is { } unavailable
            ? Math.Max(0, expected - Portion(unavailable, expected))
            : Portion(budget.Spec.MinAvailable!.Value, expected);
        return new(healthy, desired, expected) { Conditions = scales.Conditions };
    }

    /// <summary>Whether a pod says that it is ready.</summary>
    /// <param name="pod">The pod.</param>
    public static bool IsReady(Pod pod) => pod.Status.Conditions.Any(condition => condition is { Type: "Ready", Status: "True" });

    private static int Portion(IntOrString value, int total)
    {
        if (value.IsNumber)
            return value.Number;
        var text = value.Text!.TrimEnd('%');
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var percent)
            ? (int)Math.Ceiling(percent * (double)total / 100)
            : 0;
    }
}

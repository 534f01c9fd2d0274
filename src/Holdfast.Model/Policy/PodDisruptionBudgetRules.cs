using Holdfast.Model.Apps;
using Holdfast.Model.Rules;

namespace Holdfast.Model.Policy;

/// <summary>The rules of PodDisruptionBudgets.</summary>
internal sealed class PodDisruptionBudgetRules : ResourceRules<PodDisruptionBudget>
{
    public override bool HasStatus => true;

    public override bool AllowsUnconditionalUpdate => false;

    public override PodDisruptionBudget PrepareForCreate(PodDisruptionBudget budget) => budget with { Status = PodDisruptionBudgetStatus.Empty };

    public override PodDisruptionBudget PrepareForUpdate(PodDisruptionBudget updated, PodDisruptionBudget old) => updated with { Status = old.Status };

    public override PodDisruptionBudget PrepareForStatusUpdate(PodDisruptionBudget updated, PodDisruptionBudget old) => updated with { Spec = old.Spec };

    public override bool RaisesGeneration(PodDisruptionBudget updated, PodDisruptionBudget old) => updated.Spec != old.Spec;

    protected override void Check(PodDisruptionBudget budget, FieldErrors errors)
    {
        var spec = budget.Spec;
        if (spec is { MinAvailable: not null, MaxUnavailable: not null })
        {
            errors.Add(FieldError.InvalidJson(SpecPath, Show(spec), "minAvailable and maxUnavailable cannot be both set"));
        }
        CheckAmount(spec.MinAvailable, "minAvailable", errors);
        CheckAmount(spec.MaxUnavailable, "maxUnavailable", errors);
        LabelSelectorValidation.Check(spec.Selector, SpecPath.Child("selector"), errors);
        if (spec.UnhealthyPodEvictionPolicy is { } policy)
        {
            errors.RequireOneOf(SpecPath, "unhealthyPodEvictionPolicy", policy, ["AlwaysAllow", "IfHealthyBudget"]);
        }
    }

    protected override void CheckStatusUpdate(PodDisruptionBudget updated, PodDisruptionBudget old, FieldErrors errors)
    {
        var status = updated.Status;
        ConditionValidation.Check(status.Conditions, StatusPath.Child("conditions"), errors);
        errors.RequireNotNegative(StatusPath, "disruptionsAllowed", status.DisruptionsAllowed);
        errors.RequireNotNegative(StatusPath, "currentHealthy", status.CurrentHealthy);
        errors.RequireNotNegative(StatusPath, "desiredHealthy", status.DesiredHealthy);
        errors.RequireNotNegative(StatusPath, "expectedPods", status.ExpectedPods);
    }

    private static void CheckAmount(Values.IntOrString? amount, string field, FieldErrors errors)
    {
        Amounts.CheckNotNegative(amount, SpecPath, field, errors);
        Amounts.CheckAtMostAll(amount, SpecPath, field, errors);
    }

    private static string Show(PodDisruptionBudgetSpec spec) =>
        $"{{\"MinAvailable\":{ShownValue.IntOrString(spec.MinAvailable)},\"Selector\":{ShownValue.Record(spec.Selector)},"
        + $"\"MaxUnavailable\":{ShownValue.IntOrString(spec.MaxUnavailable)},\"UnhealthyPodEvictionPolicy\":{ShownValue.Text(spec.UnhealthyPodEvictionPolicy)}}}";
}

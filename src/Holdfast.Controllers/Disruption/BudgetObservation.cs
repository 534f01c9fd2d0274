using System.Collections.Immutable;
using Holdfast.Model.Core;
using Holdfast.Model.Policy;

namespace Holdfast.Controllers.Disruption;

/// <summary>What controls a pod, as far as it can be scaled.</summary>
/// <param name="Uid">The controller's uid.</param>
/// <param name="Replicas">How many pods it is to have.</param>
public sealed record PodScale(string Uid, int Replicas);

/// <summary>A pod of a budget with what controls it.</summary>
/// <param name="Pod">The pod.</param>
/// <param name="Scale">Its scalable controller; null when it has none.</param>
public sealed record BudgetPod(Pod Pod, PodScale? Scale)
{
    /// <summary>Why the scale of its controller is not known; empty when there is nothing to say but that it was not found.</summary>
    public string Problem { get; init; } = "";
}

/// <summary>What is known of a budget.</summary>
/// <param name="Budget">The budget.</param>
/// <param name="Pods">The pods that it selects.</param>
public sealed record BudgetObservation(PodDisruptionBudget Budget, ImmutableArray<BudgetPod> Pods);

/// <summary>Something people are to be told of a budget or of one of its pods.</summary>
/// <param name="About">The pod it is about; null for the budget.</param>
/// <param name="Type"><c>Normal</c> or <c>Warning</c>.</param>
/// <param name="Reason">One word.</param>
/// <param name="Message">What happened.</param>
public sealed record BudgetNote(Pod? About, string Type, string Reason, string Message);

/// <summary>What becomes of a budget.</summary>
/// <param name="Status">Its new status; null when it is right.</param>
/// <param name="Notes">What people are told.</param>
/// <param name="RequeueAfter">When time alone changes it; null for never.</param>
public sealed record BudgetPlan(PodDisruptionBudgetStatus? Status, ImmutableArray<BudgetNote> Notes, TimeSpan? RequeueAfter);

using System.Collections.Immutable;
using Holdfast.Steward.Budgets;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Reporting;
using Holdfast.Steward.Roles;

namespace Holdfast.Steward.Running;

/// <summary>What is kept as it should be whatever else goes on: labels first, since Services lead by them, then Services and the budget. Pure.</summary>
/// <param name="Effects">What is done.</param>
/// <param name="Events">What people should hear of while it holds.</param>
internal sealed record Upkeep(ImmutableArray<StewardEffect> Effects, ImmutableArray<StewardEvent> Events)
{
    /// <summary>Plans it; nothing while it is not sure who is responsible, or for what.</summary>
    public static Upkeep Plan(StewardView view)
    {
        if (view.Observation.Set is not { Metadata.DeletionTimestamp: null } || !view.Policy.SpecProblems.IsEmpty || !view.Policy.OtherStewards.IsEmpty)
            return new Upkeep([], []);
        var (routing, budget) = (RoutingPlanner.Plan(view), BudgetPlanner.Plan(view));
        return new Upkeep([.. RolePlanner.Plan(view), .. routing.Effects, .. budget.Effects], [.. routing.Events, .. budget.Events, .. MemberTroubles.Events(view)]);
    }
}

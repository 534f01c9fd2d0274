using System.Collections.Immutable;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Meta;
using Holdfast.Model.Policy;
using Holdfast.Steward.Planning;

namespace Holdfast.Steward.Budgets;

/// <summary>
/// Keeps a budget that follows from the quorum: as many members may be away as leave a majority, and pods that are not ready may always go. That no more
/// than one goes at a time is the Steward's own matter, who is asked before: a stricter budget would refuse what it has granted. A budget that someone else made for the same pods is left alone, and the own one goes: two
/// budgets over one pod make every eviction fail.
/// </summary>
public static class BudgetPlanner
{
    /// <summary>Plans the budget.</summary>
    /// <param name="view">What is seen.</param>
    public static BudgetPlan Plan(StewardView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var name = view.Steward.Metadata.Name;
        var own = view.Observation.Budgets.FirstOrDefault(budget => IsOwn(view, budget.Metadata));
        var others = view.Observation.Budgets.Where(budget => !IsOwn(view, budget.Metadata)).Select(budget => budget.Metadata.Name).ToArray();
        if (!(view.Spec.Disruption.ManagedBudget ?? true))
        {
            return own is null ? BudgetPlan.Nothing : new([Delete(own, "disruption.managedBudget is false")], []);
        }
        if (others.Length > 0)
        {
            var words = $"PodDisruptionBudget {string.Join(" and ", others)} covers the pods already, so that Steward {name} keeps none";
            return new(own is null ? [] : [Delete(own, words)], [new StewardEvent(false, "BudgetByOthers", words)]);
        }
        var wanted = Wanted(view);
        return own is not null && own.Spec == wanted.Spec ? BudgetPlan.Nothing : new([new ApplyBudget(wanted, Words(view))], []);
    }

    /// <summary>The name of the budget that is kept.</summary>
    /// <param name="steward">The Steward.</param>
    public static string NameOf(StewardResource steward)
    {
        ArgumentNullException.ThrowIfNull(steward);
        return steward.Metadata.Name + "-quorum";
    }

    private static PodDisruptionBudget Wanted(StewardView view) => new()
    {
        Metadata = StewardOwnership.Metadata(view.Steward, NameOf(view.Steward)),
        Spec = new PodDisruptionBudgetSpec
        {
            MaxUnavailable = Tolerated(Voters(view)),
            Selector = view.Set.Spec.Selector,
            UnhealthyPodEvictionPolicy = "AlwaysAllow",
        },
    };

    private static string Words(StewardView view)
    {
        var voters = Voters(view);
        return Tolerated(voters) is > 0 and var away ? $"a majority of {voters} voters remains while {away} {(away == 1 ? "is" : "are")} away" : $"of {voters} voters none may be away";
    }

    // Until the membership is known, the set's own number is the best guess; the kernel is asked besides, and it does not guess.
    private static int Voters(StewardView view) => view.State.IsMembershipKnown ? view.State.VoterCount : StatefulSetIdentity.Replicas(view.Set);

    private static int Tolerated(int voters) => (voters - 1) / 2;

    private static bool IsOwn(StewardView view, ObjectMeta metadata) => StewardOwnership.IsOwn(view.Steward, metadata);

    private static DeleteBudget Delete(PodDisruptionBudget budget, string reason) => new(budget.Metadata.Name, budget.Metadata.Uid, reason);
}

/// <summary>What is to be done about budgets.</summary>
/// <param name="Effects">The effects.</param>
/// <param name="Events">What people should hear of.</param>
public sealed record BudgetPlan(ImmutableArray<StewardEffect> Effects, ImmutableArray<StewardEvent> Events)
{
    /// <summary>Nothing.</summary>
    public static BudgetPlan Nothing { get; } = new([], []);
}

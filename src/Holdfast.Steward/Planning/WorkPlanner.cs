using Holdfast.Steward.Eviction;
using Holdfast.Steward.Rollout;
using Holdfast.Steward.Scaling;

namespace Holdfast.Steward.Planning;

/// <summary>
/// What is done next about members, of everything that could be: the operation that is going on; else the rollout; else scaling. One at a
/// time, and nothing at all while it is not known who is responsible or what is wanted (T2).
/// </summary>
public static class WorkPlanner
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Plans the next thing once more, right before it is done. Who does not answer now keeps it from being done where it rests on them; that alone gives nothing up
    /// that is under way, since an answer may be lost: whoever stays silent is soon unknown in every look.
    /// </summary>
    /// <param name="shown">What is seen, with what members said lately.</param>
    /// <param name="fresh">The same by what they say now.</param>
    public static StewardPlan PlanFresh(StewardView shown, StewardView fresh)
    {
        ArgumentNullException.ThrowIfNull(shown);
        ArgumentNullException.ThrowIfNull(fresh);
        var plan = Plan(fresh);
        if (plan.Effect is not null || Plan(shown).Effect is not { } meant)
        {
            return plan;
        }
        var silent = fresh.State.Members.Where(member => !member.IsKnown && shown.State.Find(member.Name) is { IsKnown: true })
            .Select(member => $"{member.Name}: {member.Problem}").Distinct().ToArray();
        return silent.Length == 0 ? plan : StewardPlan.Wait($"{meant.Reason}: not now ({string.Join("; ", silent)})", Soon);
    }

    /// <summary>Plans the next thing.</summary>
    /// <param name="view">What is seen.</param>
    public static StewardPlan Plan(StewardView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var target = view.Spec.TargetRef.Name;
        if (view.Observation.Set is not { } set)
        {
            return StewardPlan.Wait($"there is no StatefulSet {target} in namespace {view.Steward.Metadata.Namespace}");
        }
        if (set.Metadata.DeletionTimestamp is not null || view.Steward.Metadata.DeletionTimestamp is not null)
        {
            return StewardPlan.Wait($"StatefulSet {target}, or its Steward, is being deleted");
        }
        if (!view.Policy.SpecProblems.IsEmpty)
        {
            return StewardPlan.Wait($"the spec cannot be followed: {string.Join("; ", view.Policy.SpecProblems)}");
        }
        if (!view.Policy.OtherStewards.IsEmpty)
        {
            return StewardPlan.Wait($"Steward {string.Join(" and ", view.Policy.OtherStewards)} looks after the same set; only one may");
        }
        if (view.Memory.Operation is { } operation)
        {
            return operation.Kind switch
            {
                Operations.Update => UpdateStep.Continue(view, operation),
                Operations.Switchover => Switchover.Continue(view, operation),
                Operations.Eviction => EvictionPlanner.Continue(view, operation),
                _ => ScalingPlanner.Continue(view, operation),
            };
        }
        var update = RolloutPlanner.Plan(view);
        // An update that waits for a voter whose pod the set does not even want waits for ever: that one comes back first. So does one of fewer members than may be lost one.
        return update is null || (update is { Memory: null, Effect: null } && (ScalingPlanner.BringsVoterBack(view) || ScalingPlanner.GivesRoom(view))) ? ScalingPlanner.Plan(view) : update;
    }
}

using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Simulator.Options;

namespace Holdfast.Simulator.Faults;

/// <summary>Planners with a known bug: the real one, shown a world that is not so.</summary>
public static class MutantPlanners
{
    /// <summary>The planner of a mutant; null for the real one.</summary>
    /// <param name="mutant">The mutant.</param>
    public static Func<StatefulSetObservation, DateTimeOffset, StatefulSetPlan>? Of(Mutant mutant) => mutant switch
    {
        Mutant.IgnoresReadiness => (observation, now) =>
            StatefulSetPlanner.Plan(observation with { Pods = [.. observation.Pods.Select(pod => AllReady(pod, now))] }, now),
        Mutant.IgnoresPartition => (observation, now) => StatefulSetPlanner.Plan(WithSpec(observation, spec => spec with
        {
            UpdateStrategy = spec.UpdateStrategy with { RollingUpdate = RollingUpdateStatefulSetStrategy.Empty },
        }), now),
        Mutant.OwnsRetainedClaims => (observation, now) => StatefulSetPlanner.Plan(WithSpec(observation, spec => spec with
        {
            PersistentVolumeClaimRetentionPolicy = new() { WhenDeleted = "Delete", WhenScaled = "Delete" },
        }), now),
        _ => null,
    };

    private static StatefulSetObservation WithSpec(StatefulSetObservation observation, Func<StatefulSetSpec, StatefulSetSpec> change) =>
        observation with { Set = observation.Set with { Spec = change(observation.Set.Spec) } };

    private static Pod AllReady(Pod pod, DateTimeOffset now) => pod with
    {
        Status = pod.Status with
        {
            Phase = "Running",
            Conditions = [new PodCondition { Type = "Ready", Status = "True", LastTransitionTime = now.AddHours(-1) }],
        },
    };
}

using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Controllers.Pods;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Simulator.Options;

namespace Holdfast.Simulator.Mutants;

/// <summary>Planners with a known bug: the real one, shown a world that is not so.</summary>
/// <param name="mutant">The mutant.</param>
/// <param name="time">The simulated time.</param>
internal sealed class MutantPlanners(Mutant mutant, TimeProvider time)
{
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(45);

    private readonly Dictionary<string, List<(long At, ImmutableArray<Pod> Pods)>> _past = new(StringComparer.Ordinal);

    /// <summary>The planner of the mutant; null for the real one.</summary>
    public Func<StatefulSetObservation, DateTimeOffset, StatefulSetPlan>? Planner => mutant switch
    {
        Mutant.IgnoresReadiness => (seen, now) => StatefulSetPlanner.Plan(seen with { Pods = [.. seen.Pods.Select(pod => AllReady(pod, now))] }, now),
        Mutant.IgnoresPartition => With(spec => spec with { UpdateStrategy = spec.UpdateStrategy with { RollingUpdate = RollingUpdateStatefulSetStrategy.Empty } }),
        Mutant.IgnoresMinReadySeconds => With(spec => spec with { MinReadySeconds = 0 }),
        Mutant.OwnsRetainedClaims => With(spec => spec with { PersistentVolumeClaimRetentionPolicy = new() { WhenDeleted = "Delete", WhenScaled = "Delete" } }),
        Mutant.ActsOnAStaleCache => (seen, now) => StatefulSetPlanner.Plan(seen with { Pods = Past(seen) }, now),
        Mutant.LeavesFailedPods => (seen, now) => StatefulSetPlanner.Plan(seen with { Pods = [.. seen.Pods.Select(NeverEnded)] }, now),
        Mutant.WritesToSettledSets => (seen, now) => WithMarks(StatefulSetPlanner.Plan(seen, now), seen, now),
        Mutant.GivesClaimsUnasked => (seen, now) => StatefulSetPlanner.Plan(seen, now) is var plan
            ? plan with { Effects = [.. plan.Effects.Select(effect => effect is UpdateClaim update ? update with { GivenTo = null } : effect)] }
            : plan,
        Mutant.AdoptsStrangers => (seen, now) => WithStrangers(seen, StatefulSetPlanner.Plan(seen, now)),
        _ => null,
    };

    private static Func<StatefulSetObservation, DateTimeOffset, StatefulSetPlan> With(Func<StatefulSetSpec, StatefulSetSpec> change) =>
        (seen, now) => StatefulSetPlanner.Plan(seen with { Set = seen.Set with { Spec = change(seen.Set.Spec) } }, now);

    private static StatefulSetPlan WithStrangers(StatefulSetObservation seen, StatefulSetPlan plan)
    {
        var strangers = seen.Pods.Where(pod => pod.Metadata.Controller() is null && !pod.IsTerminating() && StatefulSetIdentity.Ordinal(seen.Set, pod.Metadata.Name) < 0);
        return plan with { Effects = [.. plan.Effects, .. strangers.Select(pod => new AdoptPod(pod, "it matches the selector"))] };
    }

    private static StatefulSetPlan WithMarks(StatefulSetPlan plan, StatefulSetObservation seen, DateTimeOffset now) => plan.Effects.IsEmpty && seen.Pods is [var first, ..]
        ? plan with
        {
            Effects = [new UpdatePod(first with { Metadata = first.Metadata with { Annotations = first.Metadata.Annotations.SetItem("seen", now.ToString("O", CultureInfo.InvariantCulture)) } }, "it was seen")],
            RequeueAfter = TimeSpan.FromSeconds(5),
        }
        : plan;

    private static Pod NeverEnded(Pod pod) => pod.IsFinished() ? pod with { Status = pod.Status with { Phase = "Running" } } : pod;

    /// <summary>The pods as they were a while ago, every other minute, so that the set gets somewhere; as they are while nothing is so old.</summary>
    private ImmutableArray<Pod> Past(StatefulSetObservation seen)
    {
        if (!_past.TryGetValue(seen.Set.Metadata.Uid, out var past))
            _past[seen.Set.Metadata.Uid] = past = [];
        past.Add((time.GetTimestamp(), seen.Pods));
        var index = past.FindLastIndex(each => time.GetElapsedTime(each.At) >= Age);
        var isStale = time.GetTimestamp() / TimeSpan.TicksPerMinute % 2 == 1;
        return index < 0 || !isStale ? seen.Pods : past[index].Pods;
    }

    private static Pod AllReady(Pod pod, DateTimeOffset now) => pod with
    {
        Status = pod.Status with
        {
            Phase = "Running",
            Conditions = [new PodCondition { Type = "Ready", Status = "True", LastTransitionTime = now.AddHours(-1) }],
        },
    };
}

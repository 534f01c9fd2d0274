using System.Collections.Immutable;
using Holdfast.Controllers.Pods;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;

namespace Holdfast.Controllers.StatefulSets;

/// <summary>
/// Decides what a StatefulSet needs now, as of Kubernetes 1.36: adopts and releases, keeps revisions, makes what is missing
/// from the lowest ordinal up, takes away what is too much from the highest down, and only then replaces what is of an old
/// revision, again from the highest down. A pure function: the same observation and time give the same plan.
/// </summary>
/// <remarks>
/// Under <c>OrderedReady</c> a pod that is not ready stops everything behind it, a correction of its template included: the
/// broken-revision trap is Kubernetes' own and is kept here. Under <c>Parallel</c> creation and scale-down do not wait.
/// </remarks>
public static class StatefulSetPlanner
{
    /// <summary>Plans one round.</summary>
    /// <param name="observation">The set and what may be its own.</param>
    /// <param name="now">The time.</param>
    public static StatefulSetPlan Plan(StatefulSetObservation observation, DateTimeOffset now)
    {
        var set = observation.Set;
        var ownership = StatefulSetOwnership.Of(observation);
        var revisions = RevisionPlan.For(set, ownership.Revisions);
        var round = new StatefulSetRound(set, revisions, observation.Claims, ownership.Pods, now);
        var effects = ImmutableArray.CreateBuilder<StatefulSetEffect>();
        effects.AddRange(ownership.Effects);
        // A set that goes makes no revision either: in a foreground deletion the garbage collector takes each one away again.
        if (set.Metadata.DeletionTimestamp is null)
        {
            effects.AddRange(revisions.Effects);
            round.Run();
            effects.AddRange(round.Effects);
            effects.AddRange(revisions.Truncate(set, ownership.Revisions, ownership.Pods));
        }
        var status = StatefulSetStatusReading.Of(set, revisions, ownership.Pods, now);
        return new(effects.ToImmutable(), status == set.Status ? null : status, NextAvailable(set, ownership.Pods, now), round.Waiting) { Notes = [.. round.Notes] };
    }

    /// <summary>How long until a pod that is ready becomes available, so that the round after that is not missed.</summary>
    private static TimeSpan? NextAvailable(StatefulSet set, ImmutableArray<Pod> pods, DateTimeOffset now)
    {
        var next = pods.Select(pod => pod.AvailableFrom(set.Spec.MinReadySeconds)).Where(time => time > now).Min();
        return next - now;
    }
}

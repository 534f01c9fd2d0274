using System.Collections.Immutable;
using Holdfast.Controllers.Ownership;
using Holdfast.Controllers.Pods;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Selectors;

namespace Holdfast.Controllers.ReplicaSets;

/// <summary>
/// Decides what a ReplicaSet needs now, as of Kubernetes 1.36: adopts and releases, makes what is missing, and takes away what is too
/// much, first what is worth least. A pure function: the same observation and time give the same plan.
/// </summary>
public static class ReplicaSetPlanner
{
    /// <summary>How many pods one plan makes or deletes at most.</summary>
    public const int MaximumBurst = 500;

    /// <summary>Plans one round.</summary>
    /// <param name="observation">The set and what may be its own.</param>
    /// <param name="now">The time.</param>
    public static ReplicaSetPlan Plan(ReplicaSetObservation observation, DateTimeOffset now)
    {
        var set = observation.Set;
        var claims = Claims<Pod>.Of(set.Metadata, LabelMatcher.From(set.Spec.Selector), observation.Pods.Where(pod => !pod.IsFinished()));
        var effects = ImmutableArray.CreateBuilder<ReplicaSetEffect>();
        foreach (var pod in claims.Released)
        {
            effects.Add(new ReplicaSetEffect.Release(pod, $"pod {pod.Metadata.Name} no longer matches the selector"));
        }
        foreach (var pod in claims.Adopted)
        {
            effects.Add(new ReplicaSetEffect.Adopt(pod, $"pod {pod.Metadata.Name} matches the selector and nobody controls it"));
        }
        var active = claims.Own.Where(pod => pod.IsActive()).ToImmutableArray();
        if (set.Metadata.DeletionTimestamp is null)
        {
            AddScaling(observation, active, now, effects);
        }
        var status = ReplicaSetStatusReading.Of(set, claims.Own, now);
        return new(effects.ToImmutable(), status, NextAvailable(set, active, now));
    }

    private static void AddScaling(
        ReplicaSetObservation observation, ImmutableArray<Pod> active, DateTimeOffset now, ImmutableArray<ReplicaSetEffect>.Builder effects)
    {
        var set = observation.Set;
        var wanted = set.Spec.Replicas ?? 1;
        var surplus = active.Length - wanted;
        if (surplus < 0)
        {
            var pod = NewPods.Of(set.Spec.Template, OwnedObjects<ReplicaSet>.ReferenceTo(set), set.Metadata.Namespace, set.Metadata.Name + "-");
            effects.Add(new ReplicaSetEffect.Create(pod, Math.Min(-surplus, MaximumBurst), $"{wanted} pods are wanted and there are {active.Length}"));
        }
        else if (surplus > 0)
        {
            // A pod that is adopted in this very plan is deleted in a later one, when the server has it as the set's own.
            foreach (var pod in PodDeletionRanking.Sorted(active, observation.Related, now)
                .Take(Math.Min(surplus, MaximumBurst)).Where(pod => pod.Metadata.Controller() is not null))
            {
                effects.Add(new ReplicaSetEffect.Delete(pod, $"{wanted} pods are wanted and there are {active.Length}"));
            }
        }
    }

    /// <summary>How long until a pod that is ready becomes available, so that the round after that is not missed.</summary>
    private static TimeSpan? NextAvailable(ReplicaSet set, ImmutableArray<Pod> pods, DateTimeOffset now) =>
        pods.Select(pod => pod.AvailableFrom(set.Spec.MinReadySeconds)).Where(time => time > now).Min() - now;
}

using System.Collections.Immutable;
using Holdfast.Controllers.Pods;
using Holdfast.Model.Core;

namespace Holdfast.Controllers.NodeLifecycle;

/// <summary>A NoExecute taint of a node and since when it has it.</summary>
/// <param name="Taint">The taint.</param>
/// <param name="Since">Since when.</param>
public sealed record StandingTaint(Taint Taint, DateTimeOffset Since);

/// <summary>Whether and when a pod must leave its node.</summary>
/// <param name="At">When; a time gone by means now; null for never.</param>
/// <param name="Reason">Why.</param>
public sealed record TaintEviction(DateTimeOffset? At, string Reason);

/// <summary>Decides when a pod must leave a node that has NoExecute taints. A pure function.</summary>
public static class TaintEvictionPlanner
{
    /// <summary>Plans for a pod.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="taints">The NoExecute taints of its node.</param>
    public static TaintEviction Plan(Pod pod, ImmutableArray<StandingTaint> taints)
    {
        if (pod.IsTerminating() || taints.IsEmpty)
        {
            return new(null, "nothing drives it away");
        }
        var eviction = new TaintEviction(null, "it tolerates all taints for good");
        foreach (var (taint, since) in taints)
        {
            if (TolerationOf(pod, taint) is not { } toleration)
            {
                return new(DateTimeOffset.MinValue, $"it does not tolerate {taint.Key}");
            }
            if (toleration.TolerationSeconds is not { } seconds)
            {
                continue;
            }
            var at = since.AddSeconds(Math.Max(seconds, 0));
            if (eviction.At is null || at < eviction.At)
            {
                eviction = new(at, $"it tolerates {taint.Key} for {seconds} s");
            }
        }
        return eviction;
    }

    private static Toleration? TolerationOf(Pod pod, Taint taint)
    {
        foreach (var toleration in pod.Spec.Tolerations)
        {
            var isSameEffect = toleration.Effect.Length == 0 || toleration.Effect == taint.Effect;
            var isSameKey = toleration.Key.Length == 0 ? toleration.Operator == "Exists" : toleration.Key == taint.Key;
            if (isSameEffect && isSameKey && (toleration.Operator == "Exists" || toleration.Value == taint.Value))
            {
                return toleration;
            }
        }
        return null;
    }
}

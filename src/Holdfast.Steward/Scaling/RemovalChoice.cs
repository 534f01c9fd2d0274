using System.Globalization;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Steward.Planning;

namespace Holdfast.Steward.Scaling;

/// <summary>
/// Whose turn it is when there are to be fewer members. A StatefulSet has the ordinals from its first one on, without gaps: it gives up the highest by
/// <c>replicas</c>, and the lowest when <c>spec.ordinals.start</c> moves up by one in the same write. A set without <c>spec.ordinals</c> may be kept by a
/// server that does not know that field and would drop it, so that the wrong pod would go: there only the highest can be had.
/// </summary>
internal static class RemovalChoice
{
    /// <summary>The member that goes next, by the name of its pod; or why the one that is asked for cannot, in words.</summary>
    public static (string Name, string Objection) Next(StewardView view)
    {
        var set = view.Set;
        foreach (var name in view.Spec.Scaling.RemoveFirst)
        {
            var ordinal = StatefulSetIdentity.Ordinal(set, name);
            if (ordinal < 0)
            {
                return ("", $"scaling.removeFirst names {name}, which is no pod of StatefulSet {set.Metadata.Name}: they are called {set.Metadata.Name}-N");
            }
            if (StatefulSetIdentity.Wants(set, ordinal))
            {
                return IsRemovable(view, ordinal) ? (name, "") : ("", Refusal(view, name, ordinal));
            }
        }
        return (StatefulSetIdentity.PodName(set, Highest(view)), "");
    }

    /// <summary>The write by which a set gives up an ordinal; null when it cannot.</summary>
    public static ScaleSet? Shrink(StewardView view, int ordinal, string reason)
    {
        var replicas = StatefulSetIdentity.Replicas(view.Set) - 1;
        return !IsRemovable(view, ordinal) ? null
            : ordinal == Highest(view) ? new ScaleSet(replicas, reason)
            : new ScaleSet(replicas, reason) { Start = ordinal + 1 };
    }

    private static bool IsRemovable(StewardView view, int ordinal) =>
        ordinal == Highest(view) || (ordinal == StatefulSetIdentity.Start(view.Set) && view.Set.Spec.Ordinals is not null);

    private static int Highest(StewardView view) => StatefulSetIdentity.Start(view.Set) + StatefulSetIdentity.Replicas(view.Set) - 1;

    private static string Refusal(StewardView view, string name, int ordinal)
    {
        var set = view.Set;
        var (lowest, highest) = (StatefulSetIdentity.PodName(set, StatefulSetIdentity.Start(set)), StatefulSetIdentity.PodName(set, Highest(view)));
        var start = StatefulSetIdentity.Start(set).ToString(CultureInfo.InvariantCulture);
        return ordinal == StatefulSetIdentity.Start(set)
            ? $"{name} cannot be removed: StatefulSet {set.Metadata.Name} has no spec.ordinals, so that it can give up {highest} alone. Where the server has that field, set it first: "
                + $"kubectl patch statefulset {set.Metadata.Name} -n {set.Metadata.Namespace} --type=merge -p '{{\"spec\":{{\"ordinals\":{{\"start\":{start}}}}}}}'"
            : $"{name} cannot be removed: a StatefulSet has its ordinals without gaps, and {set.Metadata.Name} can give up {highest}"
                + $"{(set.Spec.Ordinals is null ? "" : $" or {lowest}")} only; take {name} out of scaling.removeFirst";
    }
}

using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Model.Core;

namespace Holdfast.Controllers.Pods;

/// <summary>
/// Which pods go first when there are too many, as Kubernetes ranks them: those that are worth least to their users. A pure function.
/// </summary>
public static class PodDeletionRanking
{
    private const string CostAnnotation = "controller.kubernetes.io/pod-deletion-cost";

    /// <summary>The pods, those that go first at the front.</summary>
    /// <param name="pods">The pods.</param>
    /// <param name="related">Pods of the same purpose: where a node has several of them, those go sooner. Empty when it does not matter.</param>
    /// <param name="now">The time.</param>
    public static ImmutableArray<Pod> Sorted(ImmutableArray<Pod> pods, IEnumerable<Pod> related, DateTimeOffset now)
    {
        var onNode = related.Where(IsActive).GroupBy(pod => pod.Spec.NodeName, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);
        return pods.Sort((left, right) => Compare(left, right, pod => onNode.GetValueOrDefault(pod.Spec.NodeName), now));
    }

    /// <summary>Whether the pod counts as one that is there: it has not ended and is not to go.</summary>
    /// <param name="pod">The pod.</param>
    public static bool IsActive(this Pod pod) => !pod.IsFinished() && !pod.IsTerminating();

    private static int Compare(Pod left, Pod right, Func<Pod, int> rank, DateTimeOffset now)
    {
        var order = (left.Spec.NodeName.Length > 0).CompareTo(right.Spec.NodeName.Length > 0);
        order = order != 0 ? order : Phase(left).CompareTo(Phase(right));
        order = order != 0 ? order : left.IsReady().CompareTo(right.IsReady());
        order = order != 0 ? order : Cost(left).CompareTo(Cost(right));
        order = order != 0 ? order : rank(right).CompareTo(rank(left));
        order = order != 0 ? order : left.IsReady() ? CompareAges(left, right, left.ReadySince(), right.ReadySince(), now) : 0;
        order = order != 0 ? order : Restarts(right).CompareTo(Restarts(left));
        order = order != 0 ? order : CompareAges(left, right, left.Metadata.CreationTimestamp, right.Metadata.CreationTimestamp, now);
        return order != 0 ? order : string.CompareOrdinal(left.Metadata.Uid, right.Metadata.Uid);
    }

    /// <summary>The younger goes first; ages of one order of magnitude are taken as equal, so that chance spreads the loss over nodes.</summary>
    private static int CompareAges(Pod left, Pod right, DateTimeOffset? leftSince, DateTimeOffset? rightSince, DateTimeOffset now)
    {
        if (leftSince == rightSince)
        {
            return 0;
        }
        if (leftSince is not { } one || rightSince is not { } other)
        {
            return leftSince is null ? -1 : 1;
        }
        var order = Magnitude(now - one).CompareTo(Magnitude(now - other));
        return order != 0 ? order : string.CompareOrdinal(left.Metadata.Uid, right.Metadata.Uid);
    }

    private static long Magnitude(TimeSpan age) => age <= TimeSpan.Zero ? -1 : (long)Math.Log2(age.TotalNanoseconds);

    private static int Phase(Pod pod) => pod.Status.Phase switch { "Running" => 2, "Unknown" => 1, _ => 0 };

    private static int Cost(Pod pod) =>
        int.TryParse(pod.Metadata.Annotations.GetValueOrDefault(CostAnnotation), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var cost) ? cost : 0;

    private static int Restarts(Pod pod) =>
        pod.Status.ContainerStatuses.IsEmpty ? 0 : pod.Status.ContainerStatuses.Max(status => status.RestartCount);
}

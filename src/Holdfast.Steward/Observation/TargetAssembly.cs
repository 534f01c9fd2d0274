using System.Collections.Immutable;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Selectors;
using Holdfast.Model.Values;
using Holdfast.Steward.Running;

namespace Holdfast.Steward.Observation;

/// <summary>Puts a target together from the cluster's objects and from what is known of its members.</summary>
/// <param name="objects">The objects.</param>
/// <param name="read">What is known of the member in a pod.</param>
/// <param name="snapshotOf">The snapshot that was taken of a claim, by the claim's name; null when there is none.</param>
internal sealed class TargetAssembly(ITargetObjects objects, Func<Pod, MemberReading> read, Func<string, SnapshotFacts?> snapshotOf)
{
    /// <summary>The target at a moment.</summary>
    public TargetObservation Observe(StewardReading reading, DateTimeOffset now)
    {
        var steward = reading.Steward;
        var observation = new TargetObservation(steward, now)
        {
            SpecProblems = reading.Problems,
            OtherStewards = [.. Others(steward)],
        };
        if (objects.FindSet(steward.Metadata.Namespace, steward.Spec.TargetRef.Name) is not { } set)
            return observation with { Members = Left(steward) };
        var pods = PodsOf(objects, set);
        return observation with
        {
            SpecProblems = [.. reading.Problems, .. TargetFit.Problems(steward.Spec.Member, set)],
            Set = set,
            Members = Members(steward, set, pods),
            Revisions = [.. objects.RevisionsOf(set)],
            Budgets = [.. objects.BudgetsIn(set.Metadata.Namespace).Where(budget => LabelMatcher.From(budget.Spec.Selector) is var matcher
                && (pods.Any(pod => matcher.Matches(pod.Metadata.Labels)) || matcher.Matches(set.Spec.Template.Metadata.Labels)))],
            Services = [.. objects.ServicesIn(set.Metadata.Namespace).Where(service => IsRouting(steward, service))],
        };
    }

    /// <summary>The pods of a set that have an ordinal in it: its own, and those that one of its name left, which it is about to take up.</summary>
    public static List<Pod> PodsOf(ITargetObjects objects, StatefulSet set) =>
    [
        .. objects.PodsOf(set).Where(pod => StatefulSetIdentity.Ordinal(set, pod.Metadata.Name) >= 0)
            .Concat(LeftMembers.Of(objects, set.Metadata.Namespace, set.Metadata.Name)).DistinctBy(pod => pod.Metadata.Name),
    ];

    private ImmutableArray<MemberObservation> Left(StewardResource steward)
    {
        var pods = LeftMembers.Of(objects, steward.Metadata.Namespace, steward.Spec.TargetRef.Name).ToList();
        var set = LeftMembers.StandIn(steward.Metadata.Namespace, steward.Spec.TargetRef.Name, pods);
        return [.. pods.Select(pod => Member(set, StatefulSetIdentity.Ordinal(set, pod.Metadata.Name), pod)).OrderBy(member => member.Ordinal)];
    }

    private ImmutableArray<MemberObservation> Members(StewardResource steward, StatefulSet set, List<Pod> pods)
    {
        var byOrdinal = pods.ToDictionary(pod => StatefulSetIdentity.Ordinal(set, pod.Metadata.Name));
        var wanted = Enumerable.Range(StatefulSetIdentity.Start(set), Math.Max(StatefulSetIdentity.Replicas(set), steward.Spec.Replicas ?? 0));
        IEnumerable<int> concerned = steward.Status.Operation is { } operation && StatefulSetIdentity.Ordinal(set, operation.Member) is >= 0 and var ordinal ? [ordinal] : [];
        return [.. wanted.Union(byOrdinal.Keys).Union(concerned).Order().Select(ordinal => Member(set, ordinal, byOrdinal.GetValueOrDefault(ordinal)))];
    }

    private MemberObservation Member(StatefulSet set, int ordinal, Pod? pod)
    {
        var reading = pod is null ? new MemberReading.Unknown("it has no pod", null)
            : pod.Status.PodIP.Length == 0 ? new MemberReading.Unknown("its pod has no address yet", null)
            : read(pod);
        var facts = pod is null ? null : PodFacts.Of(pod, pod.Spec.NodeName.Length > 0 ? objects.FindNode(pod.Spec.NodeName) : null);
        return new MemberObservation(StatefulSetIdentity.PodName(set, ordinal), ordinal, facts, Claims(set, ordinal), reading);
    }

    private ValueList<ClaimFacts> Claims(StatefulSet set, int ordinal) => set.Spec.VolumeClaimTemplates
        .Select(template => objects.FindClaim(set.Metadata.Namespace, StatefulSetIdentity.ClaimName(set, template, ordinal)))
        .OfType<PersistentVolumeClaim>().Select(claim => ClaimFacts.Of(claim) with { Snapshot = snapshotOf(claim.Metadata.Name), Place = VolumePlaces.Of(objects, claim.Spec.VolumeName) }).ToValueList();

    private IEnumerable<OtherSteward> Others(StewardResource steward) =>
        from other in objects.StewardsOf(steward.Metadata.Namespace, steward.Spec.TargetRef.Name)
        where other.Metadata.Uid != steward.Metadata.Uid && other.Metadata.DeletionTimestamp is null
        let isOlder = (other.Metadata.CreationTimestamp, other.Metadata.Uid).CompareTo((steward.Metadata.CreationTimestamp, steward.Metadata.Uid)) < 0
        orderby isOlder descending, other.Metadata.Name
        select new OtherSteward(other.Metadata.Name, isOlder);

    private static bool IsRouting(StewardResource steward, Service service) =>
        service.Metadata.Name == steward.Spec.Routing.LeaderService || service.Metadata.Name == steward.Spec.Routing.FollowerService
        || service.Metadata.Labels.GetValueOrDefault(StewardNames.StewardLabel) == steward.Metadata.Name;
}

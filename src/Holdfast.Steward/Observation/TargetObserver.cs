using System.Collections.Immutable;
using Holdfast.Client.Caching;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Selectors;
using Holdfast.Model.Values;
using Holdfast.Steward.Actions;
using Holdfast.Steward.Running;

namespace Holdfast.Steward.Observation;

/// <summary>Puts everything together that planners are shown of one target, from the caches and from what members said.</summary>
/// <param name="caches">The cluster.</param>
/// <param name="watches">What members said.</param>
/// <param name="calls">How calls to members went.</param>
/// <param name="gates">What gates showed.</param>
/// <param name="evidence">What was gathered of a member that does not come back.</param>
/// <param name="snapshots">What became of snapshots of claims.</param>
/// <param name="time">The clock.</param>
internal sealed class TargetObserver(StewardCaches caches, MemberWatches watches, CallNotes calls, GateNotes gates, EvidenceNotes evidence, SnapshotNotes snapshots, TimeProvider time)
{
    /// <summary>The target at this moment.</summary>
    public TargetObservation Observe(StewardReading reading)
    {
        var steward = reading.Steward;
        var observation = new TargetObservation(steward, time.GetUtcNow())
        {
            SpecProblems = reading.Problems,
            OtherStewards = [.. Others(steward)],
        };
        if (caches.Sets.Find(steward.Metadata.Namespace, steward.Spec.TargetRef.Name) is not { } set)
            return observation;
        var pods = PodsOf(set);
        return observation with
        {
            Set = set,
            Calls = calls.Of(ResourceKey.Of(steward)),
            Gates = gates.Of(ResourceKey.Of(steward)),
            Evidence = evidence.Of(ResourceKey.Of(steward)),
            Members = Members(steward, set, pods),
            Revisions = [.. caches.Revisions.OwnedBy(set.Metadata.Uid)],
            Budgets = [.. caches.Budgets.InNamespace(set.Metadata.Namespace).Where(budget => LabelMatcher.From(budget.Spec.Selector) is var matcher
                && (pods.Any(pod => matcher.Matches(pod.Metadata.Labels)) || matcher.Matches(set.Spec.Template.Metadata.Labels)))],
            Services = [.. caches.Services.InNamespace(set.Metadata.Namespace).Where(service => IsRouting(steward, service))],
        };
    }

    /// <summary>The members that can be asked.</summary>
    public IReadOnlyList<WatchedMember> Watched(StewardReading reading, MemberCertificates? certificates)
    {
        var steward = reading.Steward;
        if (caches.Sets.Find(steward.Metadata.Namespace, steward.Spec.TargetRef.Name) is not { } set)
            return [];
        var variables = SetOf(set, steward);
        return [.. PodsOf(set).Where(pod => pod.Status.PodIP.Length > 0).Select(pod => Watched(steward, set, variables, pod, certificates))];
    }

    /// <summary>The set as expressions see it.</summary>
    public static SetVariables SetOf(StatefulSet set, StewardResource steward) => new(
        set.Metadata.Name, set.Metadata.Namespace, set.Spec.ServiceName, steward.Spec.Replicas ?? StatefulSetIdentity.Replicas(set));

    /// <summary>A member as expressions see it.</summary>
    /// <param name="set">The set.</param>
    /// <param name="name">The name of its pod.</param>
    /// <param name="address">The address of its pod; empty when it has none.</param>
    /// <param name="said">What it said; null when that is not known.</param>
    /// <param name="id">What the membership calls it; null when that is not known.</param>
    public static MemberVariables VariablesOf(StatefulSet set, string name, string address, MemberValues? said, string? id) => new(
        said?.Name ?? name, StatefulSetIdentity.Ordinal(set, name), name, $"{name}.{set.Spec.ServiceName}.{set.Metadata.Namespace}.svc", id ?? said?.MemberId ?? "", address);

    /// <summary>Where a pod is reached.</summary>
    public static MemberPlace PlaceOf(StewardResource steward, StatefulSet set, Pod pod, MemberCertificates? certificates) => new(pod.Metadata.Namespace, pod.Metadata.Name, pod.Status.PodIP)
    {
        ServerName = steward.Spec.Member.Tls is { ServerName.Length: > 0 } tls ? tls.ServerName : $"{pod.Metadata.Name}.{set.Spec.ServiceName}.{set.Metadata.Namespace}.svc",
        Ports = pod.Spec.Containers.SelectMany(container => container.Ports).Where(port => port.Name.Length > 0)
            .GroupBy(port => port.Name, StringComparer.Ordinal).ToImmutableDictionary(ports => ports.Key, ports => ports.First().ContainerPortValue, StringComparer.Ordinal),
        Certificates = certificates,
    };

    private WatchedMember Watched(StewardResource steward, StatefulSet set, SetVariables variables, Pod pod, MemberCertificates? certificates)
    {
        var said = watches.Read(ResourceKey.Of(steward), pod.Metadata.Uid).Values;
        return new WatchedMember(
            pod.Metadata.Uid, variables, VariablesOf(set, pod.Metadata.Name, pod.Status.PodIP, said, null), PlaceOf(steward, set, pod, certificates));
    }

    private ImmutableArray<MemberObservation> Members(StewardResource steward, StatefulSet set, IReadOnlyList<Pod> pods)
    {
        var byOrdinal = pods.ToDictionary(pod => StatefulSetIdentity.Ordinal(set, pod.Metadata.Name));
        var wanted = Enumerable.Range(StatefulSetIdentity.Start(set), Math.Max(StatefulSetIdentity.Replicas(set), steward.Spec.Replicas ?? 0));
        IEnumerable<int> concerned = steward.Status.Operation is { } operation && StatefulSetIdentity.Ordinal(set, operation.Member) is >= 0 and var ordinal ? [ordinal] : [];
        var key = ResourceKey.Of(steward);
        return [.. wanted.Union(byOrdinal.Keys).Union(concerned).Order().Select(ordinal => Member(key, set, ordinal, byOrdinal.GetValueOrDefault(ordinal)))];
    }

    private MemberObservation Member(ResourceKey key, StatefulSet set, int ordinal, Pod? pod)
    {
        var reading = pod is null ? new MemberReading.Unknown("it has no pod", null)
            : pod.Status.PodIP.Length == 0 ? new MemberReading.Unknown("its pod has no address yet", null)
            : watches.Read(key, pod.Metadata.Uid);
        var facts = pod is null ? null : PodFacts.Of(pod, pod.Spec.NodeName.Length > 0 ? caches.Nodes.Find("", pod.Spec.NodeName) : null);
        return new MemberObservation(StatefulSetIdentity.PodName(set, ordinal), ordinal, facts, Claims(key, set, ordinal), reading);
    }

    private ValueList<ClaimFacts> Claims(ResourceKey key, StatefulSet set, int ordinal) => set.Spec.VolumeClaimTemplates
        .Select(template => caches.Claims.Find(set.Metadata.Namespace, StatefulSetIdentity.ClaimName(set, template, ordinal)))
        .OfType<PersistentVolumeClaim>().Select(claim => ClaimFacts.Of(claim) with { Snapshot = snapshots.Of(key, claim.Metadata.Name) }).ToValueList();

    private List<Pod> PodsOf(StatefulSet set) =>
        [.. caches.Pods.OwnedBy(set.Metadata.Uid).Where(pod => StatefulSetIdentity.Ordinal(set, pod.Metadata.Name) >= 0)];

    private IEnumerable<OtherSteward> Others(StewardResource steward) =>
        from other in caches.Of(steward.Metadata.Namespace, steward.Spec.TargetRef.Name)
        where other.Metadata.Uid != steward.Metadata.Uid && other.Metadata.DeletionTimestamp is null
        let isOlder = (other.Metadata.CreationTimestamp, other.Metadata.Uid).CompareTo((steward.Metadata.CreationTimestamp, steward.Metadata.Uid)) < 0
        orderby isOlder descending, other.Metadata.Name
        select new OtherSteward(other.Metadata.Name, isOlder);

    private static bool IsRouting(StewardResource steward, Service service) =>
        service.Metadata.Name == steward.Spec.Routing.LeaderService || service.Metadata.Name == steward.Spec.Routing.FollowerService
        || service.Metadata.Labels.GetValueOrDefault(StewardNames.StewardLabel) == steward.Metadata.Name;
}

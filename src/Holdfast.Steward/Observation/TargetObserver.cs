using System.Collections.Immutable;
using Holdfast.Client.Caching;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Values;
using Holdfast.Steward.Actions;
using Holdfast.Steward.Running;

namespace Holdfast.Steward.Observation;

/// <summary>Puts everything together that planners are shown of one target, from the caches and from what members said.</summary>
/// <param name="caches">The cluster.</param>
/// <param name="watches">What members said.</param>
/// <param name="notes">What else is remembered of targets.</param>
/// <param name="time">The clock.</param>
internal sealed class TargetObserver(StewardCaches caches, MemberWatches watches, TargetNotes notes, TimeProvider time)
{
    /// <summary>The target at this moment.</summary>
    public TargetObservation Observe(StewardReading reading)
    {
        var key = ResourceKey.Of(reading.Steward);
        var observation = new TargetAssembly(caches, pod => watches.Read(key, pod.Metadata.Uid), claim => notes.Snapshots.Of(key, claim)).Observe(reading, time.GetUtcNow());
        return observation.Set is null ? observation : observation with
        {
            WatchedSince = notes.Looks.Look(key, observation.Now),
            Calls = notes.Calls.Of(key),
            Gates = notes.Gates.Of(key),
            Members = [.. observation.Members.Select(member => member with { LastLines = notes.Evidence.Of(key, member.Pod?.Uid).ToValueList() })],
            Evidence = [.. observation.Find(reading.Steward.Status.Operation?.Member ?? "") is { Pod: { } pod } ? notes.Evidence.Of(key, pod.Uid).Select(line => $"{pod.Name} wrote: {line}") : []],
            Snapshots = notes.Snapshots.SupportOf(key),
            Backup = notes.Backups.Of(key),
            Asked = notes.Evictions.Of(key),
        };
    }

    /// <summary>The same target as one looks at it before a deed: who did not answer a question that was put since a moment is unknown, whatever it said before.</summary>
    public TargetObservation Since(TargetObservation shown, long since)
    {
        var key = ResourceKey.Of(shown.Steward);
        return shown with
        {
            Members = [.. shown.Members.Select(member => member is { Pod: { } pod, Reading: MemberReading.Known } ? member with { Reading = watches.ReadSince(key, pod.Uid, since) } : member)],
        };
    }

    /// <summary>The members that can be asked.</summary>
    public IReadOnlyList<WatchedMember> Watched(StewardReading reading, MemberCertificates? certificates)
    {
        var steward = reading.Steward;
        var (space, name) = (steward.Metadata.Namespace, steward.Spec.TargetRef.Name);
        var pods = caches.Sets.Find(space, name) is { } found ? TargetAssembly.PodsOf(caches, found) : [.. LeftMembers.Of(caches, space, name)];
        var set = caches.Sets.Find(space, name) ?? LeftMembers.StandIn(space, name, pods);
        var variables = SetOf(set, steward);
        return [.. pods.Where(pod => pod.Status.PodIP.Length > 0).Select(pod => Watched(steward, set, variables, pod, certificates))];
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
}

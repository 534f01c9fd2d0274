using System.Collections.Immutable;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Apps;
using Holdfast.Model.Stewards;
using Holdfast.Model.Values;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Safety;

namespace Holdfast.Steward.Planning;

/// <summary>What every planner looks at: the observation, and what was made of it once.</summary>
/// <param name="Observation">The observation.</param>
/// <param name="State">The cluster.</param>
/// <param name="Policy">What the kernel is told besides.</param>
public sealed record StewardView(TargetObservation Observation, ClusterState State, SafetyPolicy Policy)
{
    /// <summary>The Steward.</summary>
    public StewardResource Steward => Observation.Steward;

    /// <summary>What is wanted.</summary>
    public StewardSpec Spec => Steward.Spec;

    /// <summary>What is remembered.</summary>
    public StewardMemory Memory => StewardMemory.Of(Steward.Status);

    /// <summary>The time.</summary>
    public DateTimeOffset Now => Observation.Now;

    /// <summary>A moment, or the one from which on somebody watched, when that is later: what passed before does not count.</summary>
    /// <param name="moment">The moment; null for long ago.</param>
    public DateTimeOffset Watched(DateTimeOffset? moment) => Observation.WatchedSince is { } since && !(moment >= since) ? since : moment ?? DateTimeOffset.MinValue;

    /// <summary>The set, which must be there.</summary>
    public StatefulSet Set => Observation.Set ?? throw new InvalidOperationException($"Steward {Steward.Metadata.Name} has no set; ask for it first");

    /// <summary>Whether the set's status speaks of its present spec.</summary>
    public bool IsSetSeen => Set.Status.ObservedGeneration >= Set.Metadata.Generation && Set.Status.UpdateRevision.Length > 0;

    /// <summary>Whether the set's own controller replaces pods, from the highest ordinal down to the partition.</summary>
    public bool IsRollingUpdate => Set.Spec.UpdateStrategy.Type == "RollingUpdate";

    /// <summary>The lowest index that the set's controller may update.</summary>
    public int Partition => Set.Spec.UpdateStrategy.RollingUpdate?.Partition ?? 0;

    /// <summary>The revision of the present template.</summary>
    public string Target => Set.Status.UpdateRevision;

    /// <summary>Members whose pod is not of the present revision.</summary>
    public ImmutableArray<ClusterMember> Outdated =>
        [.. State.Members.Where(member => member.Pod is { } pod && pod.Revision != Target && StatefulSetIdentity.Wants(Set, member.Observation!.Ordinal))];

    /// <summary>Members that the set wants or that have a pod; not those of whom only claims are left.</summary>
    public ImmutableArray<ClusterMember> Present => [.. State.Members.Where(member => member.Observation is { } seen
        && (seen.Pod is not null || (Observation.Set is { } set && StatefulSetIdentity.Wants(set, seen.Ordinal))))];

    /// <summary>Looks at an observation.</summary>
    /// <param name="observation">The observation.</param>
    public static StewardView Of(TargetObservation observation) => new(observation, ClusterState.Of(observation), SafetyPolicy.Of(observation));

    /// <summary>That a member, with the pod that it has now, was asked to go lately; null when it was not.</summary>
    /// <param name="member">The member.</param>
    public EvictionAsk? AskOf(ClusterMember member)
    {
        ArgumentNullException.ThrowIfNull(member);
        return Observation.Asked.FirstOrDefault(ask => ask.PodUid == member.Pod?.Uid);
    }

    /// <summary>The place of a member in the set, from 0.</summary>
    /// <param name="member">The member.</param>
    public int IndexOf(ClusterMember member)
    {
        ArgumentNullException.ThrowIfNull(member);
        return member.Observation!.Ordinal - StatefulSetIdentity.Start(Set);
    }

    /// <summary>A span of time in the spec.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="otherwise">What holds when it cannot be read.</param>
    public static TimeSpan Span(string text, TimeSpan otherwise) => DurationText.TryParse(text, out var span) ? span : otherwise;
}

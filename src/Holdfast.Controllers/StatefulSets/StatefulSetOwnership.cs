using System.Collections.Immutable;
using Holdfast.Controllers.Pods;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Selectors;

namespace Holdfast.Controllers.StatefulSets;

/// <summary>What is the set's own after adopting and releasing.</summary>
/// <param name="Pods">The pods that it controls, in the order of their ordinals.</param>
/// <param name="Revisions">The revisions that it controls.</param>
/// <param name="Effects">The adoptions and releases.</param>
public sealed record StatefulSetOwnership(
    ImmutableArray<Pod> Pods, ImmutableArray<ControllerRevision> Revisions, ImmutableArray<StatefulSetEffect> Effects)
{
    /// <summary>Sorts what was observed into the set's own, what it takes and what it lets go.</summary>
    /// <param name="observation">The observation.</param>
    public static StatefulSetOwnership Of(StatefulSetObservation observation)
    {
        var set = observation.Set;
        var selector = LabelMatcher.From(set.Spec.Selector);
        var isGoing = set.Metadata.DeletionTimestamp is not null;
        var effects = ImmutableArray.CreateBuilder<StatefulSetEffect>();
        var pods = new List<(int Ordinal, Pod Pod)>();
        foreach (var pod in observation.Pods)
        {
            var ordinal = StatefulSetIdentity.Ordinal(set, pod.Metadata.Name);
            var matches = ordinal >= 0 && selector.Matches(pod.Metadata.Labels);
            switch (Controls(set, pod.Metadata), matches)
            {
                case (true, true):
                    pods.Add((ordinal, pod));
                    break;
                case (true, false) when !isGoing:
                    effects.Add(new ReleasePod(pod, $"pod {pod.Metadata.Name} no longer matches the selector, or its name is not the set's"));
                    break;
                case (false, true) when !isGoing && !pod.IsTerminating() && pod.Metadata.Controller() is null:
                    effects.Add(new AdoptPod(pod, $"pod {pod.Metadata.Name} matches the selector and nobody controls it"));
                    pods.Add((ordinal, pod));
                    break;
            }
        }
        pods.Sort(static (left, right) => left.Ordinal.CompareTo(right.Ordinal));
        return new([.. pods.Select(each => each.Pod)], OwnRevisions(observation, selector, isGoing, effects), effects.ToImmutable());
    }

    private static ImmutableArray<ControllerRevision> OwnRevisions(
        StatefulSetObservation observation, LabelMatcher selector, bool isGoing, ImmutableArray<StatefulSetEffect>.Builder effects)
    {
        var revisions = ImmutableArray.CreateBuilder<ControllerRevision>();
        foreach (var revision in observation.Revisions)
        {
            if (Controls(observation.Set, revision.Metadata))
            {
                revisions.Add(revision);
            }
            else if (!isGoing && revision.Metadata.Controller() is null && selector.Matches(revision.Metadata.Labels))
            {
                effects.Add(new AdoptRevision(revision, $"revision {revision.Metadata.Name} matches the selector and nobody controls it"));
                revisions.Add(revision);
            }
        }
        return revisions.ToImmutable();
    }

    private static bool Controls(StatefulSet set, ObjectMeta metadata) => metadata.Controller()?.Uid == set.Metadata.Uid;
}

using System.Collections.Immutable;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;

namespace Holdfast.Controllers.StatefulSets;

/// <summary>Which revision pods come from and which they go to, and what must be written so that it is so.</summary>
/// <param name="Current">The revision that the set's pods had when it last was settled.</param>
/// <param name="Update">The revision of the present template.</param>
/// <param name="CurrentTemplate">The template of <paramref name="Current"/>.</param>
/// <param name="Effects">What to write.</param>
public sealed record RevisionPlan(
    ControllerRevision Current, ControllerRevision Update, PodTemplateSpec CurrentTemplate, ImmutableArray<StatefulSetEffect> Effects)
{
    /// <summary>Finds or plans the revisions of a set.</summary>
    /// <param name="set">The set.</param>
    /// <param name="owned">The revisions that it controls.</param>
    public static RevisionPlan For(StatefulSet set, ImmutableArray<ControllerRevision> owned)
    {
        var sorted = RevisionHistory.Sorted(owned);
        var equal = sorted.LastOrDefault(revision => RevisionHistory.Template(revision) == set.Spec.Template);
        StatefulSetEffect? effect = null;
        ControllerRevision update;
        if (equal is null)
        {
            update = RevisionHistory.Of(set, RevisionHistory.Next(sorted), set.Status.CollisionCount ?? 0);
            effect = new CreateRevision(update, "the template is new");
        }
        else if (ReferenceEquals(equal, sorted[^1]))
        {
            update = equal;
        }
        else
        {
            update = equal with { Revision = RevisionHistory.Next(sorted) };
            effect = new RenumberRevision(update, "the template is an earlier one again");
        }
        var current = sorted.FirstOrDefault(revision => revision.Metadata.Name == set.Status.CurrentRevision) ?? update;
        var template = current.Metadata.Name == update.Metadata.Name ? set.Spec.Template : RevisionHistory.Template(current);
        return new(current, update, template, effect is null ? [] : [effect]);
    }

    /// <summary>The revisions beyond the history limit that neither the set nor a pod refers to, oldest first.</summary>
    /// <param name="set">The set.</param>
    /// <param name="owned">The revisions that it controls.</param>
    /// <param name="pods">Its pods.</param>
    public IEnumerable<StatefulSetEffect> Truncate(StatefulSet set, ImmutableArray<ControllerRevision> owned, IEnumerable<Pod> pods)
    {
        var live = pods.Select(StatefulSetIdentity.Revision).Append(Current.Metadata.Name).Append(Update.Metadata.Name).ToHashSet(StringComparer.Ordinal);
        var past = RevisionHistory.Sorted(owned).Where(revision => !live.Contains(revision.Metadata.Name)).ToList();
        var excess = past.Count - (set.Spec.RevisionHistoryLimit ?? 10);
        return past.Take(Math.Max(0, excess))
            .Select(revision => new DeleteRevision(revision, $"more than {set.Spec.RevisionHistoryLimit ?? 10} past revisions are kept"));
    }
}

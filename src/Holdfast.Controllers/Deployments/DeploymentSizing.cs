using Holdfast.Model.Apps;

namespace Holdfast.Controllers.Deployments;

/// <summary>Sizes a Deployment's sets while a plan is made, with Kubernetes' rules.</summary>
/// <param name="deployment">The Deployment.</param>
/// <param name="newest">The set of its template; null when there is none yet.</param>
/// <param name="old">The sets of earlier templates, oldest first.</param>
internal sealed class DeploymentSizing(Deployment deployment, SetDraft? newest, IReadOnlyList<SetDraft> old)
{
    private int Wanted => Rollout.Wanted(deployment);

    private IEnumerable<SetDraft> All => newest is null ? old : old.Append(newest);

    /// <summary>How many pods the set of the template may have now.</summary>
    internal int WantedOfNewest()
    {
        if (!Rollout.IsRolling(deployment))
        {
            return Wanted;
        }
        var room = Wanted + Rollout.MaximumSurge(deployment) - All.Sum(draft => draft.Replicas);
        return room <= 0 ? newest!.Replicas : newest!.Replicas + Math.Min(room, Wanted - newest.Replicas);
    }

    /// <summary>Brings the set of the template nearer to its size; whether that changed anything.</summary>
    internal bool GrowNewest()
    {
        if (newest is null || newest.IsNew || newest.Replicas == Wanted)
        {
            return false;
        }
        return newest.ScaleTo(newest.Replicas > Wanted ? Wanted : WantedOfNewest(), deployment);
    }

    /// <summary>Takes pods of earlier templates away, first those that do no work; whether that changed anything.</summary>
    internal bool ShrinkOld()
    {
        var least = Wanted - Rollout.MaximumUnavailable(deployment);
        var missing = newest is null ? 0 : newest.Replicas - Available(newest);
        var room = All.Sum(draft => draft.Replicas) - least - missing;
        if (room <= 0 || old.All(draft => draft.Replicas == 0))
        {
            return false;
        }
        var removed = ShrinkIdle(room);
        var spare = All.Sum(Available) - least;
        foreach (var draft in old.Where(draft => draft.Replicas > 0))
        {
            if (spare <= 0)
            {
                break;
            }
            var count = Math.Min(draft.Replicas, spare);
            draft.ScaleTo(draft.Replicas - count, deployment);
            (removed, spare) = (removed + count, spare - count);
        }
        return removed > 0;
    }

    /// <summary>Follows a change of the Deployment's size without a change of its template, in proportion while a rollout is under way.</summary>
    internal void Scale()
    {
        if (ActiveOrLatest() is { } one)
        {
            one.ScaleTo(Wanted, deployment);
        }
        else if (IsSaturated())
        {
            foreach (var draft in old.Where(draft => draft.Replicas > 0))
            {
                draft.ScaleTo(0, deployment);
            }
        }
        else if (Rollout.IsRolling(deployment))
        {
            ScaleInProportion();
        }
    }

    private int ShrinkIdle(int room)
    {
        var removed = 0;
        foreach (var draft in old.Where(draft => draft.Replicas > 0 && draft.Replicas != Available(draft)))
        {
            var count = Math.Min(room - removed, draft.Replicas - Available(draft));
            if (count <= 0)
            {
                break;
            }
            draft.ScaleTo(draft.Replicas - count, deployment);
            removed += count;
        }
        return removed;
    }

    /// <summary>The one set with pods, or where none has any the newest there is; null while several have pods.</summary>
    private SetDraft? ActiveOrLatest()
    {
        var active = All.Where(draft => draft.Replicas > 0).ToList();
        return active.Count switch
        {
            0 => newest ?? (old.Count > 0 ? old[^1] : null),
            1 => active[0],
            _ => null,
        };
    }

    private bool IsSaturated() =>
        newest is not null && newest.Replicas == Wanted && Available(newest) == Wanted
        && DeploymentAnnotations.Number(newest.Observed.Metadata.Annotations, DeploymentAnnotations.DesiredReplicas) == Wanted;

    private void ScaleInProportion()
    {
        var active = All.Where(draft => draft.Replicas > 0).ToList();
        var allowed = Wanted > 0 ? Wanted + Rollout.MaximumSurge(deployment) : 0;
        var change = allowed - active.Sum(draft => draft.Replicas);
        // The bigger sets bear more of the change; of two alike the newer grows and the older shrinks.
        var ordered = change > 0
            ? active.OrderByDescending(draft => draft.Replicas).ThenByDescending(draft => draft.Created)
            : active.OrderByDescending(draft => draft.Replicas).ThenBy(draft => draft.Created);
        var sizes = new List<(SetDraft Draft, int Size)>();
        var done = 0;
        foreach (var draft in ordered)
        {
            var share = Share(draft, change, done);
            done += share;
            sizes.Add((draft, draft.Replicas + share));
        }
        for (var i = 0; i < sizes.Count; i++)
        {
            var leftover = i == 0 ? change - done : 0;
            sizes[i].Draft.ScaleTo(Math.Max(0, sizes[i].Size + leftover), deployment);
        }
    }

    private int Share(SetDraft draft, int change, int done)
    {
        if (change == 0 || change == done)
        {
            return 0;
        }
        var left = change - done;
        return change > 0 ? Math.Min(Fraction(draft), left) : Math.Max(Fraction(draft), left);
    }

    private int Fraction(SetDraft draft)
    {
        if (Wanted == 0)
        {
            return -draft.Replicas;
        }
        var before = DeploymentAnnotations.Number(draft.Observed.Metadata.Annotations, DeploymentAnnotations.MaximumReplicas) ?? deployment.Status.Replicas;
        return before <= 0
            ? 0
            : (int)Math.Round((double)draft.Replicas * (Wanted + Rollout.MaximumSurge(deployment)) / before, MidpointRounding.AwayFromZero) - draft.Replicas;
    }

    private static int Available(SetDraft draft) => draft.IsNew ? 0 : draft.Observed.Status.AvailableReplicas;
}

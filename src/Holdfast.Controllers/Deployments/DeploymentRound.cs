using Holdfast.Controllers.Pods;
using Holdfast.Model.Apps;

namespace Holdfast.Controllers.Deployments;

/// <summary>One round of planning: find or make the set of the template, size the sets, forget old ones, tell how it goes.</summary>
internal sealed class DeploymentRound
{
    private readonly DeploymentObservation _observation;
    private readonly Deployment _deployment;
    private readonly DateTimeOffset _now;
    private readonly List<SetDraft> _old;
    private readonly List<DeploymentEffect> _deletions = [];
    private SetDraft? _newest;
    private DeploymentStatus _status;
    private long _revision;

    internal DeploymentRound(DeploymentObservation observation, DateTimeOffset now)
    {
        (_observation, _deployment, _now, _status) = (observation, observation.Deployment, now, observation.Deployment.Status);
        _revision = DeploymentAnnotations.RevisionOf(_deployment.Metadata.Annotations);
        _old = [.. observation.Sets.OrderBy(set => set.Metadata.CreationTimestamp).ThenBy(set => set.Metadata.Name, StringComparer.Ordinal).Select(set => new SetDraft(set, isNew: false))];
        _newest = _old.Find(draft => SetDraft.IsOf(draft.Observed, _deployment.Spec.Template));
        if (_newest is not null)
        {
            _old.Remove(_newest);
        }
    }

    private IEnumerable<SetDraft> All => _newest is null ? _old : _old.Append(_newest);

    internal void Run()
    {
        if (_deployment.Metadata.DeletionTimestamp is null)
        {
            _status = DeploymentConditions.WithPause(_status, _deployment, _now);
            if (_newest is not null)
            {
                KeepNewest(_newest);
            }
            if (!_deployment.Spec.Paused && !IsBeingScaled())
            {
                RollOut();
                return;
            }
            new DeploymentSizing(_deployment, _newest, _old).Scale();
            if (_deployment.Spec.Paused)
            {
                ForgetOld();
            }
        }
        _status = Counted();
    }

    /// <summary>The sets' effects: creation first, then what grows or shrinks, then what is forgotten.</summary>
    internal IEnumerable<DeploymentEffect> Effects()
    {
        foreach (var draft in All.Where(draft => draft.IsNew))
        {
            yield return new DeploymentEffect.Create(draft.Set, "the template is new");
        }
        foreach (var draft in All.Where(draft => !draft.IsNew && draft.Set != draft.Observed))
        {
            var from = draft.Observed.Spec.Replicas ?? 1;
            var reason = from == draft.Replicas ? "its annotations are the Deployment's" : $"set {draft.Name} is to have {draft.Replicas} pods, not {from}";
            yield return new DeploymentEffect.Update(draft.Set, from, reason);
        }
        foreach (var deletion in _deletions)
        {
            yield return deletion;
        }
    }

    internal Deployment Updated()
    {
        var annotations = _revision == 0
            ? _deployment.Metadata.Annotations
            : _deployment.Metadata.Annotations.SetItem(DeploymentAnnotations.Revision, DeploymentAnnotations.Text(_revision));
        var metadata = annotations == _deployment.Metadata.Annotations ? _deployment.Metadata : _deployment.Metadata with { Annotations = annotations };
        return _deployment with { Metadata = metadata, Status = _status };
    }

    private void RollOut()
    {
        var isResized = Rollout.IsRolling(_deployment) ? Roll() : Recreate();
        if (!isResized && DeploymentConditions.IsComplete(_deployment, _deployment.Status))
        {
            ForgetOld();
        }
        _status = DeploymentConditions.WithProgress(Counted(), _deployment, _newest?.Set, _now);
        _status = DeploymentConditions.WithFailures(_status, All.Select(draft => draft.Observed), _newest?.Observed);
    }

    private bool Roll()
    {
        var sizing = new DeploymentSizing(_deployment, _newest ?? MakeNewest(), _old);
        return sizing.GrowNewest() || sizing.ShrinkOld();
    }

    /// <summary>All pods of earlier templates are gone before the first of the present one is made.</summary>
    private bool Recreate()
    {
        var isShrunk = false;
        foreach (var draft in _old.Where(draft => draft.Replicas > 0))
        {
            isShrunk |= draft.ScaleTo(0, _deployment);
        }
        if (isShrunk || HasOldPods())
        {
            return true;
        }
        var newest = _newest ?? MakeNewest();
        return !newest.IsNew && newest.ScaleTo(Rollout.Wanted(_deployment), _deployment);
    }

    private bool HasOldPods() =>
        _old.Any(draft => draft.Observed.Status.Replicas > 0)
        || _observation.Pods.Any(pod => !pod.IsFinished() && pod.Metadata.Controller()?.Uid != _newest?.Observed.Metadata.Uid);

    private SetDraft MakeNewest()
    {
        _newest = new SetDraft(SetDraft.Of(_deployment), isNew: true);
        _revision = NextRevision();
        _newest.Set = DeploymentAnnotations.WithRevision(_newest.Set, _deployment, _revision);
        _ = _newest.ScaleTo(new DeploymentSizing(_deployment, _newest, _old).WantedOfNewest(), _deployment);
        if (Rollout.HasDeadline(_deployment))
        {
            _status = _status.With(DeploymentConditions.Progressing, "True", "NewReplicaSetCreated", $"Created new replica set \"{_newest.Name}\"", _now);
        }
        return _newest;
    }

    private void KeepNewest(SetDraft newest)
    {
        newest.Set = DeploymentAnnotations.WithRevision(newest.Set, _deployment, NextRevision());
        if (newest.Set.Spec.MinReadySeconds != _deployment.Spec.MinReadySeconds)
        {
            newest.Set = newest.Set with { Spec = newest.Set.Spec with { MinReadySeconds = _deployment.Spec.MinReadySeconds } };
        }
        _revision = newest.Revision;
        if (Rollout.HasDeadline(_deployment) && DeploymentConditions.Find(_status, DeploymentConditions.Progressing) is null)
        {
            _status = _status.With(DeploymentConditions.Progressing, "True", "FoundNewReplicaSet", $"Found new replica set \"{newest.Name}\"", _now);
        }
    }

    private long NextRevision() => _old.Select(draft => draft.Revision).DefaultIfEmpty(0).Max() + 1;

    private bool IsBeingScaled() => All.Any(draft =>
        draft.Replicas > 0
        && DeploymentAnnotations.Number(draft.Observed.Metadata.Annotations, DeploymentAnnotations.DesiredReplicas) is { } desired
        && desired != Rollout.Wanted(_deployment));

    private void ForgetOld()
    {
        if (_deployment.Spec.RevisionHistoryLimit is not { } limit || limit == int.MaxValue)
        {
            return;
        }
        var kept = _old.Where(draft => draft.Observed.Metadata.DeletionTimestamp is null).OrderBy(draft => draft.Revision).ThenBy(draft => draft.Created).ToList();
        foreach (var draft in kept.Take(Math.Max(0, kept.Count - limit)))
        {
            var set = draft.Observed;
            if (set.Status.Replicas == 0 && draft.Replicas == 0 && set.Metadata.Generation <= set.Status.ObservedGeneration)
            {
                _deletions.Add(new DeploymentEffect.Delete(set, $"more than {limit} past revisions are kept"));
            }
        }
    }

    private DeploymentStatus Counted()
    {
        var statuses = All.Where(draft => !draft.IsNew).Select(draft => draft.Observed.Status).ToList();
        var newest = _newest is { IsNew: false } known ? known.Observed.Status : ReplicaSetStatus.Empty;
        var available = statuses.Sum(status => status.AvailableReplicas);
        var status = _status with
        {
            ObservedGeneration = _deployment.Metadata.Generation,
            Replicas = statuses.Sum(each => each.Replicas),
            UpdatedReplicas = newest.Replicas,
            ReadyReplicas = statuses.Sum(each => each.ReadyReplicas),
            AvailableReplicas = available,
            UnavailableReplicas = Math.Max(0, All.Sum(draft => draft.Replicas) - available),
            TerminatingReplicas = statuses.TrueForAll(each => each.TerminatingReplicas is not null) ? statuses.Sum(each => each.TerminatingReplicas ?? 0) : null,
        };
        return DeploymentConditions.WithAvailability(status, _deployment, _now);
    }
}

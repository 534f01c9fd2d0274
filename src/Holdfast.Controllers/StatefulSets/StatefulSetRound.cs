using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Controllers.Pods;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Values;

namespace Holdfast.Controllers.StatefulSets;

/// <summary>One round of planning: wanted pods from the lowest ordinal up, surplus pods from the highest down, then the update.</summary>
internal sealed class StatefulSetRound
{
    private readonly StatefulSet _set;
    private readonly RevisionPlan _revisions;
    private readonly ImmutableDictionary<string, PersistentVolumeClaim> _claims;
    private readonly DateTimeOffset _now;
    private readonly Pod?[] _wanted;
    private readonly List<Pod> _surplus = [];
    private readonly bool _isOrdered;
    private readonly int _currentReplicas;

    internal StatefulSetRound(
        StatefulSet set, RevisionPlan revisions, ImmutableDictionary<string, PersistentVolumeClaim> claims, ImmutableArray<Pod> pods, DateTimeOffset now)
    {
        (_set, _revisions, _claims, _now) = (set, revisions, claims, now);
        _isOrdered = set.Spec.PodManagementPolicy != "Parallel";
        _wanted = new Pod?[StatefulSetIdentity.Replicas(set)];
        foreach (var pod in pods)
        {
            var ordinal = Ordinal(pod);
            if (StatefulSetIdentity.Wants(set, ordinal))
            {
                _wanted[ordinal - StatefulSetIdentity.Start(set)] = pod;
            }
            else if (ordinal >= 0)
            {
                _surplus.Add(pod);
            }
        }
        _surplus.Reverse();
        // The status was counted before the last round's deletions. Where those have taken effect at once, it would by itself have the pods made again from
        // the revision that they were deleted for, over and over.
        var staying = pods.Count(pod => Ordinal(pod) >= 0 && !pod.IsTerminating() && StatefulSetIdentity.Revision(pod) == revisions.Current.Metadata.Name);
        _currentReplicas = Math.Min(set.Status.CurrentReplicas, staying);
    }

    internal List<StatefulSetEffect> Effects { get; } = [];

    internal string Waiting { get; private set; } = "";

    internal void Run()
    {
        var mayGoOn = MakeWanted() && KeepSurplusClaims() && RemoveSurplus();
        if (mayGoOn && _set.Spec.UpdateStrategy.Type != "OnDelete")
        {
            Update();
        }
    }

    /// <summary>Makes, repairs or waits for each wanted pod in turn; false when the round ends here.</summary>
    private bool MakeWanted()
    {
        var isDone = true;
        for (var index = 0; index < _wanted.Length; index++)
        {
            isDone &= _wanted[index] is { } pod ? Keep(pod) : Make(index);
            if (!isDone && _isOrdered)
            {
                return false;
            }
        }
        return isDone || !_isOrdered;
    }

    private bool Make(int index)
    {
        var ordinal = StatefulSetIdentity.Start(_set) + index;
        var name = StatefulSetIdentity.PodName(_set, ordinal);
        var claims = StatefulSetIdentity.Claims(_set, ordinal);
        foreach (var claim in claims)
        {
            if (_claims.GetValueOrDefault(claim.Metadata.Name) is { } there
                && (there.Metadata.DeletionTimestamp is not null || ClaimRetention.IsStale(there, _set, name, "")))
            {
                return Wait($"claim {claim.Metadata.Name} is going; pod {name} is made when it is gone");
            }
        }
        MakeClaims(claims, name);
        var isNew = IsOfUpdateRevision(index);
        var template = isNew ? _set.Spec.Template : _revisions.CurrentTemplate;
        var revision = isNew ? _revisions.Update : _revisions.Current;
        Effects.Add(new CreatePod(StatefulSetIdentity.NewPod(_set, template, revision.Metadata.Name, ordinal), $"ordinal {ordinal} has no pod"));
        return Wait($"pod {name} is made");
    }

    /// <summary>Whether a missing pod is made from the present template: not below the partition (invariant S6), and while a whole update runs only where the old revision's pods end.</summary>
    private bool IsOfUpdateRevision(int index)
    {
        if (_set.Spec.UpdateStrategy.Type != "RollingUpdate")
        {
            return true;
        }
        return _set.Spec.UpdateStrategy.RollingUpdate is { } rolling
            ? index >= (rolling.Partition ?? 0)
            : index >= _currentReplicas;
    }

    private bool Keep(Pod pod)
    {
        var name = pod.Metadata.Name;
        if (pod.IsFinished())
        {
            if (!pod.IsTerminating())
            {
                Effects.Add(new DeletePod(pod, $"pod {name} has ended as {pod.Status.Phase}; it is made again when it is gone"));
            }
            return Wait($"pod {name} has ended and is not gone yet");
        }
        if (pod.Status.Phase == "Pending" && !pod.IsTerminating())
        {
            MakeClaims(StatefulSetIdentity.Claims(_set, Ordinal(pod)), name);
        }
        if (_isOrdered && pod.IsTerminating())
        {
            return Wait($"pod {name} is terminating");
        }
        if (_isOrdered && !pod.IsRunningAndReady())
        {
            return Wait($"pod {name} is not ready");
        }
        if (_isOrdered && !pod.IsAvailable(_set.Spec.MinReadySeconds, _now))
        {
            return Wait($"pod {name} has not been ready for {_set.Spec.MinReadySeconds} s");
        }
        Correct(pod);
        return true;
    }

    private void Correct(Pod pod)
    {
        // A pod that is adopted in this very plan is corrected in the next: one write of an object for each look at it.
        if (pod.Metadata.Controller() is not null && StatefulSetIdentity.Corrected(_set, pod, Ordinal(pod)) is { } corrected)
        {
            Effects.Add(new UpdatePod(corrected, $"pod {pod.Metadata.Name} has lost the labels of its ordinal"));
        }
        KeepClaims(pod, isWanted: true);
    }

    private void MakeClaims(ImmutableArray<PersistentVolumeClaim> claims, string podName)
    {
        foreach (var claim in claims.Where(claim => !_claims.ContainsKey(claim.Metadata.Name)))
        {
            var owned = claim with { Metadata = claim.Metadata with { OwnerReferences = ClaimRetention.OwnersOfNewClaim(_set) } };
            Effects.Add(new CreateClaim(owned, podName, $"pod {podName} needs claim {claim.Metadata.Name}"));
        }
    }

    private bool KeepSurplusClaims()
    {
        foreach (var pod in _surplus)
        {
            KeepClaims(pod, isWanted: false);
        }
        return true;
    }

    private void KeepClaims(Pod pod, bool isWanted)
    {
        foreach (var template in _set.Spec.VolumeClaimTemplates)
        {
            var name = StatefulSetIdentity.ClaimName(_set, template, Ordinal(pod));
            if (_claims.GetValueOrDefault(name) is not { } claim
                || claim.Metadata.DeletionTimestamp is not null
                || ClaimRetention.IsStale(claim, _set, pod.Metadata.Name, pod.Metadata.Uid))
            {
                continue;
            }
            if (ClaimRetention.Corrected(claim, _set, pod, isWanted) is { } corrected)
            {
                Effects.Add(new UpdateClaim(corrected, $"claim {name} has other owners than the retention policy gives it")
                {
                    GivenTo = ClaimRetention.GoesWith(corrected, pod) ? pod : null,
                });
            }
        }
    }

    /// <summary>
    /// Takes the pod with the highest surplus ordinal away; under OrderedReady one at a time and only when all lower ones are ready (invariant S4).
    /// A surplus pod that has ended never gets ready: nothing waits for it, and it goes in its turn. Kubernetes waits here for ever.
    /// </summary>
    private bool RemoveSurplus()
    {
        var firstUnhealthy = _wanted.Concat(Enumerable.Reverse(_surplus).Where(pod => !pod.IsFinished())).FirstOrDefault(IsUnavailable);
        foreach (var pod in _surplus)
        {
            if (pod.IsTerminating())
            {
                if (_isOrdered)
                {
                    return Wait($"pod {pod.Metadata.Name} is terminating");
                }
                continue;
            }
            if (_isOrdered && IsUnavailable(pod) && !pod.IsFinished() && !ReferenceEquals(pod, firstUnhealthy))
            {
                return Wait($"pod {firstUnhealthy?.Metadata.Name} is not ready; nothing is scaled down meanwhile");
            }
            Effects.Add(new DeletePod(pod, $"ordinal {Ordinal(pod)} is not wanted any more"));
            if (_isOrdered)
            {
                return Wait($"pod {pod.Metadata.Name} is deleted");
            }
        }
        return true;
    }

    /// <summary>Replaces pods of an old revision from the highest ordinal down, never more at a time than may be unavailable (invariant S7).</summary>
    private void Update()
    {
        var rolling = _set.Spec.UpdateStrategy.RollingUpdate;
        var partition = rolling?.Partition ?? 0;
        if (rolling?.MaxUnavailable is { } maximum)
        {
            UpdateUpTo(MaximumUnavailable(maximum, _wanted.Length) - _wanted.Count(IsUnavailable), partition);
            return;
        }
        for (var index = _wanted.Length - 1; index >= partition; index--)
        {
            if (_wanted[index] is not { } pod)
            {
                return;
            }
            if (IsOld(pod))
            {
                Replace(pod);
                return;
            }
            if (IsUnavailable(pod))
            {
                _ = Wait($"pod {pod.Metadata.Name} is updated and not ready yet");
                return;
            }
        }
    }

    private void UpdateUpTo(int count, int partition)
    {
        for (var index = _wanted.Length - 1; index >= partition && count > 0; index--)
        {
            if (_wanted[index] is { } pod && IsOld(pod))
            {
                Replace(pod);
                count--;
            }
        }
    }

    private void Replace(Pod pod)
    {
        Effects.Add(new DeletePod(pod, $"pod {pod.Metadata.Name} is of revision {StatefulSetIdentity.Revision(pod)}, {_revisions.Update.Metadata.Name} is wanted"));
        _ = Wait($"pod {pod.Metadata.Name} is replaced");
    }

    /// <summary>A count, or a share of the replicas rounded down; at least one.</summary>
    private static int MaximumUnavailable(IntOrString maximum, int replicas)
    {
        var number = maximum.Text is { } text && int.TryParse(text.AsSpan().TrimEnd('%'), NumberStyles.None, CultureInfo.InvariantCulture, out var percent)
            ? (int)((long)replicas * percent / 100)
            : maximum.Number;
        return Math.Max(1, number);
    }

    /// <summary>Whether the update is to replace the pod; one that has ended is deleted and made again already.</summary>
    private bool IsOld(Pod pod) =>
        StatefulSetIdentity.Revision(pod) != _revisions.Update.Metadata.Name && !pod.IsTerminating() && !pod.IsFinished();

    private bool IsUnavailable(Pod? pod) => pod is null || pod.IsTerminating() || !pod.IsAvailable(_set.Spec.MinReadySeconds, _now);

    private int Ordinal(Pod pod) => StatefulSetIdentity.Ordinal(_set, pod.Metadata.Name);

    private bool Wait(string reason)
    {
        if (Waiting.Length == 0)
        {
            Waiting = reason;
        }
        return false;
    }
}

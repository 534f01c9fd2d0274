using Holdfast.Controllers.Pods;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Simulator.Ledger;

namespace Holdfast.Simulator.Checkers;

/// <summary>Notes, for T5, what was done to a quorum and in which order, as it really was: who was asked to go, who left the membership, to whom leadership went, what the set and claims came to.</summary>
/// <param name="truth">What is really so.</param>
/// <param name="ledger">The data system.</param>
internal sealed class DeedRecorder(GroundTruth truth, LedgerSystem ledger) : Checker(truth)
{
    private readonly List<string> _deeds = [];
    private List<string> _members = [];
    private string _leader = "";

    /// <summary>What was done.</summary>
    public IReadOnlyList<string> Deeds => _deeds;

    /// <inheritdoc/>
    public override void OnPod(ObjectChange<Pod> change)
    {
        if (change is { Old: { } old } && !old.IsTerminating() && change.New?.IsTerminating() != false && old.Metadata.Controller()?.Name == ledger.SetName)
            _deeds.Add($"{old.Metadata.Name} with {old.Spec.Containers[0].Image} is asked to go");
    }

    /// <inheritdoc/>
    public override void OnSet(ObjectChange<StatefulSet> change)
    {
        if (change is not { Old: { } old, New: { } set })
            return;
        if (StatefulSetIdentity.Replicas(set) != StatefulSetIdentity.Replicas(old))
            _deeds.Add($"the set asks for {StatefulSetIdentity.Replicas(set)} pods");
        if (set.Spec.Template.Spec.Containers[0].Image is var image && image != old.Spec.Template.Spec.Containers[0].Image)
            _deeds.Add($"the template has {image}");
    }

    /// <inheritdoc/>
    public override void OnClaim(ObjectChange<PersistentVolumeClaim> change)
    {
        if (change is { Old: { Metadata.DeletionTimestamp: null } claim } && change.New?.Metadata.DeletionTimestamp is not null)
            _deeds.Add($"claim {claim.Metadata.Name} is asked to go");
    }

    /// <inheritdoc/>
    public override void OnStep()
    {
        var members = ledger.Truth.Membership.Seats.Values.Select(seat => seat.Name).Order(StringComparer.Ordinal).ToList();
        foreach (var gone in _members.Except(members))
            _deeds.Add($"{gone} leaves the membership");
        _members = members;
        if (ledger.Truth.Leader?.Name is { } leader && leader != _leader)
            _deeds.Add($"{_leader = leader} leads");
    }

    /// <summary>Notes how everything is at rest.</summary>
    public void Rest()
    {
        var pods = Truth.World.All<Pod>("default").Select(pod => $"{pod.Metadata.Name} {pod.Spec.Containers[0].Image}");
        var claims = Truth.World.All<PersistentVolumeClaim>("default").Select(claim => claim.Metadata.Name);
        // By name: their ids, by which the membership has them, are drawn anew in each run.
        var members = ledger.Truth.Membership.Seats.Values.OrderBy(seat => seat.Name, StringComparer.Ordinal).Select(seat => seat.IsVoter ? seat.Name : $"({seat.Name})");
        _deeds.Add($"at rest there are {string.Join(", ", pods)}, the claims {string.Join(", ", claims)}, the members {string.Join(", ", members)}");
    }
}

using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Simulator.Ledger;

namespace Holdfast.Simulator.Checkers;

/// <summary>T3: a set asks for fewer pods, and a claim goes, only once the membership that is committed names the member no more.</summary>
/// <param name="truth">What is really so.</param>
/// <param name="ledger">The data system.</param>
internal sealed class MembershipChecker(GroundTruth truth, LedgerSystem ledger) : Checker(truth)
{
    /// <inheritdoc/>
    public override void OnSet(ObjectChange<StatefulSet> change)
    {
        if (change is not { Old: { } old, New: { Metadata.DeletionTimestamp: null } set } || set.Metadata.Name != ledger.SetName)
            return;
        for (var ordinal = StatefulSetIdentity.Replicas(set); ordinal < StatefulSetIdentity.Replicas(old); ordinal++)
            CheckOut(StatefulSetIdentity.PodName(set, ordinal), $"the set asks for {StatefulSetIdentity.Replicas(set)} pods");
    }

    /// <inheritdoc/>
    public override void OnClaim(ObjectChange<PersistentVolumeClaim> change)
    {
        if (change is { Old: { Metadata.DeletionTimestamp: null } claim } && change.New?.Metadata.DeletionTimestamp is not null
            && ledger.Truth.Set is { } set && claim.Metadata.Name.StartsWith($"data-{set.Metadata.Name}-", StringComparison.Ordinal))
            CheckOut(claim.Metadata.Name["data-".Length..], $"claim {claim.Metadata.Name} goes");
    }

    private void CheckOut(string name, string what) =>
        Holds("T3", ledger.Truth.Past.WasOut(name), $"{what}, and the membership still names {name}: {ledger.Truth.Membership}");
}

using System.Globalization;
using Holdfast.Model.Core;
using Holdfast.Simulator.Ledger;
using Holdfast.Steward;

namespace Holdfast.Simulator.Checkers;

/// <summary>T10, of the labels of roles at each revision, and T6, of what a Steward says of itself.</summary>
/// <param name="truth">What is really so.</param>
/// <param name="ledger">The data system.</param>
internal sealed class RoleChecker(GroundTruth truth, LedgerSystem ledger) : Checker(truth)
{
    private readonly Dictionary<string, (string Uid, long Term)> _leaders = new(StringComparer.Ordinal);
    private long _highest;

    /// <inheritdoc/>
    public override void OnPod(ObjectChange<Pod> change)
    {
        var pod = change.Latest;
        var isLeader = change.New is not null && pod.Metadata.Labels.GetValueOrDefault(StewardNames.RoleLabel) == "leader";
        var term = long.TryParse(pod.Metadata.Annotations.GetValueOrDefault(StewardNames.RoleTermAnnotation), NumberStyles.Integer, CultureInfo.InvariantCulture, out var told) ? told : 0;
        if (!isLeader)
        {
            _leaders.Remove(pod.Metadata.Name);
            return;
        }
        var before = _leaders.GetValueOrDefault(pod.Metadata.Name);
        _leaders[pod.Metadata.Name] = (pod.Metadata.Uid, term);
        if (before == (pod.Metadata.Uid, term))
            return;
        var other = _leaders.FirstOrDefault(each => each.Key != pod.Metadata.Name && !IsGoing(each.Key));
        Holds("T10", other.Key is null || IsGoing(pod.Metadata.Name), $"{pod.Metadata.Name} is labelled the leader of term {term}, and {other.Key} still is of term {other.Value.Term}");
        Holds("T10", term >= _highest, $"{pod.Metadata.Name} is labelled the leader of term {term}, and there was one of term {_highest} before");
        _highest = Math.Max(_highest, term);
    }

    /// <inheritdoc/>
    public override void OnSteward(ObjectChange<StewardResource> change)
    {
        if (change.New is not { } steward || steward.Status == change.Old?.Status || steward.Status.ObservedGeneration != steward.Metadata.Generation || !IsReady(steward))
            return;
        Holds("T6", ledger.Truth.WasWhole, $"the Steward says that all is as it is wanted, and at no moment of the last {ledger.Truth.Window.TotalSeconds:0} s it was: {ledger.Truth.Lacking() ?? "now it is"}");
    }

    private static bool IsReady(StewardResource steward) => steward.Status.Conditions.Any(condition => condition is { Type: "Ready", Status: "True" });

    // Clients are not led to a pod that is on its way out.
    private bool IsGoing(string name) => Truth.World.Pod("default", name) is not { Metadata.DeletionTimestamp: null };
}

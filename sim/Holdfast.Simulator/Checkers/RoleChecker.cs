using System.Globalization;
using Holdfast.Model.Core;
using Holdfast.Model.Discovery;
using Holdfast.Simulator.Ledger;
using Holdfast.Steward;

namespace Holdfast.Simulator.Checkers;

/// <summary>T10, of the labels of roles at each revision and of the Services that follow them, and T6, of what a Steward says of itself.</summary>
/// <param name="truth">What is really so.</param>
/// <param name="ledger">The data system.</param>
internal sealed class RoleChecker(GroundTruth truth, LedgerSystem ledger) : Checker(truth)
{
    // A Steward may be away, cut off or stand still for as long, besides all that makes it slow.
    private static readonly TimeSpan LongestAbsence = TimeSpan.FromMinutes(2);

    private readonly Dictionary<string, (string Uid, long Term)> _leaders = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Role, string Address), long> _hadUntil = [];
    private readonly Dictionary<string, (string Role, string Address)> _roles = new(StringComparer.Ordinal);
    private long _highest;
    private long _guardedSince = long.MaxValue;

    /// <inheritdoc/>
    public override void OnPod(ObjectChange<Pod> change)
    {
        var pod = change.Latest;
        NoteRole(pod, change.New is not null);
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

    /// <summary>A Service leads to whom its label names, or named a moment ago; the leader's to one at most.</summary>
    public override void OnSlice(ObjectChange<EndpointSlice> change)
    {
        var service = change.Latest.Metadata.Labels.GetValueOrDefault("kubernetes.io/service-name");
        if (change.New is not { } slice || (service != ledger.LeaderService && service != ledger.FollowerService))
            return;
        var role = service == ledger.LeaderService ? "leader" : "follower";
        var addresses = slice.Endpoints.Where(endpoint => endpoint.Conditions.Ready == true).SelectMany(endpoint => endpoint.Addresses).ToList();
        foreach (var address in addresses)
        {
            Holds("T10", _roles.ContainsValue((role, address)) || (_hadUntil.TryGetValue((role, address), out var until) && Truth.Moment - until <= Truth.Staleness.Ticks),
                $"Service {service} leads to {address}, which is not labelled {role} and was not in the last {Truth.Staleness.TotalSeconds:0} s");
        }
        Holds("T10", role != "leader" || addresses.Count <= 1, $"Service {service} leads to {string.Join(" and ", addresses)}");
    }

    /// <inheritdoc/>
    public override void OnStep()
    {
        var longest = LongestAbsence + Truth.Staleness;
        if (_guardedSince == long.MaxValue || Truth.Moment - _guardedSince <= longest.Ticks || Truth.Time.GetElapsedTime(ledger.Truth.SeenTermAt) <= longest)
            return;
        var old = _leaders.FirstOrDefault(each => each.Value.Term < ledger.Truth.SeenTerm && !IsGoing(each.Key));
        Holds("T10", old.Key is null, $"{old.Key} is still labelled the leader of term {old.Value.Term}, and a Steward was shown term {ledger.Truth.SeenTerm} {Truth.Time.GetElapsedTime(ledger.Truth.SeenTermAt).TotalSeconds:0} s ago");
    }

    /// <inheritdoc/>
    public override void OnSteward(ObjectChange<StewardResource> change)
    {
        _guardedSince = change.New is not { Metadata.DeletionTimestamp: null } ? long.MaxValue : Math.Min(_guardedSince, Truth.Moment);
        if (change.New is not { } steward || steward.Status == change.Old?.Status || steward.Status.ObservedGeneration != steward.Metadata.Generation || !IsReady(steward))
            return;
        Holds("T6", ledger.Truth.Past.WasWhole, $"the Steward says that all is as it is wanted, and not even each member at a moment of its own in the last {ledger.Truth.Past.OfWords.TotalSeconds:0} s was: {ledger.Truth.Lacking() ?? "now it is"}");
    }

    private void NoteRole(Pod pod, bool isThere)
    {
        if (_roles.Remove(pod.Metadata.Name, out var before))
            _hadUntil[before] = Truth.Moment;
        if (isThere && pod.Metadata.Labels.GetValueOrDefault(StewardNames.RoleLabel) is { } role && pod.Status.PodIP.Length > 0)
            _roles[pod.Metadata.Name] = (role, pod.Status.PodIP);
    }

    private static bool IsReady(StewardResource steward) => steward.Status.Conditions.Any(condition => condition is { Type: "Ready", Status: "True" });

    // Clients are not led to a pod that is on its way out.
    private bool IsGoing(string name) => Truth.World.Pod("default", name) is not { Metadata.DeletionTimestamp: null };
}

using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Core;
using Holdfast.Model.Discovery;
using Holdfast.Simulator.Ledger;
using Holdfast.Steward;

namespace Holdfast.Simulator.Checkers;

/// <summary>What must be so of a stewarded set once faults have stopped and everything had its time: T5 and T6, whatever the Steward went through.</summary>
/// <param name="truth">What is really so.</param>
/// <param name="ledger">The data system.</param>
internal sealed class StewardedRest(GroundTruth truth, LedgerSystem ledger)
{
    /// <summary>What is not yet as it is wanted, in words that begin with an invariant's letter where one says so itself; null when everything is.</summary>
    /// <param name="steward">The Steward, as the user reads it; null when it could not be read.</param>
    /// <param name="image">What is to run.</param>
    public string? Missing(StewardResource? steward, string image)
    {
        if (steward is null || ledger.Truth.Set is not { } set)
            return "T5: the Steward, or its set, is not there";
        if (!ledger.Truth.IsGuarded)
            return "T1: nobody is asked before a member goes: there is no webhook for the Steward";
        var (has, wanted) = (StatefulSetIdentity.Replicas(set), steward.Spec.Replicas);
        if (wanted is not null && has != wanted)
            return $"T5: the set has {has} members and {wanted} are wanted; {Says(steward)}";
        if (set.Spec.Template.Spec.Containers[0].Image != image)
            return $"T6: the template has {set.Spec.Template.Spec.Containers[0].Image} and {image} was put there; {Says(steward)}";
        if (ledger.Truth.Lacking() is { } lacking)
            return $"T5: {lacking}; {Says(steward)}";
        if (ledger.Live.FirstOrDefault(member => !ledger.Truth.Acknowledged.IsSubsetOf(member.Held)) is { } behind)
            return $"R4: {behind.Name} lacks writes that were acknowledged";
        if (steward.Status.ObservedGeneration != steward.Metadata.Generation || steward.Status.Operation is not null || steward.Status.Conditions.All(condition => condition is not { Type: "Ready", Status: "True" }))
            return $"T6: all is as it is wanted, and {Says(steward)}";
        // Who was marked and then not let go is unmarked after a while.
        if (truth.World.All<Pod>("default").FirstOrDefault(pod => pod.Status.Conditions.Any(condition => condition is { Type: "DisruptionTarget", Status: "True" })) is { } marked)
            return $"{marked.Metadata.Name} is still marked as one that is to go";
        if ((Mislabelled() ?? Misled()) is { } label)
            return $"T10: {label}; {Says(steward)}";
        foreach (var letter in (string[])["T5", "T6", "T10", "R4"])
            truth.Checks.Add(letter);
        return null;
    }

    private string? Mislabelled()
    {
        foreach (var pod in truth.World.All<Pod>("default").Where(pod => pod.Metadata.Name.StartsWith(ledger.SetName, StringComparison.Ordinal)))
        {
            var (role, isLeader) = (pod.Metadata.Labels.GetValueOrDefault(StewardNames.RoleLabel), ledger.Truth.Leader?.Name == pod.Metadata.Name);
            if (role != (isLeader ? "leader" : "follower"))
                return $"{pod.Metadata.Name} is labelled {role ?? "nothing"} and {(isLeader ? "leads" : "follows")}";
        }
        return null;
    }

    private string? Misled()
    {
        if (truth.Options.Steward is not { HasRouting: true })
            return null;
        foreach (var (service, role) in ((string, string)[])[(ledger.LeaderService, "leader"), (ledger.FollowerService, "follower")])
        {
            var told = truth.World.All<EndpointSlice>("default").Where(slice => slice.Metadata.Labels.GetValueOrDefault("kubernetes.io/service-name") == service)
                .SelectMany(slice => slice.Endpoints).Where(endpoint => endpoint.Conditions.Ready == true).SelectMany(endpoint => endpoint.Addresses).Order(StringComparer.Ordinal);
            var wanted = ledger.Live.Where(member => (member == ledger.Truth.Leader) == (role == "leader")).Select(member => member.Address).Order(StringComparer.Ordinal);
            if (!told.SequenceEqual(wanted))
                return $"Service {service} leads to {string.Join(' ', told)}, and not to {string.Join(' ', wanted)}";
        }
        return null;
    }

    private static string Says(StewardResource steward) => "the Steward says " + string.Join(", ", steward.Status.Conditions.Where(condition => condition.Type is "Ready" or "Stalled" or "RolloutProgressing" or "Reconciling")
        .Select(condition => $"{condition.Type} {condition.Status}: {condition.Message}"))
        + (steward.Status.Operation is { } operation ? $"; it is at {operation.Kind} of {operation.Member}, {operation.Phase}" : "") + (steward.Status.Rollout is { } rollout ? $"; rollout {rollout.Phase}: {rollout.Message}" : "");
}

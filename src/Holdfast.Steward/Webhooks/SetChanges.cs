using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Holdfast.Steward.Webhooks;

/// <summary>What becomes of a change of a stewarded set on its way: an answer, and what the Steward is to be told.</summary>
/// <param name="Answer">The answer.</param>
/// <param name="Replicas">How many members are wanted, when someone asked the set for another number than it has; null otherwise.</param>
public sealed record SetChange(AdmissionAnswer Answer, int? Replicas);

/// <summary>
/// Decides what becomes of changes that others make of a stewarded set. Pure. A new template waits: with <c>RollingUpdate</c> the partition is
/// parked above every ordinal in the same write, so that no pod goes before the Steward has looked. Another number of members is handed
/// to the Steward, and the set keeps its own until the Steward changes it; its first ordinal only the Steward changes.
/// </summary>
public static class SetChanges
{
    private const string Strategy = "/spec/updateStrategy";

    /// <summary>Decides.</summary>
    /// <param name="question">What the API server asks.</param>
    /// <param name="steward">The name of the set's Steward.</param>
    public static SetChange Decide(AdmissionQuestion question, string steward)
    {
        ArgumentNullException.ThrowIfNull(question);
        if (question is not { Object: { } wanted, OldObject: { } kept } || question.IsTerminating)
            return new SetChange(AdmissionAnswer.Allowed, null);
        var changes = ImmutableArray.CreateBuilder<KeyValuePair<string, JsonNode>>();
        var warnings = ImmutableArray.CreateBuilder<string>();
        var replicas = HoldReplicas(question, steward, wanted, kept, changes, warnings);
        if (question.Subresource.Length == 0)
        {
            HoldOrdinals(question, steward, wanted, kept, changes, warnings);
            ParkPartition(steward, wanted, kept, changes, warnings);
        }
        return new SetChange(AdmissionAnswer.Allowed with { Changes = changes.ToImmutable(), Warnings = warnings.ToImmutable() }, replicas);
    }

    private static int? HoldReplicas(
        AdmissionQuestion question, string steward, JsonObject wanted, JsonObject kept, ImmutableArray<KeyValuePair<string, JsonNode>>.Builder changes, ImmutableArray<string>.Builder warnings)
    {
        var (from, to) = (ReplicasOf(kept), ReplicasOf(wanted));
        if (from == to)
            return null;
        changes.Add(new("/spec/replicas", from));
        warnings.Add($"statefulset {question.Name} keeps {from} replicas for now: Steward {question.Namespace}/{steward} brings it to {to}, one member at a time (kubectl get steward {steward} -n {question.Namespace} shows how far it is)");
        return to;
    }

    // Another first ordinal takes the pods below it away: members that have not left the membership.
    private static void HoldOrdinals(
        AdmissionQuestion question, string steward, JsonObject wanted, JsonObject kept, ImmutableArray<KeyValuePair<string, JsonNode>>.Builder changes, ImmutableArray<string>.Builder warnings)
    {
        var (from, to) = (StartOf(kept), StartOf(wanted));
        if (from == to)
            return;
        changes.Add(new("/spec/ordinals", new JsonObject { ["start"] = from }));
        warnings.Add($"statefulset {question.Name} keeps {from} for its first ordinal: Steward {question.Namespace}/{steward} moves it when the member there is to go (spec.scaling.removeFirst, with fewer spec.replicas)");
    }

    private static void ParkPartition(
        string steward, JsonObject wanted, JsonObject kept, ImmutableArray<KeyValuePair<string, JsonNode>>.Builder changes, ImmutableArray<string>.Builder warnings)
    {
        if (AdmissionReview.Text(wanted["spec"]?["updateStrategy"]?["type"]) is not (null or "RollingUpdate"))
            return;
        var (from, to) = (PartitionOf(kept), PartitionOf(wanted));
        var top = Math.Max(StartOf(wanted), StartOf(kept)) + Math.Max(ReplicasOf(kept), ReplicasOf(wanted));
        if (!JsonNode.DeepEquals(wanted["spec"]?["template"], kept["spec"]?["template"]))
        {
            if (to >= top)
                return;
            Set(wanted, top, changes);
            warnings.Add($"the new template waits: Steward {steward} brings it to one member after the other (holdfast rollout status {steward} shows how far it is)");
        }
        // Tools that apply a manifest without a partition would let all members go at once.
        else if (to < from && AdmissionReview.Text(kept["status"]?["updateRevision"]) != AdmissionReview.Text(kept["status"]?["currentRevision"]))
        {
            Set(wanted, from, changes);
            warnings.Add($"partition stays at {from}: Steward {steward} lowers it as members become ready");
        }
    }

    private static void Set(JsonObject wanted, int partition, ImmutableArray<KeyValuePair<string, JsonNode>>.Builder changes)
    {
        var strategy = wanted["spec"]?["updateStrategy"];
        changes.Add(strategy is null ? new(Strategy, new JsonObject { ["type"] = "RollingUpdate", ["rollingUpdate"] = new JsonObject { ["partition"] = partition } })
            : strategy["rollingUpdate"] is null ? new($"{Strategy}/rollingUpdate", new JsonObject { ["partition"] = partition })
            : new($"{Strategy}/rollingUpdate/partition", partition));
    }

    private static int ReplicasOf(JsonObject set) => AdmissionReview.Number(set["spec"]?["replicas"]) ?? 1;

    private static int StartOf(JsonObject set) => AdmissionReview.Number(set["spec"]?["ordinals"]?["start"]) ?? 0;

    private static int PartitionOf(JsonObject set) => AdmissionReview.Number(set["spec"]?["updateStrategy"]?["rollingUpdate"]?["partition"]) ?? 0;
}

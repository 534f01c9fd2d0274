using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Holdfast.Steward.Webhooks;

/// <summary>What becomes of a change of a stewarded set on its way: an answer, and what the Steward is to be told.</summary>
/// <param name="Answer">The answer.</param>
/// <param name="Replicas">How many members are wanted, when someone asked the set for another number than it has; null otherwise.</param>
public sealed record SetChange(AdmissionAnswer Answer, int? Replicas);

/// <summary>
/// Decides what becomes of changes that others make of a stewarded set. Pure. A new template waits: with <c>RollingUpdate</c> the partition is
/// parked above every ordinal in the same write, so that no pod goes before the Steward has looked; so it is where a new set finds pods. Another number of members is handed
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
        if (Refusal(question, steward, wanted, kept) is { Length: > 0 } refusal)
            return new SetChange(AdmissionAnswer.Forbidden(refusal), null);
        var changes = ImmutableArray.CreateBuilder<KeyValuePair<string, JsonNode>>();
        var warnings = ImmutableArray.CreateBuilder<string>();
        var replicas = HoldReplicas(question, steward, wanted, kept, changes, warnings);
        if (question.Subresource.Length == 0)
        {
            HoldOrdinals(question, steward, wanted, kept, changes, warnings);
            ParkPartition(question, steward, wanted, kept, changes, warnings);
        }
        return new SetChange(AdmissionAnswer.Allowed with { Changes = changes.ToImmutable(), Warnings = warnings.ToImmutable() }, replicas);
    }

    /// <summary>
    /// What becomes of a set that is created while pods of its members are there, as after a deletion that left them: its controller adopts them, and would
    /// replace those of another template at once.
    /// </summary>
    /// <param name="question">What the API server asks.</param>
    /// <param name="steward">The name of the set's Steward.</param>
    public static AdmissionAnswer Adopting(AdmissionQuestion question, string steward)
    {
        ArgumentNullException.ThrowIfNull(question);
        if (question.Object is not { } wanted || !IsRollingUpdate(wanted))
            return AdmissionAnswer.Allowed;
        var top = StartOf(wanted) + ReplicasOf(question, wanted);
        if (PartitionOf(wanted) >= top)
            return AdmissionAnswer.Allowed;
        var changes = ImmutableArray.CreateBuilder<KeyValuePair<string, JsonNode>>();
        Set(wanted, top, changes);
        return AdmissionAnswer.Allowed with
        {
            Changes = changes.ToImmutable(),
            Warnings = [$"statefulset {question.Name} adopts the pods that are there: where its template is another one than theirs, Steward {steward} brings it to one after the other (holdfast rollout status {steward} shows how far it is)"],
        };
    }

    // What no order of steps makes safe: members would go for good while they still vote.
    private static string Refusal(AdmissionQuestion question, string steward, JsonObject wanted, JsonObject kept)
    {
        return ReplicasOf(question, wanted) == 0 && ReplicasOf(question, kept) > 0
            ? $"statefulset {question.Name} cannot be scaled to 0: Steward {question.Namespace}/{steward} keeps its quorum, which has at least one member. To end it whole, delete the statefulset; its claims stay"
            : "";
    }

    private static int? HoldReplicas(
        AdmissionQuestion question, string steward, JsonObject wanted, JsonObject kept, ImmutableArray<KeyValuePair<string, JsonNode>>.Builder changes, ImmutableArray<string>.Builder warnings)
    {
        var (from, to) = (ReplicasOf(question, kept), ReplicasOf(question, wanted));
        // A set without members has nobody yet who could be asked: it is founded by its first pods.
        if (from == to || from == 0)
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
        AdmissionQuestion question, string steward, JsonObject wanted, JsonObject kept, ImmutableArray<KeyValuePair<string, JsonNode>>.Builder changes, ImmutableArray<string>.Builder warnings)
    {
        if (!IsRollingUpdate(wanted))
            return;
        var (from, to) = (PartitionOf(kept), PartitionOf(wanted));
        var top = Math.Max(StartOf(wanted), StartOf(kept)) + Math.Max(ReplicasOf(question, kept), ReplicasOf(question, wanted));
        if (!JsonNode.DeepEquals(wanted["spec"]?["template"], kept["spec"]?["template"]))
        {
            if (to >= top)
                return;
            Set(wanted, top, changes);
            warnings.Add($"the new template waits: Steward {steward} brings it to one member after the other (holdfast rollout status {steward} shows how far it is)");
        }
        else if (!IsRollingUpdate(kept) && IsUpdating(kept) && to < top)
        {
            Set(wanted, top, changes);
            warnings.Add($"members of an older revision wait: Steward {steward} goes on bringing the template to one after the other");
        }
        // Tools that apply a manifest without a partition would let all members go at once.
        else if (to < from && IsUpdating(kept))
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

    private static bool IsRollingUpdate(JsonObject set) => AdmissionReview.Text(set["spec"]?["updateStrategy"]?["type"]) is null or "RollingUpdate";

    // A change that the set's controller has not seen yet may be a new template. A set that adopted its pods has but one revision, and members of others.
    private static bool IsUpdating(JsonObject set) => AdmissionReview.Text(set["status"]?["updateRevision"]) != AdmissionReview.Text(set["status"]?["currentRevision"])
        || (AdmissionReview.Number(set["status"]?["updatedReplicas"]) ?? 0) < (AdmissionReview.Number(set["status"]?["replicas"]) ?? 0)
        || AdmissionReview.Number(set["status"]?["observedGeneration"]) < AdmissionReview.Number(set["metadata"]?["generation"]);

    // The scale of a set leaves its number out when it is 0; the set itself always says it.
    private static int ReplicasOf(AdmissionQuestion question, JsonObject set) => AdmissionReview.Number(set["spec"]?["replicas"]) ?? (question.Subresource == "scale" ? 0 : 1);

    private static int StartOf(JsonObject set) => AdmissionReview.Number(set["spec"]?["ordinals"]?["start"]) ?? 0;

    private static int PartitionOf(JsonObject set) => AdmissionReview.Number(set["spec"]?["updateStrategy"]?["rollingUpdate"]?["partition"]) ?? 0;
}

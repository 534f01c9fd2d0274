using System.Text.Json.Nodes;

namespace Holdfast.Conformance;

/// <summary>Draws what a namespace's sets have made of it: pods, claims, sets, revisions and budgets, in words that no run changes.</summary>
internal sealed class ClusterPicture(PlainApi api, string namespaceName)
{
    private readonly Dictionary<string, string> _revisions = new(StringComparer.Ordinal);

    internal async Task<JsonObject> DrawAsync(CancellationToken cancellationToken)
    {
        var pods = await ListAsync("/api/v1", "pods", cancellationToken);
        var claims = await ListAsync("/api/v1", "persistentvolumeclaims", cancellationToken);
        var sets = await ListAsync("/apis/apps/v1", "statefulsets", cancellationToken);
        var revisions = await ListAsync("/apis/apps/v1", "controllerrevisions", cancellationToken);
        var budgets = await ListAsync("/apis/policy/v1", "poddisruptionbudgets", cancellationToken);
        foreach (var revision in revisions)
            _revisions[Name(revision)] = $"<rev{revision["revision"]}>";
        var alive = pods.Concat(sets).Concat(claims).Select(each => (string?)each["metadata"]!["uid"]).ToHashSet(StringComparer.Ordinal);
        return new JsonObject
        {
            ["pods"] = ByName(pods, pod => OfPod(pod, alive)),
            ["claims"] = ByName(claims, claim => new() { ["owners"] = Owners(claim, alive), ["terminating"] = IsTerminating(claim) }),
            ["sets"] = ByName(sets, OfSet),
            ["revisions"] = Words(revisions.Select(revision => _revisions[Name(revision)])),
            ["budgets"] = ByName(budgets, OfBudget),
        };
    }

    private async Task<List<JsonNode>> ListAsync(string group, string plural, CancellationToken cancellationToken)
    {
        var (code, body) = await api.CallAsync("GET", $"{group}/namespaces/{namespaceName}/{plural}", null, cancellationToken: cancellationToken);
        return code == 200
            ? [.. body!["items"]!.AsArray().Select(item => item!).OrderBy(Name, StringComparer.Ordinal)]
            : throw new InvalidOperationException($"{plural} could not be listed: {code} {body}");
    }

    private JsonObject OfPod(JsonNode pod, HashSet<string?> alive) => new()
    {
        ["revision"] = _revisions.GetValueOrDefault((string?)pod["metadata"]!["labels"]?["controller-revision-hash"] ?? ""),
        ["image"] = (string?)pod["spec"]!["containers"]![0]!["image"],
        ["ready"] = Items(pod["status"]?["conditions"]).Any(condition => (string?)condition["type"] == "Ready" && (string?)condition["status"] == "True"),
        ["terminating"] = IsTerminating(pod),
        ["owners"] = Owners(pod, alive),
        ["claims"] = Words(Items(pod["spec"]!["volumes"]).Select(volume => (string?)volume["persistentVolumeClaim"]?["claimName"]).OfType<string>()),
    };

    private JsonObject OfSet(JsonNode set)
    {
        var status = set["status"]!.DeepClone().AsObject();
        status["observed"] = (long?)status["observedGeneration"] == (long?)set["metadata"]!["generation"];
        status.Remove("observedGeneration");
        status.Remove("conditions");
        foreach (var name in new[] { "currentRevision", "updateRevision" })
        {
            if ((string?)status[name] is { } revision)
                status[name] = _revisions.GetValueOrDefault(revision, "<rev?>");
        }
        return status;
    }

    private static JsonObject OfBudget(JsonNode budget) =>
        new(new[] { "currentHealthy", "desiredHealthy", "disruptionsAllowed", "expectedPods" }
            .Select(name => KeyValuePair.Create(name, budget["status"]?[name]?.DeepClone())));

    private static JsonObject ByName(List<JsonNode> objects, Func<JsonNode, JsonObject> draw) =>
        new(objects.Select(each => KeyValuePair.Create(Name(each), (JsonNode?)draw(each))));

    private static JsonArray Owners(JsonNode owned, HashSet<string?> alive) => Words(Items(owned["metadata"]!["ownerReferences"]).Select(owner =>
    {
        var isGone = (string?)owner["kind"] is "StatefulSet" or "Pod" && !alive.Contains((string?)owner["uid"]);
        return $"{owner["kind"]}/{owner["name"]}{(isGone ? " (gone)" : "")}";
    }));

    private static JsonArray Words(IEnumerable<string> words) => [.. words.Order(StringComparer.Ordinal).Select(word => JsonValue.Create(word))];

    private static IEnumerable<JsonNode> Items(JsonNode? array) => array is null ? [] : array.AsArray().Select(item => item!);

    private static bool IsTerminating(JsonNode item) => item["metadata"]!["deletionTimestamp"] is not null;

    private static string Name(JsonNode item) => (string)item["metadata"]!["name"]!;
}

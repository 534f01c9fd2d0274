using System.Text.Json.Nodes;
using Holdfast.Model.Schema;

namespace Holdfast.Model.Patching;

/// <summary>
/// Merges the elements of one list. Elements that the patch names stand in the patch's order; the others keep theirs,
/// and where nothing else decides, those of the patch stand first.
/// </summary>
/// <param name="list">The list's field.</param>
internal sealed class StrategicList(FieldSchema list)
{
    private Shape? Element => list.Shape.Element;

    private bool IsOfObjects => Element?.Kind == ShapeKind.Object;

    /// <summary>Merges a patch's elements into those that are there.</summary>
    /// <param name="current">What is there; used up.</param>
    /// <param name="patch">The patch's; used up.</param>
    internal JsonArray Merge(List<JsonNode?> current, List<JsonNode?> patch)
    {
        if (ApplySpecialElements(current, patch))
        {
            return [.. patch.Select(PatchDirectives.Strip)];
        }
        var serverOrder = Keys(current);
        var patchOrder = Keys(patch);
        return Arranged(MergeElements(current, patch), patchOrder, serverOrder);
    }

    /// <summary>Merges a patch's elements and puts them all into a given order.</summary>
    /// <param name="current">What is there; used up.</param>
    /// <param name="patch">The patch's; used up.</param>
    /// <param name="wanted">The order: scalars, or objects with only the merge key.</param>
    /// <param name="isMerged">Whether the list merges at all, or the patch's elements replace it.</param>
    internal JsonArray MergeInOrder(List<JsonNode?> current, List<JsonNode?> patch, List<JsonNode?> wanted, bool isMerged)
    {
        var serverOrder = Keys(current);
        var order = Keys(wanted);
        CheckOrder(patch, order);
        if (!isMerged && patch.Count > 0)
        {
            current = [];
        }
        var merged = ApplySpecialElements(current, patch) ? [.. patch.Select(PatchDirectives.Strip)] : MergeElements(current, patch);
        return Arranged(merged, order, serverOrder);
    }

    /// <summary>Takes scalars out of a list.</summary>
    /// <param name="current">The list, or nothing.</param>
    /// <param name="deleted">The scalars.</param>
    internal static void DeleteFrom(JsonNode? current, JsonNode? deleted)
    {
        if (deleted is not JsonArray values)
        {
            throw PatchDirectives.Malformed(PatchDirectives.BadPrimitiveList);
        }
        if (current is JsonArray items)
        {
            var keys = values.Select(value => value?.ToJsonString()).ToHashSet(StringComparer.Ordinal);
            items.RemoveAll(item => keys.Contains(item?.ToJsonString()));
        }
    }

    // Returns whether the patch's elements replace the list.
    private bool ApplySpecialElements(List<JsonNode?> current, List<JsonNode?> patch)
    {
        var isReplaced = false;
        foreach (var element in patch.Where(element => PatchDirectives.PatchOf(element) is not null))
        {
            switch (PatchDirectives.PatchOf(element))
            {
                case "delete":
                    var key = Key(element);
                    current.RemoveAll(existing => Key(existing) == key);
                    break;
                case "replace":
                    isReplaced = true;
                    break;
                case "merge":
                    throw new PatchException(PatchFailure.Unprocessable, "merging lists cannot yet be specified in the patch");
                case var unknown:
                    throw PatchDirectives.Unknown(unknown!);
            }
        }
        patch.RemoveAll(element => PatchDirectives.PatchOf(element) is not null);
        return isReplaced;
    }

    private List<JsonNode?> MergeElements(List<JsonNode?> current, List<JsonNode?> patch)
    {
        var positions = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < current.Count; i++)
        {
            positions.TryAdd(Key(current[i]), i);
        }
        foreach (var element in patch)
        {
            if (!positions.TryGetValue(Key(element), out var position))
            {
                positions.Add(Key(element), current.Count);
                current.Add(PatchDirectives.Strip(element));
            }
            else if (IsOfObjects)
            {
                current[position] = StrategicMergePatch.MergeObject((JsonObject)current[position]!, (JsonObject)element!, Element);
            }
        }
        return current;
    }

    private JsonArray Arranged(List<JsonNode?> elements, List<string> patchOrder, List<string> serverOrder)
    {
        var patchRank = Ranks(patchOrder);
        var serverRank = Ranks(serverOrder);
        var fromPatch = new Queue<JsonNode?>(elements.Where(element => patchRank.ContainsKey(Key(element))).OrderBy(element => patchRank[Key(element)]));
        var others = new Queue<JsonNode?>(elements.Where(element => !patchRank.ContainsKey(Key(element)))
            .OrderBy(element => serverRank.GetValueOrDefault(Key(element), int.MaxValue)));
        var arranged = new JsonArray();
        while (others.TryPeek(out var other) && fromPatch.TryPeek(out var patched))
        {
            var isOtherFirst = serverRank.TryGetValue(Key(other), out var left) & serverRank.TryGetValue(Key(patched), out var right) && left < right;
            arranged.Add(isOtherFirst ? others.Dequeue() : fromPatch.Dequeue());
        }
        foreach (var rest in fromPatch.Concat(others))
        {
            arranged.Add(rest);
        }
        return arranged;
    }

    // The patch's elements must stand in the order that the patch asks for.
    private void CheckOrder(List<JsonNode?> patch, List<string> order)
    {
        var at = 0;
        foreach (var element in patch.Where(element => PatchDirectives.PatchOf(element) is null))
        {
            at = order.IndexOf(Key(element), at) + 1;
            if (at == 0 && order.Count > 0)
            {
                throw new PatchException(
                    PatchFailure.Unprocessable, $"the order of the elements of {list.JsonName} in the patch doesn't match its $setElementOrder list");
            }
        }
    }

    private static Dictionary<string, int> Ranks(List<string> order)
    {
        var ranks = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < order.Count; i++)
        {
            ranks.TryAdd(order[i], i);
        }
        return ranks;
    }

    private List<string> Keys(List<JsonNode?> elements) => elements.ConvertAll(Key);

    private string Key(JsonNode? element)
    {
        if (!IsOfObjects)
        {
            return element?.ToJsonString() ?? "null";
        }
        if (element is not JsonObject members)
        {
            throw new PatchException(PatchFailure.Unprocessable, $"an element of {list.JsonName} is not an object");
        }
        return list.MergeKey is { } key && members[key] is { } value
            ? value.ToJsonString()
            : throw new PatchException(
                PatchFailure.Unprocessable, $"map: {members.ToJsonString()} does not contain declared merge key: {list.MergeKey}");
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Model.Json;

namespace Holdfast.Model.Patching;

/// <summary>JSON patches (RFC 6902): a list of operations that are all applied, in order, or none.</summary>
public static class JsonPatch
{
    /// <summary>How many operations one patch may have.</summary>
    public const int MaximumOperations = 10_000;

    /// <summary>How many bytes of JSON the copy operations of one patch may add.</summary>
    public const int MaximumCopiedBytes = 3 * 1024 * 1024;

    /// <summary>Applies a patch.</summary>
    /// <param name="current">The object as JSON.</param>
    /// <param name="patch">The patch as JSON.</param>
    /// <returns>The new object as JSON.</returns>
    /// <exception cref="PatchException">The patch is malformed, too large, or does not fit the object.</exception>
    public static byte[] Apply(ReadOnlyMemory<byte> current, ReadOnlyMemory<byte> patch)
    {
        var operations = Read(patch);
        if (operations.Count > MaximumOperations)
        {
            throw new PatchException(
                PatchFailure.TooLarge, $"The allowed maximum operations in a JSON patch is {MaximumOperations}, got {operations.Count}");
        }
        var state = new JsonPatchState(JsonTree.ReadObject(current));
        foreach (var operation in operations)
        {
            state.Apply(operation);
        }
        return JsonTree.Write(state.Root);
    }

    private static List<JsonPatchOperation> Read(ReadOnlyMemory<byte> patch)
    {
        JsonNode? node;
        try
        {
            node = JsonTree.Read(patch);
        }
        catch (JsonException)
        {
            throw new PatchException(PatchFailure.BadRequest, "error decoding patch: " + JsonSyntax.Describe(patch.Span));
        }
        return node is JsonArray items
            ? [.. items.Select(Operation)]
            : throw Mismatch(JsonTree.KindOf(node), "value of type []handlers.jsonPatchOp");
    }

    private static JsonPatchOperation Operation(JsonNode? node)
    {
        if (node is not JsonObject members)
        {
            throw Mismatch(JsonTree.KindOf(node), "value of type handlers.jsonPatchOp");
        }
        var hasValue = members.TryGetPropertyValue("value", out var value);
        return new(Text(members, "op") ?? "", Text(members, "path"), Text(members, "from"), hasValue, value);
    }

    private static string? Text(JsonObject members, string name) => members[name] switch
    {
        null => null,
        var node when node.GetValueKind() == JsonValueKind.String => node.GetValue<string>(),
        var node => throw Mismatch(JsonTree.KindOf(node), $"struct field jsonPatchOp.{name} of type string"),
    };

    private static PatchException Mismatch(string found, string expected) =>
        new(PatchFailure.BadRequest, $"error decoding patch: json: cannot unmarshal {found} into Go {expected}");
}

/// <summary>One operation of a JSON patch.</summary>
/// <param name="Op">What to do.</param>
/// <param name="Path">Where, or null.</param>
/// <param name="From">Where from, or null.</param>
/// <param name="HasValue">Whether a value is given; null is one.</param>
/// <param name="Value">The value.</param>
internal sealed record JsonPatchOperation(string Op, string? Path, string? From, bool HasValue, JsonNode? Value);

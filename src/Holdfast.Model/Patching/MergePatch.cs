using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Model.Json;

namespace Holdfast.Model.Patching;

/// <summary>JSON merge patches (RFC 7386): objects merge, null deletes, everything else replaces.</summary>
public static class MergePatch
{
    /// <summary>Applies a patch.</summary>
    /// <param name="current">The object as JSON.</param>
    /// <param name="patch">The patch as JSON.</param>
    /// <returns>The new object as JSON.</returns>
    /// <exception cref="PatchException">The patch is not a JSON object.</exception>
    public static byte[] Apply(ReadOnlyMemory<byte> current, ReadOnlyMemory<byte> patch)
    {
        var changes = ReadPatch(patch);
        var target = JsonTree.ReadObject(current);
        Merge(target, changes);
        return JsonTree.Write(target);
    }

    /// <summary>Reads a patch that must be an object.</summary>
    /// <param name="patch">The patch as JSON.</param>
    internal static JsonObject ReadPatch(ReadOnlyMemory<byte> patch)
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
        return node as JsonObject ?? throw new PatchException(
            PatchFailure.BadRequest,
            $"error decoding patch: json: cannot unmarshal {JsonTree.KindOf(node)} into Go value of type map[string]interface {{}}");
    }

    private static void Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch.ToList())
        {
            patch.Remove(name);
            if (value is null)
            {
                target.Remove(name);
            }
            else if (value is JsonObject changes)
            {
                if (target[name] is JsonObject existing)
                {
                    Merge(existing, changes);
                }
                else
                {
                    var made = new JsonObject();
                    Merge(made, changes);
                    target[name] = made;
                }
            }
            else
            {
                target[name] = value;
            }
        }
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Model.Json;

namespace Holdfast.Model.Patching;

/// <summary>JSON as trees that can be changed. Of members with the same name the last one counts.</summary>
internal static class JsonTree
{
    /// <summary>Reads a tree.</summary>
    /// <param name="utf8">The JSON text.</param>
    /// <exception cref="JsonException">It is not JSON.</exception>
    internal static JsonNode? Read(ReadOnlyMemory<byte> utf8)
    {
        using var document = JsonDocument.Parse(JsonText.Mended(utf8), JsonInput.DocumentOptions);
        return Node(document.RootElement.Clone());
    }

    /// <summary>Reads an object of the server's own, which is known to be well formed.</summary>
    /// <param name="utf8">The JSON text.</param>
    internal static JsonObject ReadObject(ReadOnlyMemory<byte> utf8) =>
        Read(utf8) as JsonObject ?? throw new ArgumentException("the object to patch is not a JSON object", nameof(utf8));

    /// <summary>Writes a tree.</summary>
    /// <param name="node">The tree.</param>
    internal static byte[] Write(JsonNode? node)
    {
        using var buffer = new LentBuffer();
        using (var writer = new Utf8JsonWriter(buffer, ModelJson.WriterOptions))
        {
            if (node is null)
            {
                writer.WriteNullValue();
            }
            else
            {
                node.WriteTo(writer);
            }
        }
        return buffer.Written.ToArray();
    }

    /// <summary>Takes a value out of where it stands, so that it can be put elsewhere.</summary>
    /// <param name="items">The list.</param>
    internal static List<JsonNode?> TakeAll(JsonArray items)
    {
        List<JsonNode?> taken = [.. items];
        items.Clear();
        return taken;
    }

    /// <summary>Go's name for a value's kind, for messages.</summary>
    /// <param name="node">The value.</param>
    internal static string KindOf(JsonNode? node) => node?.GetValueKind() switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "bool",
        _ => "null",
    };

    private static JsonNode? Node(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var members = new JsonObject();
                foreach (var member in element.EnumerateObject())
                {
                    members[member.Name] = Node(member.Value);
                }
                return members;
            case JsonValueKind.Array:
                var items = new JsonArray();
                foreach (var item in element.EnumerateArray())
                {
                    items.Add(Node(item));
                }
                return items;
            case JsonValueKind.Null:
                return null;
            default:
                return JsonValue.Create(element);
        }
    }
}

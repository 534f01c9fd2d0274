using System.Text.Json;
using Holdfast.Model.Json;
using Holdfast.Model.Schema;

namespace Holdfast.Model.FieldOwnership;

/// <summary>Takes fields and list items out of an object, with all that is below them.</summary>
internal static class FieldRemoval
{
    /// <summary>The object without the given paths.</summary>
    /// <param name="value">The object.</param>
    /// <param name="paths">What goes.</param>
    /// <param name="type">The object's type.</param>
    internal static byte[] Remove(JsonElement value, FieldSet paths, TypeSchema type) =>
        ModelJson.ToBytes(writer => Write(writer, value, paths, new FieldSlot(Shape.Object(() => type), null)));

    private static void Write(Utf8JsonWriter writer, JsonElement value, FieldSet? paths, FieldSlot slot)
    {
        if (paths is null || !slot.IsGranularFor(value.ValueKind))
        {
            value.WriteTo(writer);
        }
        else if (value.ValueKind == JsonValueKind.Array)
        {
            writer.WriteStartArray();
            foreach (var item in value.EnumerateArray())
            {
                var gone = PathElement.OfItem(item, slot.Field!) is { } element ? paths.Find(element) : null;
                if (gone is not { IsMember: true })
                {
                    Write(writer, item, gone?.Children, slot.Item);
                }
            }
            writer.WriteEndArray();
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            writer.WriteStartObject();
            foreach (var member in value.EnumerateObject())
            {
                var gone = paths.Find(PathElement.Field(member.Name));
                if (gone is not { IsMember: true })
                {
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value, gone?.Children, slot.Member(member.Name));
                }
            }
            writer.WriteEndObject();
        }
        else
        {
            value.WriteTo(writer);
        }
    }
}

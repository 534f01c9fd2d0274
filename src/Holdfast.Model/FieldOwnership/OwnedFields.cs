using System.Text.Json;
using Holdfast.Model.Schema;

namespace Holdfast.Model.FieldOwnership;

/// <summary>Finds the fields that an applied configuration sets: its leaves, its list items, and what it leaves empty on purpose.</summary>
public static class OwnedFields
{
    /// <summary>The set of an object.</summary>
    /// <param name="value">The object.</param>
    /// <param name="type">Its type.</param>
    /// <exception cref="FieldOwnershipException">A list has two items with the same key, or one without any.</exception>
    public static FieldSet Of(JsonElement value, TypeSchema type) =>
        Of(value, new FieldSlot(Shape.Object(() => type), null), "", out _) ?? FieldSet.Empty;

    private static FieldSet? Of(JsonElement value, FieldSlot slot, string path, out bool isMember)
    {
        isMember = !slot.IsGranularFor(value.ValueKind);
        if (isMember)
        {
            return null;
        }
        var builder = new FieldSetBuilder();
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var isMap = slot.Shape!.Kind is ShapeKind.Map or ShapeKind.Deduced;
                foreach (var member in value.EnumerateObject())
                {
                    var element = PathElement.Field(member.Name);
                    var children = Of(member.Value, slot.Member(member.Name), $"{path}.{member.Name}", out var isLeaf);
                    var isEmptied = member.Value.ValueKind == JsonValueKind.Null
                        || (member.Value.ValueKind == JsonValueKind.Object && FieldSlot.IsHollow(member.Value));
                    if (isLeaf || isEmptied || isMap || children is not null)
                    {
                        builder.Add(element, isLeaf || isEmptied || isMap, children);
                    }
                }
                break;
            case JsonValueKind.Array:
                var seen = new HashSet<string>(StringComparer.Ordinal);
                foreach (var item in value.EnumerateArray())
                {
                    var element = PathElement.OfItem(item, slot.Field!) ?? throw new FieldOwnershipException(
                        $"{path}: element {seen.Count}: associative list with keys has an element that omits all key fields "
                        + $"[{string.Join(' ', slot.Field!.MapKeys.Select(key => $"\"{key}\""))}] (and doesn't have default values for any key fields)");
                    if (!seen.Add(element))
                    {
                        throw new FieldOwnershipException($"{path}: duplicate entries for key {PathElement.Show(element)}");
                    }
                    builder.Add(element, true, Of(item, slot.Item, path + PathElement.Show(element), out _));
                }
                break;
            default:
                break;
        }
        return builder.Build();
    }
}

/// <summary>A configuration cannot be applied, since it does not say which items of a list it means.</summary>
/// <param name="message">Where, and what is wrong.</param>
public sealed class FieldOwnershipException(string message) : Exception(message);

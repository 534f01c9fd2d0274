using System.Text.Json;
using Holdfast.Model.Schema;

namespace Holdfast.Model.FieldOwnership;

/// <summary>A place in an object: the shape of its value and the field that holds it, whose kind of list or map decides what is owned as a whole.</summary>
/// <param name="Shape">The shape; null where the schema knows nothing.</param>
/// <param name="Field">The field; null for the object itself and for items of lists.</param>
internal readonly record struct FieldSlot(Shape? Shape, FieldSchema? Field)
{
    /// <summary>Whether the value has parts that are owned on their own.</summary>
    internal bool IsGranular => Shape?.Kind switch
    {
        ShapeKind.Object => Field?.IsAtomic != true && Shape.Type is { IsAtomic: false },
        ShapeKind.Map => Field?.IsAtomic != true,
        ShapeKind.List => Field?.ListKind is ListKind.Set or ListKind.Map,
        _ => false,
    };

    /// <summary>Whether a value of some kind has parts that are owned on their own.</summary>
    internal bool IsGranularFor(JsonValueKind kind) => Shape?.Kind == ShapeKind.Deduced ? kind == JsonValueKind.Object : IsGranular;

    /// <summary>Whether two values, of which one may be missing, are compared or merged part by part.</summary>
    internal bool IsGranularBetween(JsonElement left, JsonElement right) => Shape?.Kind == ShapeKind.Deduced
        ? left.ValueKind is (JsonValueKind.Object or JsonValueKind.Undefined) && right.ValueKind is (JsonValueKind.Object or JsonValueKind.Undefined)
        : IsGranular;

    /// <summary>The place of a member of an object or map.</summary>
    internal FieldSlot Member(string name)
    {
        if (Shape?.Kind is ShapeKind.Map or ShapeKind.Deduced)
        {
            return new(Shape.Element, Shape.Values);
        }
        var type = Shape?.Type;
        var field = type?.Find(name);
        return new(field?.Shape ?? type?.OtherFields, field);
    }

    /// <summary>The place of an item of a list.</summary>
    internal FieldSlot Item => new(Shape?.Element, null);

    /// <summary>The place below an element of a path.</summary>
    internal static FieldSlot Below(Shape shape, FieldSchema? field, string element) => element[0] switch
    {
        'f' => new FieldSlot(shape, field).Member(element[2..]),
        _ => new FieldSlot(shape, field).Item,
    };

    /// <summary>Whether a value holds nothing: it is missing, null, or without members.</summary>
    internal static bool IsHollow(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => true,
        JsonValueKind.Object => !value.EnumerateObject().MoveNext(),
        JsonValueKind.Array => value.GetArrayLength() == 0,
        _ => false,
    };
}

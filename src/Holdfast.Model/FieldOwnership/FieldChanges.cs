using System.Runtime.InteropServices;
using System.Text.Json;
using Holdfast.Model.Meta;
using Holdfast.Model.Schema;

namespace Holdfast.Model.FieldOwnership;

/// <summary>What differs between two versions of an object.</summary>
/// <param name="Added">Paths that only the new version has.</param>
/// <param name="Modified">Leaves with another value.</param>
/// <param name="Removed">Paths that only the old version had.</param>
public sealed record FieldChanges(FieldSet Added, FieldSet Modified, FieldSet Removed)
{
    /// <summary>Whether nothing differs.</summary>
    public bool IsEmpty => Added.IsEmpty && Modified.IsEmpty && Removed.IsEmpty;

    /// <summary>What the writer of the new version has set.</summary>
    public FieldSet Written => Added.Union(Modified);

    /// <summary>Compares two versions, both as the Model writes them; subtrees with the same text are passed over.</summary>
    /// <param name="old">The old version.</param>
    /// <param name="updated">The new version.</param>
    /// <param name="type">Their type.</param>
    public static FieldChanges Between(JsonElement old, JsonElement updated, TypeSchema type)
    {
        var level = new Level();
        Members(old, updated, new FieldSlot(Shape.Object(() => type), null), ref level);
        return new(
            level.Added.Build() ?? FieldSet.Empty, level.Modified.Build() ?? FieldSet.Empty, level.Removed.Build() ?? FieldSet.Empty);
    }

    private static void Compare(string element, JsonElement old, JsonElement updated, FieldSlot slot, ref Level parent)
    {
        var (isOld, isNew) = (old.ValueKind != JsonValueKind.Undefined, updated.ValueKind != JsonValueKind.Undefined);
        if (isOld && isNew && JsonMarshal.GetRawUtf8Value(old).SequenceEqual(JsonMarshal.GetRawUtf8Value(updated)))
        {
            return;
        }
        if (!slot.IsGranularBetween(old, updated) || (FieldSlot.IsHollow(old) && FieldSlot.IsHollow(updated)))
        {
            Leaf(element, old, updated, ref parent);
            return;
        }
        var level = new Level();
        if (slot.Shape!.Kind == ShapeKind.List)
        {
            Items(old, updated, slot, ref level);
        }
        else
        {
            Members(old, updated, slot, ref level);
        }
        Put(ref parent.Added, element, !isOld, level.Added.Build());
        Put(ref parent.Removed, element, !isNew, level.Removed.Build());
        Put(ref parent.Modified, element, false, level.Modified.Build());
    }

    private static void Leaf(string element, JsonElement old, JsonElement updated, ref Level parent)
    {
        if (old.ValueKind == JsonValueKind.Undefined)
        {
            parent.Added.Add(element, true, null);
        }
        else if (updated.ValueKind == JsonValueKind.Undefined)
        {
            parent.Removed.Add(element, true, null);
        }
        else if (!JsonElement.DeepEquals(old, updated))
        {
            parent.Modified.Add(element, true, null);
        }
    }

    private static void Put(ref FieldSetBuilder builder, string element, bool isMember, FieldSet? children)
    {
        if (isMember || children is not null)
        {
            builder.Add(element, isMember, children);
        }
    }

    private static void Members(JsonElement old, JsonElement updated, FieldSlot slot, ref Level level)
    {
        var hasOld = old.ValueKind == JsonValueKind.Object;
        var found = 0;
        if (updated.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in updated.EnumerateObject())
            {
                JsonElement before = default;
                if (hasOld && TryGet(old, member, out before))
                {
                    found++;
                }
                Member(member, before, member.Value, slot, ref level);
            }
        }
        if (!hasOld || found == old.GetPropertyCount())
        {
            return;
        }
        foreach (var member in old.EnumerateObject())
        {
            if (updated.ValueKind != JsonValueKind.Object || !TryGet(updated, member, out _))
            {
                Member(member, member.Value, default, slot, ref level);
            }
        }
    }

    private static void Member(JsonProperty member, JsonElement old, JsonElement updated, FieldSlot slot, ref Level level)
    {
        var name = member.Name;
        var below = slot.Member(name);
        var isBook = name == "managedFields" && ReferenceEquals(slot.Shape?.Type, ObjectMeta.ModelSchema);
        if (!isBook)
        {
            Compare(slot.Shape?.Type is not null && below.Field is { } field ? field.PathElement : PathElement.Field(name), old, updated, below, ref level);
        }
    }

    private static void Items(JsonElement old, JsonElement updated, FieldSlot slot, ref Level level)
    {
        var before = Indexed(old, slot.Field!);
        foreach (var (element, item) in Indexed(updated, slot.Field!))
        {
            _ = before.Remove(element, out var same);
            Compare(element, same, item, slot.Item, ref level);
        }
        foreach (var (element, item) in before)
        {
            Compare(element, item, default, slot.Item, ref level);
        }
    }

    // Of items with the same key the last one counts.
    private static Dictionary<string, JsonElement> Indexed(JsonElement list, FieldSchema field)
    {
        var isList = list.ValueKind == JsonValueKind.Array;
        var items = new Dictionary<string, JsonElement>(isList ? list.GetArrayLength() : 0, StringComparer.Ordinal);
        if (!isList)
        {
            return items;
        }
        foreach (var item in list.EnumerateArray())
        {
            if (PathElement.OfItem(item, field) is { } element)
            {
                items[element] = item;
            }
        }
        return items;
    }

    // The text of a name is the name itself, unless it is escaped.
    private static bool TryGet(JsonElement value, JsonProperty member, out JsonElement found)
    {
        var name = JsonMarshal.GetRawUtf8PropertyName(member);
        return name.Contains((byte)'\\') ? value.TryGetProperty(member.Name, out found) : value.TryGetProperty(name, out found);
    }

    private struct Level
    {
        internal FieldSetBuilder Added;
        internal FieldSetBuilder Modified;
        internal FieldSetBuilder Removed;
    }
}
